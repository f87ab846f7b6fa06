import { expect, it } from 'vitest';
import type { FeedCatchUp, StoryFeed } from '../../server/live/story-feed.js';
import { commitOf, creating, entryWrite, eventually, headerWrite, publishing } from '../contract/store-harness.js';
import { feedsForTest, openFeed, storeForTest } from '../helpers/live-parts.js';
import { unreliable } from '../helpers/unreliable-store.js';

const STORY = 'harbour-fire';
const ENTRIES = 60;
/** Characters of each. */
const ENTRY = 100_000;
/** Different questions, all within what a feed remembers. */
const ASKED = 35;
/** Feeds without readers that stay open. */
const LINGERING_MOST = 500;
/** Characters of forms that a feed may keep in answers that are ready, unless one answer alone is longer. */
const MOST = 4 * 1024 * 1024;

async function largeStory(): Promise<{ feed: StoryFeed; epoch: string }> {
  const store = await storeForTest();
  const text = 'x'.repeat(ENTRY);
  const entries = Array.from({ length: ENTRIES }, (_, at) =>
    entryWrite('public', `e${at}`, { form: JSON.stringify({ text }) }),
  );
  await store.commit(commitOf(STORY, [headerWrite('public'), ...entries]));
  const feed = await openFeed(feedsForTest(store).feeds, STORY);
  return { feed, epoch: feed.position.epoch };
}

/** Characters of the answers that are given again as the same objects, with all that was made of them. */
async function keptOf(ask: (at: number) => Promise<FeedCatchUp>): Promise<number> {
  const first: FeedCatchUp[] = [];
  for (let at = 1; at <= ASKED; at += 1) first.push(await ask(at));
  const kept = new Set<FeedCatchUp>();
  for (let at = ASKED; at >= 1; at -= 1) {
    const again = await ask(at);
    if (again === first[at - 1]) kept.add(again);
  }
  return [...kept].reduce((sum, { objects }) => sum + objects.reduce((all, { form }) => all + form.length, 0), 0);
}

it.each<[string, (feed: StoryFeed, epoch: string) => (at: number) => Promise<FeedCatchUp>]>([
  ['fresh starts of every size', (feed) => (at) => feed.catchUp(undefined, ENTRIES - at)],
  ['catch-ups from every position', (feed, epoch) => (at) => feed.catchUp({ epoch, seq: ENTRIES - at }, 30)],
])('%s are not all kept: a stranger could fill the memory by asking for them', async (_what, askOf) => {
  const { feed, epoch } = await largeStory();
  // Its ring must reach back as far as is asked.
  await feed.catchUp({ epoch, seq: 20 }, 30);
  expect(await keptOf(askOf(feed, epoch))).toBeLessThanOrEqual(Math.max(MOST, ENTRIES * ENTRY));
});

it('the answer to what many ask is kept, however long it is', async () => {
  const { feed } = await largeStory();
  const first = await feed.catchUp(undefined, ENTRIES);
  expect(await feed.catchUp(undefined, ENTRIES)).toBe(first);
  await feed.catchUp(undefined, 2);
  expect(await feed.catchUp(undefined, 2)).toBe(await feed.catchUp(undefined, 2));
});

it('answers that nobody asks for any more are let go of, however quiet the story is', async () => {
  const control = unreliable(await storeForTest());
  await control.store.commit(creating(STORY));
  await control.store.commit(publishing(STORY, 'a'));
  const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 50 }).feeds, STORY);
  const first = await feed.catchUp({ ...feed.position }, 30);
  expect(await feed.catchUp({ ...feed.position }, 30)).toBe(first);
  await feed.catchUp(undefined, 30);
  const { head, page } = control.reads;
  await eventually('three looks at a story that nobody comes to', () => control.reads.head >= head + 3);
  expect(await feed.catchUp({ ...feed.position }, 30)).not.toBe(first);
  await feed.catchUp(undefined, 30);
  expect(control.reads.page).toBe(page + 1);
});

it('feeds that nobody listens to stay open in bounded number, those left last', async () => {
  const control = unreliable(await storeForTest());
  const { feeds } = feedsForTest(control.store);
  const slugs = Array.from({ length: LINGERING_MOST + 20 }, (_, at) => `story-${at}`);
  await Promise.all(slugs.map((slug) => control.store.commit(creating(slug))));
  const read = await feeds.open(slugs[0] ?? '', 'public');
  for (const slug of slugs.slice(1)) (await feeds.open(slug, 'public'))?.release();
  await eventually('the first ones to close', () => control.listeners() === LINGERING_MOST + 1);
  const again = await feeds.open(slugs[0] ?? '', 'public');
  expect(again?.feed, 'one that is listened to').toBe(read?.feed);
  const reads = control.reads.page;
  (await feeds.open(slugs.at(-1) ?? '', 'public'))?.release();
  expect(control.reads.page, 'the one left last is still there').toBe(reads);
  (await feeds.open(slugs[1] ?? '', 'public'))?.release();
  expect(control.reads.page, 'the one left first is opened anew').toBe(reads + 1);
});
