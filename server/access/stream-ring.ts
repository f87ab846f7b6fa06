import type { Edition, Position } from '@slugline/client/protocol';
import type { Logger } from '../logger.js';
import type { Page, StoredObject, StoryStore } from '../store/story-store.js';

/** How long a lost announcement can keep alive on this instance what was taken out of force on another. */
const REREAD_MS = 3_000;
/** What this instance has not heard of is looked up at most this often, however many callers make names up. */
const LOOKUP_EVERY_MS = 250;
const CHANGES = 500;
const PAGE = 500;

export interface StreamRingParts {
  readonly store: StoryStore;
  readonly logger: Logger;
  readonly stream: string;
  readonly edition: Edition;
  /**
   * Takes in the objects that changed, and answers the ids of which listeners are to be told. MUST NOT throw, and MUST
   * NOT wait.
   *
   * @param isAll whether those are all that there are, so that what is not among them is gone.
   */
  readonly take: (objects: readonly StoredObject[], isAll: boolean) => Iterable<string>;
}

/**
 * Keeps what an instance remembers of one of the server's own streams current, so that a request costs no read of the
 * store: by announcements, and by a small re-read every few seconds, since announcements may be lost. While the store
 * is away the instance goes on with what it knows.
 */
export interface StreamRing {
  /** Resolves when what was taken is at least what the store held at the call. */
  refresh(): Promise<void>;
  /** For who looked in vain. Looks at most every 250 ms, and otherwise waits for the look that is under way. */
  lookAgain(): Promise<void>;
  /** Calls the listener with each id that `take` answers. Ends with what it answers, or with `close`. */
  listen(listener: (id: string) => void): () => void;
  close(): Promise<void>;
}

/** Resolves when everything was taken once. */
export async function openStreamRing({ store, logger, stream, edition, take }: StreamRingParts): Promise<StreamRing> {
  let position: Position | undefined;
  let lookup = { at: Number.NEGATIVE_INFINITY, done: Promise.resolve() };
  const listeners = new Set<(id: string) => void>();

  function tell(ids: Iterable<string>): void {
    for (const id of ids) for (const listener of listeners) listener(id);
  }

  async function readChanges(): Promise<void> {
    const news = position === undefined ? undefined : await store.changesSince(stream, edition, position, CHANGES);
    if (news === undefined || news.reset) {
      const { objects, head } = await readStream(store, stream, edition);
      position = head?.position;
      tell(take(objects, true));
      return;
    }
    position = news.position;
    const objects = news.changes.filter(({ orderKey }) => orderKey !== undefined);
    if (objects.length > 0) tell(take(objects, false));
  }

  // One read at a time, and at most one more waiting: whoever asks while a read is under way needs the next one,
  // since that read may have passed the place they ask for.
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  function refresh(): Promise<void> {
    if (running === undefined) {
      running = readChanges().finally(() => {
        running = undefined;
      });
      return running;
    }
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        return refresh();
      });
    return waiting;
  }

  function refreshInBackground(): void {
    refresh().catch((error: unknown) => logger.warn({ err: error, stream }, 'a stream could not be read again'));
  }

  const unsubscribe = await store.onCommitted(stream, edition, refreshInBackground);
  const timer = setInterval(refreshInBackground, REREAD_MS);
  timer.unref();
  await refresh();

  return {
    refresh,
    lookAgain() {
      const at = performance.now();
      if (at - lookup.at >= LOOKUP_EVERY_MS) lookup = { at, done: refresh() };
      // Who comes while it is under way waits with the others, or would be sent away with a name that is good.
      return lookup.done;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(timer);
      unsubscribe();
      await Promise.allSettled([running, waiting]);
      listeners.clear();
    },
  };
}

export interface WholeStream {
  /** Those with an order key, newest first. */
  readonly objects: readonly StoredObject[];
  /** Absent: nothing was ever written there. */
  readonly head: Page | undefined;
}

/** All objects of a stream, page by page. The first page's head is the oldest that any of it was read at. */
export async function readStream(store: StoryStore, stream: string, edition: Edition): Promise<WholeStream> {
  const head = await store.page(stream, edition, { limit: PAGE });
  const objects = [...(head?.objects ?? [])];
  for (let before = head?.older; before !== undefined; ) {
    const page = await store.page(stream, edition, { limit: PAGE, before });
    objects.push(...(page?.objects ?? []));
    before = page?.older;
  }
  return { objects, head };
}
