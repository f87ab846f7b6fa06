import { cp } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LIMITS, type Position } from '../../client-sdk/protocol/index.js';
import { catchUpText } from '../../server/live/catch-up-text.js';
import type { FeedCatchUp, StoryFeed } from '../../server/live/story-feed.js';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import type { Announcement, StoryStore } from '../../server/store/story-store.js';
import {
  commitOf,
  creating,
  entryWrite,
  eventually,
  failureOf,
  headerWrite,
  present,
  publishing,
} from '../contract/store-harness.js';
import { feedsForTest, type Heard, listenTo, openFeed, storeForTest } from '../helpers/live-parts.js';
import { directoryForTest } from '../helpers/server.js';
import { type UnreliableStore, unreliable } from '../helpers/unreliable-store.js';

const STORY = 'harbour-fire';

/** The next number of a generator that a seed fixes, so that a failing run can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const editing = (id: string, version: number) =>
  commitOf(STORY, [entryWrite('public', id, { version }), entryWrite('desk', id, { version })]);

async function headOf(store: StoryStore): Promise<Position> {
  return present(await store.head(STORY, 'public'), 'a head').position;
}

/** That nothing is missing between what was heard: each change says which it follows, and that was the one before. */
function expectNoHoles({ changes }: Heard, from: number): void {
  let at = from;
  for (const change of changes) {
    expect(change.after, `what ${change.seq} follows`).toBe(at);
    expect(change.seq).toBeGreaterThan(at);
    at = change.seq;
  }
}

/** Milliseconds between two reads that followed one another, at least. */
function leastPause({ readAt }: UnreliableStore): number {
  return Math.min(...readAt.slice(1).map((at, index) => at - (readAt[index] ?? 0)));
}

const asSeen = ({ header, objects, ...rest }: FeedCatchUp) => ({
  ...rest,
  objects: [...objects, ...(header === undefined ? [] : [header])]
    .map(({ objectId, seq, form }) => ({ objectId, seq, form }))
    .sort((a, b) => a.seq - b.seq),
});

describe('a story feed', () => {
  it('delivers what is announced in order, once, with the header as of each change', async () => {
    const store = await storeForTest();
    await store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(store).feeds, STORY);
    const heard = listenTo(feed);
    const headers: (number | undefined)[] = [];
    feed.listen(() => headers.push(feed.header?.seq));
    await store.commit(publishing(STORY, 'a'));
    await store.commit(commitOf(STORY, [headerWrite('public', 2), entryWrite('public', 'b')]));
    await eventually('three changes', () => heard.changes.length === 3);
    expect(heard.changes.map(({ seq, after, objectId }) => [seq, after, objectId])).toEqual([
      [2, 1, 'a'],
      [3, 2, '@header'],
      [4, 3, 'b'],
    ]);
    expect(headers).toEqual([1, 3, 3]);
    expect(feed.position).toEqual(await headOf(store));
  });

  it('has no holes and repeats nothing, whatever becomes of the announcements', { timeout: 30_000 }, async () => {
    const control = unreliable(await storeForTest());
    const { store } = control;
    await store.commit(creating(STORY));
    const { feeds, metrics } = feedsForTest(store, { headCheckMs: 200 });
    const feed = await openFeed(feeds, STORY);
    const heard = listenTo(feed);
    const random = randomFrom(7);
    const late: Announcement[] = [];
    control.fate = (announcement, deliver) => {
      const dice = random();
      if (dice < 0.1) return;
      if (dice < 0.3) late.push(announcement);
      else deliver(announcement);
      if (dice > 0.9) deliver(announcement);
      if (late.length > 3 || (dice > 0.8 && late.length > 0))
        for (const kept of late.splice(0).reverse()) deliver(kept);
    };
    for (let count = 0; count < 400; count += 1) {
      await store.commit(editing(`e${Math.floor(random() * 30)}`, count + 1));
      // Some pauses are long enough for a gap to be repaired, most are not.
      if (random() < 0.03) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const head = await headOf(store);
    await eventually('the feed at the head', () => feed.position.seq === head.seq);
    expectNoHoles(heard, 1);
    expect(heard.changes.at(-1)?.seq).toBe(head.seq);
    expect(heard.resets).toEqual([]);
    const newest = new Map(heard.changes.map(({ objectId, entry }) => [objectId, entry?.version]));
    for (const [objectId, version] of newest) {
      const view = await store.object(STORY, 'public', objectId);
      expect(version, objectId).toBe(view?.object?.version);
    }
    const [repairs] = (await metrics.feedRepairs.get()).values;
    expect(repairs?.value, 'repairs that were needed').toBeGreaterThan(0);
  });

  it('notices within 5 s that the last announcement of a quiet story was lost', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(control.store).feeds, STORY);
    const heard = listenTo(feed);
    control.fate = () => {};
    await control.store.commit(publishing(STORY, 'a'));
    await eventually('the lost change', () => heard.changes.length === 1, 5_000);
    expectNoHoles(heard, 1);
  });

  it('waits for an announcement that comes late instead of asking the store', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(control.store).feeds, STORY);
    const heard = listenTo(feed);
    const kept: (() => void)[] = [];
    control.fate = (announcement, deliver) => kept.push(() => deliver(announcement));
    for (const id of ['a', 'b', 'c']) await control.store.commit(publishing(STORY, id));
    await eventually('three announcements', () => kept.length === 3);
    const reads = control.reads.changesSince;
    for (const deliver of kept.reverse()) deliver();
    expect(heard.changes.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(control.reads.changesSince).toBe(reads);
  });

  it('tells nobody of a stream that does not exist, and listens to none', async () => {
    const control = unreliable(await storeForTest());
    const { feeds } = feedsForTest(control.store);
    expect(await feeds.open('nothing-here', 'public')).toBeUndefined();
    expect(control.listeners()).toBe(0);
    await control.store.commit(commitOf('nothing-here', [headerWrite('public')]));
    const lease = await feeds.open('nothing-here', 'public');
    expect(lease?.feed.position.seq).toBe(1);
    lease?.release();
  });

  it('shares one feed among all who ask, and closes it some time after the last has left', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const { feeds } = feedsForTest(control.store, { lingerMs: 40 });
    const leases = await Promise.all(Array.from({ length: 50 }, () => feeds.open(STORY, 'public')));
    expect(new Set(leases.map((lease) => lease?.feed)).size).toBe(1);
    expect(control.listeners()).toBe(1);
    for (const lease of leases) {
      lease?.release();
      lease?.release();
    }
    const again = await feeds.open(STORY, 'public');
    expect(again?.feed, 'the feed that lingered').toBe(leases[0]?.feed);
    again?.release();
    await eventually('the feed to close', () => control.listeners() === 0);
  });
});

it('a feed that closed reads no more for who is still asking', async () => {
  const control = unreliable(await storeForTest());
  await control.store.commit(creating(STORY));
  await control.store.commit(publishing(STORY, 'a'));
  let arrive = (): void => undefined;
  const onItsWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const slow: StoryStore = {
    ...control.store,
    async changesSince(...asked) {
      const found = await control.store.changesSince(...asked);
      await onItsWay;
      return found;
    },
  };
  const { feeds } = feedsForTest(slow, { lingerMs: 1 });
  const lease = present(await feeds.open(STORY, 'public'), 'a feed');
  const { epoch } = lease.feed.position;
  const asking = lease.feed.catchUp({ epoch, seq: 0 }, 30);
  await eventually('the read', () => control.reads.changesSince === 1);
  lease.release();
  await eventually('the feed to close', () => control.listeners() === 0);
  arrive();
  await failureOf(asking, 'shutting_down');
  expect(control.reads.changesSince).toBe(1);
});

describe('catching up at a feed', () => {
  /** A story with edits, a withdrawal and a changed header: positions 0 to 12. */
  async function busyStory(store: StoryStore): Promise<void> {
    await store.commit(creating(STORY));
    for (const id of ['a', 'b', 'c', 'd']) await store.commit(publishing(STORY, id));
    for (const id of ['b', 'a', 'b']) await store.commit(editing(id, id === 'a' ? 2 : 3));
    await store.commit(commitOf(STORY, [headerWrite('public', 2)]));
    for (const id of ['e', 'f']) await store.commit(publishing(STORY, id));
    await store.commit(editing('c', 2));
  }

  it('answers the same from memory as from the store, at every position', async () => {
    const store = await storeForTest();
    await store.commit(creating('other'));
    const control = unreliable(store);
    await store.commit(creating(STORY));
    const listening = await openFeed(feedsForTest(control.store).feeds, STORY);
    for (const id of ['a', 'b', 'c', 'd']) await store.commit(publishing(STORY, id));
    for (const id of ['b', 'a', 'b']) await store.commit(editing(id, id === 'a' ? 2 : 3));
    await store.commit(commitOf(STORY, [headerWrite('public', 2)]));
    await store.commit(editing('c', 2));
    const { epoch, seq: head } = await headOf(store);
    await eventually('the feed at the head', () => listening.position.seq === head);

    for (let seq = 1; seq <= head; seq += 1) {
      const since = { epoch, seq };
      const reads = control.reads.changesSince;
      const fromMemory = await listening.catchUp(since, 30);
      expect(control.reads.changesSince, 'no read was needed').toBe(reads);
      const fresh = await openFeed(feedsForTest(control.store).feeds, STORY);
      const fromStore = await fresh.catchUp(since, 30);
      expect(asSeen(fromMemory)).toEqual(asSeen(fromStore));
      const stored = present(await store.changesSince(STORY, 'public', since, 500), 'net changes');
      expect(asSeen(fromStore).objects).toEqual(
        stored.changes.map(({ objectId, seq: at, form }) => ({ objectId, seq: at, form })),
      );
      expect(fromStore).toMatchObject({ reset: false, position: { epoch, seq: head } });
    }
  });

  it('starts afresh for another epoch, for a position that was never reached, and for none', async () => {
    const store = await storeForTest();
    await busyStory(store);
    const feed = await openFeed(feedsForTest(store).feeds, STORY);
    const { epoch, seq } = feed.position;
    for (const since of [undefined, { epoch: 'another', seq: 3 }, { epoch, seq: seq + 1 }]) {
      const answer = await feed.catchUp(since, 4);
      expect(answer).toMatchObject({ reset: true, position: { epoch, seq } });
      expect(answer.objects.map(({ objectId }) => objectId)).toEqual(['f', 'e', 'd', 'c']);
      expect(answer.header?.seq).toBe(9);
      expect(answer.older).toBe('key#c');
    }
    const all = await feed.catchUp(undefined, 200);
    expect(all.objects).toHaveLength(6);
    expect(all.older).toBeUndefined();
  });

  it('brings nobody a text that was withdrawn meanwhile', async () => {
    const store = await storeForTest();
    await store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(store).feeds, STORY);
    const { epoch } = feed.position;
    const form = JSON.stringify({ id: 'a', version: 1, text: 'the wrong name' });
    await store.commit(commitOf(STORY, [entryWrite('public', 'a', { form })]));
    await eventually('the text', () => feed.position.seq === 2);
    const before =
      catchUpText(await feed.catchUp({ epoch, seq: 1 }, 30)) + catchUpText(await feed.catchUp(undefined, 30));
    expect(before).toContain('the wrong name');
    const tombstone = JSON.stringify({ id: 'a', version: 2, status: 'canceled' });
    await store.commit(commitOf(STORY, [entryWrite('public', 'a', { version: 2, form: tombstone })]));
    await eventually('the withdrawal', () => feed.position.seq === 3);
    for (const since of [undefined, ...[0, 1, 2].map((seq) => ({ epoch, seq }))]) {
      const text = catchUpText(await feed.catchUp(since, 30));
      expect(text).not.toContain('the wrong name');
      expect(text).toContain('canceled');
    }
  });

  it('serves a reader who is ahead of this instance, instead of resetting it', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    control.fate = () => {};
    await control.store.commit(publishing(STORY, 'a'));
    await control.store.commit(publishing(STORY, 'b'));
    const { epoch } = feed.position;
    expect(feed.position.seq).toBe(1);
    expect(await feed.catchUp({ epoch, seq: 2 }, 30)).toMatchObject({
      reset: false,
      position: { epoch, seq: 3 },
      objects: [{ objectId: 'b' }],
    });
  });

  it('resets a reader who missed more than 500 objects, and not one who missed 500', { timeout: 30_000 }, async () => {
    const control = unreliable(await storeForTest());
    const { store } = control;
    await store.commit(creating(STORY));
    for (let batch = 0; batch < 11; batch += 1) {
      const ids = Array.from({ length: 50 }, (_, index) => `e${batch * 50 + index}`);
      await store.commit(
        commitOf(
          STORY,
          ids.map((id) => entryWrite('public', id)),
        ),
      );
    }
    const feed = await openFeed(feedsForTest(store).feeds, STORY);
    const { epoch, seq } = feed.position;
    const at = (behind: number) => feed.catchUp({ epoch, seq: seq - behind }, 30);
    const answers = await Promise.all([at(LIMITS.netChanges + 1), at(LIMITS.netChanges), at(551), at(3), at(200)]);
    expect(answers.map(({ reset, objects }) => [reset, objects.length])).toEqual([
      [true, 30],
      [false, LIMITS.netChanges],
      [true, 30],
      [false, 3],
      [false, 200],
    ]);
    const reads = control.reads.changesSince;
    expect((await at(LIMITS.netChanges + 20)).reset, 'known to be too far').toBe(true);
    expect(control.reads.changesSince).toBe(reads);
  });

  it('reads once for thousands who come at once, from wherever they come', { timeout: 30_000 }, async () => {
    const control = unreliable(await storeForTest());
    await busyStory(control.store);
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    const { epoch, seq } = feed.position;
    const answers = await Promise.all(
      Array.from({ length: 5_000 }, (_, index) =>
        feed.catchUp(index % 2 === 0 ? undefined : { epoch, seq: index % (seq + 1) }, 30),
      ),
    );
    expect(control.reads).toMatchObject({ page: 1, changesSince: 1 });
    expect(new Set(answers).size, 'answers made').toBe(seq + 2);
  });

  it('reads at most once per 100 ms while a story moves and readers keep coming', { timeout: 30_000 }, async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    const asked: Promise<FeedCatchUp>[] = [];
    for (let count = 0; count < 60; count += 1) {
      await control.store.commit(publishing(STORY, `e${count}`));
      const { position } = feed;
      // Some hold nothing, and some what this feed knows nothing of: its reads are of all kinds.
      const stands: readonly (Position | undefined)[] = [
        undefined,
        { epoch: 'elsewhere', seq: 1 },
        { ...position, seq: 0 },
      ];
      for (let reader = 0; reader < 21; reader += 1) {
        asked.push(
          feed.catchUp(stands[reader % stands.length], 30).then((answer) => {
            expect(answer.position.seq).toBeGreaterThanOrEqual(position.seq);
            return answer;
          }),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    await Promise.all(asked);
    expect(leastPause(control)).toBeGreaterThanOrEqual(100);
  });

  it('answers those who come first by one read, and reads no more for 100 ms', async () => {
    const control = unreliable(await storeForTest());
    await busyStory(control.store);
    control.fate = () => {};
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    const { epoch, seq } = feed.position;
    const heard = listenTo(feed);
    const first = await Promise.all([
      feed.catchUp(undefined, 30),
      feed.catchUp(undefined, 4),
      feed.catchUp({ epoch, seq }, 30),
    ]);
    expect(first.map(({ reset, objects }) => [reset, objects.length])).toEqual([
      [true, 6],
      [true, 4],
      [false, 0],
    ]);
    expect(control.readAt).toHaveLength(1);
    // Nobody is told of this one: it is found by the look that makes good for what came before the feed listened.
    await control.store.commit(publishing(STORY, 'g'));
    const behind = feed.catchUp({ epoch, seq: 3 }, 30);
    await eventually('the change', () => heard.changes.length === 1, 1_000);
    expect((await behind).reset).toBe(false);
    await eventually('the look', () => control.reads.head > 0, 1_000);
    expect(leastPause(control)).toBeGreaterThanOrEqual(100);
  });
});

describe('a feed over a store that fails', () => {
  it('keeps its place while the store is away, and goes on when it is back', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 50 }).feeds, STORY);
    const heard = listenTo(feed);
    control.fate = () => {};
    await control.store.commit(publishing(STORY, 'a'));
    control.isAway = true;
    const reads = control.reads.head;
    await eventually('some looks in vain', () => control.reads.head > reads + 3);
    const fromTheStart = { ...feed.position, seq: 0 };
    await expect(feed.catchUp(fromTheStart, 30)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(heard).toEqual({ changes: [], resets: [] });
    control.isAway = false;
    await eventually('the change', () => heard.changes.length === 1);
    expectNoHoles(heard, 1);
    expect((await feed.catchUp(undefined, 30)).objects).toHaveLength(1);
  });

  it('resets its readers when the stream gets a new epoch', async () => {
    const store = await storeForTest();
    await store.commit(creating(STORY));
    const feed = await openFeed(feedsForTest(store, { headCheckMs: 50 }).feeds, STORY);
    const heard = listenTo(feed);
    const stale = feed.position.epoch;
    const renewed = await store.renewEpoch(STORY, stale);
    await eventually('the reset', () => heard.resets.length === 1);
    expect(heard.resets).toEqual([{ epoch: renewed, seq: 1 }]);
    await store.commit(publishing(STORY, 'a'));
    await eventually('the change', () => heard.changes.length === 1);
    expect(heard.changes[0]).toMatchObject({ epoch: renewed, seq: 2, after: 1 });
    expect((await feed.catchUp({ epoch: stale, seq: 1 }, 30)).reset).toBe(true);
  });

  it('gives the stream a new epoch when the store went back in time', async () => {
    const directory = await directoryForTest();
    const copy = await directoryForTest();
    const past = await openEmbeddedStore({ directory });
    await past.commit(creating(STORY));
    await past.commit(publishing(STORY, 'a'));
    await past.close();
    await cp(directory, copy, { recursive: true });

    const control = unreliable(await storeForTest(directory));
    await control.store.commit(publishing(STORY, 'b'));
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 50 }).feeds, STORY);
    const heard = listenTo(feed);
    const lost = feed.position;
    expect(lost.seq).toBe(3);
    await control.replaceBy(await storeForTest(copy));
    await eventually('the reset', () => heard.resets.length === 1);
    const now = await headOf(control.store);
    expect(now.epoch).not.toBe(lost.epoch);
    expect(heard.resets).toEqual([{ epoch: now.epoch, seq: 2 }]);
    await control.store.commit(publishing(STORY, 'other'));
    await control.store.commit(publishing(STORY, 'news'));
    await eventually('both changes', () => heard.changes.length === 2);
    // By its number alone the old position would look like one behind the head.
    expect(await feed.catchUp(lost, 30)).toMatchObject({ reset: true, position: { epoch: now.epoch, seq: 4 } });
  });

  it('keeps one door’s defect from the others', async () => {
    const store = await storeForTest();
    await store.commit(creating(STORY));
    const feed: StoryFeed = await openFeed(feedsForTest(store).feeds, STORY);
    feed.listen(() => {
      throw new Error('a defect');
    });
    const heard = listenTo(feed);
    await store.commit(publishing(STORY, 'a'));
    await store.commit(publishing(STORY, 'b'));
    await eventually('both changes', () => heard.changes.length === 2);
  });
});
