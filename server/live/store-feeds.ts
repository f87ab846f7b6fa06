import type { Edition } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { StoryStore } from '../store/story-store.js';
import { StreamFeed } from './feed.js';
import type { FeedLease, StoryFeeds } from './story-feed.js';

export interface FeedsOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds between two looks of a feed at the store's head (default 2,000; at most 4,000 keeps the promise). */
  readonly headCheckMs?: number;
  /** Milliseconds that a feed stays open without readers (default 30,000), for those who come back from a tunnel. */
  readonly lingerMs?: number;
}

/**
 * Feeds that stay open without readers, at a time: beyond it the one that was left first is closed. Stops who asks for
 * every story there is, one after the other, from filling the memory.
 */
const LINGERING_MOST = 500;
/** Milliseconds; see `FeedSettings`. */
const GAP = 30;
const READ_SPACING = 100;
/** Milliseconds beyond a head check in which the next one ought to have been answered. */
const STALE_AFTER_CHECK = 3_000;

/** The feeds of this instance over a store. */
export function createFeeds(store: StoryStore, options: FeedsOptions): StoryFeeds {
  const { logger, metrics, headCheckMs = 2_000, lingerMs = 30_000 } = options;
  const settings = {
    store,
    logger,
    metrics,
    headCheckMs,
    gapMs: GAP,
    readSpacingMs: READ_SPACING,
    staleMs: headCheckMs + STALE_AFTER_CHECK,
  };
  const streams = new Map<string, OpenStream>();
  /** Those that nobody listens to, longest first, each with its key. */
  const lingering = new Map<OpenStream, string>();
  let closed = false;

  function linger(key: string, open: OpenStream): void {
    open.linger = setTimeout(() => drop(key, open), lingerMs);
    lingering.set(open, key);
    const [first] = lingering;
    if (lingering.size > LINGERING_MOST && first !== undefined) drop(first[1], first[0]);
  }

  function drop(key: string, open: OpenStream): void {
    clearTimeout(open.linger);
    lingering.delete(open);
    if (streams.get(key) === open) streams.delete(key);
    open.feed.then((feed) => feed?.close()).catch(() => undefined);
  }

  async function open(stream: string, edition: Edition): Promise<FeedLease | undefined> {
    if (closed) throw new Failure('shutting_down');
    const key = `${edition} ${stream}`;
    let held = streams.get(key);
    if (held === undefined) {
      held = { feed: StreamFeed.open(settings, stream, edition), holders: 0, linger: undefined };
      streams.set(key, held);
    }
    const mine = held;
    mine.holders += 1;
    clearTimeout(mine.linger);
    lingering.delete(mine);

    const feed = await mine.feed.catch((error: unknown) => {
      drop(key, mine);
      throw error;
    });
    if (feed === undefined || closed) {
      drop(key, mine);
      if (closed) throw new Failure('shutting_down');
      return undefined;
    }
    let released = false;
    return {
      feed,
      release() {
        if (released) return;
        released = true;
        mine.holders -= 1;
        if (mine.holders === 0 && !closed) linger(key, mine);
      },
    };
  }

  return {
    open,
    async close() {
      closed = true;
      const all = [...streams.values()];
      streams.clear();
      for (const { linger } of all) clearTimeout(linger);
      await Promise.allSettled(all.map(async ({ feed }) => (await feed)?.close()));
    },
  };
}

interface OpenStream {
  readonly feed: Promise<StreamFeed | undefined>;
  holders: number;
  linger: NodeJS.Timeout | undefined;
}
