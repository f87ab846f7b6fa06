import { nanoid } from 'nanoid';
import type { NoticeBoard } from './notice-board.js';

/** Topics that may stand on it. One more, and the one that was written to longest ago goes. */
const TOPICS_MOST = 2_000;

interface Note {
  readonly text: string;
  /** On the clock of `performance.now()`. */
  readonly until: number;
}

/** The board of an instance that is alone on its store. */
export function memoryBoard(): NoticeBoard {
  const instance = nanoid(10);
  /** Written to longest ago first. */
  const notes = new Map<string, Note>();
  return {
    instance,
    async put(topic, text, keptMs) {
      notes.delete(topic);
      notes.set(topic, { text, until: performance.now() + keptMs });
      const [oldest] = notes.keys();
      if (notes.size > TOPICS_MOST && oldest !== undefined) notes.delete(oldest);
    },
    async read(topic) {
      const note = notes.get(topic);
      if (note === undefined) return new Map();
      if (note.until > performance.now()) return new Map([[instance, note.text]]);
      notes.delete(topic);
      return new Map();
    },
  };
}
