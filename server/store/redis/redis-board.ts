import { nanoid } from 'nanoid';
import type { NoticeBoard } from '../notice-board.js';
import { texts } from './record-texts.js';
import type { RedisClock } from './redis-clock.js';
import type { RedisParts } from './redis-dump.js';

/** Notes under one topic above which those of instances that are gone are looked for. */
const NOTES_MOST = 50;
/** Milliseconds that Redis may take: a figure that comes later is worth nothing. */
const WITHIN_MS = 1_000;

/** The board that all instances on one Redis share: a hash for each topic, in whatever slot its name falls into. */
export function redisBoard({ link, keys, scripts }: RedisParts, clock: RedisClock): NoticeBoard {
  const instance = nanoid(10);
  return {
    instance,
    async put(topic, text, keptMs) {
      const args = [instance, text, keptMs, clock.now(), NOTES_MOST];
      await link.run(() => link.script(scripts.board, [keys.board(topic)], args), WITHIN_MS);
    },
    async read(topic) {
      const reply = texts(await link.run(() => link.command('HGETALL', keys.board(topic)), WITHIN_MS));
      const now = clock.now();
      const notes = new Map<string, string>();
      for (let at = 0; at + 1 < reply.length; at += 2) {
        const [, until, text] = /^(\d+) (.*)$/s.exec(reply[at + 1] ?? '') ?? [];
        if (text !== undefined && Number(until) > now) notes.set(reply[at] ?? '', text);
      }
      return notes;
    },
  };
}
