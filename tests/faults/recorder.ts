import { type ConnectOptions, connect, type LiveStory, type Update } from '@slugline/client';
import type { PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import type { History, StoreState, SubscriberLog } from './checker/history.js';
import { formOfEntry, formOfStory } from './forms.js';

export interface RecorderOptions extends ConnectOptions {
  readonly url: string;
  readonly slug: string;
  readonly name: string;
  /** Entries of the first page (default 30). */
  readonly limit?: number;
  /** Goes on from what the page was handed, as read at that moment of the history, rather than starting with a snapshot of its own. */
  readonly from?: { readonly snapshot: Snapshot; readonly readAt: number };
}

/** A reader that follows a story by the SDK and logs what its callback saw. */
export interface Recorder {
  readonly name: string;
  readonly story: LiveStory<Story, PublicEntry>;
  readonly log: SubscriberLog;
  /** 0 until it holds anything. */
  readonly seq: number;
  /** Resolves when it is live. */
  live(withinMs?: number): Promise<void>;
  /** Resolves when it is told that the story is not there, or not for it. */
  refused(withinMs?: number): Promise<void>;
  /** Snapshots that it had to start from after the first. */
  readonly resets: number;
  /** Resolves when it stands at this number or beyond. */
  reaches(seq: number, withinMs?: number): Promise<void>;
  /** Resolves when it has taken so many steps more, of whatever kind. */
  steps(count: number, withinMs?: number): Promise<void>;
  /**
   * Follows to the end, logs what its page then shows, and closes. One that does not get there within `withinMs`
   * (default 30,000) is closed all the same: the checker will say what it lacks.
   */
  finish(end: StoreState, withinMs?: number): Promise<void>;
  /** Leaves before the end: what comes later is not asked of it. */
  close(): void;
}

/** Follows for one test; closed when that test is over. */
export function followStory(history: History, options: RecorderOptions): Recorder {
  const { url, slug, name, limit, from, ...rest } = options;
  const connection = connect(url, rest);
  const initial = from?.snapshot;
  const story = connection.story(slug, {
    ...(limit === undefined ? {} : { limit }),
    ...(initial === undefined ? {} : { initial }),
  });
  const log = history.subscriber(name);
  onTestFinished(() => connection.close());
  if (from !== undefined) {
    const { position, older } = from.snapshot;
    log.seen.push({
      kind: 'reset',
      whole: older === undefined,
      at: from.readAt,
      position,
      forms: formsOf(from.snapshot),
    });
  }

  story.on('change', (update) => {
    const { position } = update;
    const seen = { at: history.now(), position, forms: formsOf(update) };
    if (update.cause === 'live') log.seen.push({ kind: 'change', ...seen });
    else if (update.cause === 'catch-up') log.seen.push({ kind: 'catch-up', ...seen });
    else if (update.cause === 'reset') log.seen.push({ kind: 'reset', whole: !story.hasOlder, ...seen });
    else logPage();
  });

  function formsOf({ story: header, entries }: Pick<Update<Story, PublicEntry>, 'story' | 'entries'>) {
    const forms = entries.map((entry) => formOfEntry(history, entry));
    return header === undefined ? forms : [formOfStory(history, header), ...forms];
  }

  function logPage(): void {
    const { position, story: header, entries } = story;
    if (position === undefined) return;
    const forms = formsOf({ entries, ...(header === undefined ? {} : { story: header }) });
    log.seen.push({ kind: 'page', whole: !story.hasOlder, at: history.now(), position, forms });
  }

  return {
    name,
    story,
    log,
    get seq() {
      return story.position?.seq ?? 0;
    },
    live: (withinMs) => reaches(story, `${name} to be live`, ({ status }) => status === 'live', withinMs),
    refused: (withinMs) => reaches(story, `${name} to be refused`, ({ status }) => status === 'refused', withinMs),
    get resets() {
      return Math.max(0, log.seen.filter(({ kind }) => kind === 'reset').length - 1);
    },
    reaches: (seq, withinMs) =>
      reaches(story, `${name} to reach ${seq}`, ({ position }) => (position?.seq ?? 0) >= seq, withinMs),
    steps(count, withinMs) {
      const from = log.seen.length;
      return reaches(story, `${name} to take ${count} steps`, () => log.seen.length >= from + count, withinMs);
    },
    async finish({ position: end }, withinMs = 30_000) {
      const isThere = ({ position }: LiveStory<Story, PublicEntry>) =>
        position?.epoch === end.epoch && position.seq >= end.seq;
      await reaches(story, `${name} to follow to the end`, isThere, withinMs).catch(() => undefined);
      log.toTheEnd = true;
      logPage();
      connection.close();
    },
    close: () => connection.close(),
  };
}
