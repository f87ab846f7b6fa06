import type { Edition } from '../../client-sdk/protocol/index.js';
import { Failure } from '../../server/errors.js';
import type { Announcement, AnnouncementListener, StoryStore, Unsubscribe } from '../../server/store/story-store.js';

/** What becomes of an announcement on its way: call `deliver` never, once, later, or several times. */
type AnnouncementFate = (announcement: Announcement, deliver: (announcement: Announcement) => void) => void;

/** The reads that the live side makes. */
type ReadName = 'head' | 'page' | 'changesSince' | 'object';

interface Subscription {
  readonly stream: string;
  readonly edition: Edition;
  readonly listener: AnnouncementListener;
  unsubscribe: Unsubscribe;
}

/**
 * A real store whose announcements go through the test's hands, that counts what it is asked, and that can be taken
 * away or exchanged for another under its users' feet.
 */
export interface UnreliableStore {
  readonly store: StoryStore;
  /** Reads made so far, by kind. */
  readonly reads: Record<ReadName, number>;
  /** When each of them was made, on the clock of `performance.now()`. */
  readonly readAt: number[];
  /** Listeners in force now. */
  readonly listeners: () => number;
  fate: AnnouncementFate;
  /** While true every read and commit fails with `store_unavailable`. */
  isAway: boolean;
  /** Awaited on the way of a page that was read: it is as old as that when it arrives. */
  pageArrives: () => Promise<unknown>;
  /** Goes on over another store, as after a failover. */
  replaceBy(store: StoryStore): Promise<void>;
}

export function unreliable(real: StoryStore): UnreliableStore {
  let current = real;
  const subscriptions = new Set<Subscription>();

  function reach(read?: ReadName): StoryStore {
    if (read !== undefined) {
      control.reads[read] += 1;
      control.readAt.push(performance.now());
    }
    if (control.isAway) throw new Failure('store_unavailable');
    return current;
  }

  async function subscribe(subscription: Subscription): Promise<void> {
    const { stream, edition, listener } = subscription;
    subscription.unsubscribe = await current.onCommitted(stream, edition, (announcement) =>
      control.fate(announcement, (sent) => {
        if (subscriptions.has(subscription)) listener(sent);
      }),
    );
  }

  const store: StoryStore = {
    commit: async (commit) => reach().commit(commit),
    receipt: async (stream, idempotency) => reach().receipt(stream, idempotency),
    head: async (stream, edition) => reach('head').head(stream, edition),
    object: async (stream, edition, id) => reach('object').object(stream, edition, id),
    async page(stream, edition, query) {
      const page = await reach('page').page(stream, edition, query);
      await control.pageArrives();
      return page;
    },
    changesSince: async (stream, edition, since, most) =>
      reach('changesSince').changesSince(stream, edition, since, most),
    revisions: async (stream, id, query) => reach().revisions(stream, id, query),
    streams: async (edition, query) => reach().streams(edition, query),
    async onCommitted(stream, edition, listener) {
      reach();
      const subscription: Subscription = { stream, edition, listener, unsubscribe: () => {} };
      subscriptions.add(subscription);
      await subscribe(subscription);
      return () => {
        subscriptions.delete(subscription);
        subscription.unsubscribe();
      };
    },
    outbox: async (limit) => reach().outbox(limit),
    outboxDone: async (items) => reach().outboxDone(items),
    onOutbox: (listener) => current.onOutbox(listener),
    renewEpoch: async (stream, stale) => reach().renewEpoch(stream, stale),
    dump: () => current.dump(),
    restore: (records) => current.restore(records),
    now: () => current.now(),
    check: async () => reach().check(),
    close: () => current.close(),
  };

  const control: UnreliableStore = {
    store,
    reads: { head: 0, page: 0, changesSince: 0, object: 0 },
    readAt: [],
    listeners: () => subscriptions.size,
    fate: (announcement, deliver) => deliver(announcement),
    isAway: false,
    pageArrives: async () => undefined,
    async replaceBy(other) {
      current = other;
      for (const subscription of subscriptions) {
        subscription.unsubscribe();
        await subscribe(subscription);
      }
    },
  };
  return control;
}
