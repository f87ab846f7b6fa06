import { expect, it } from 'vitest';
import type { FeedCatchUp, StoryFeed } from '../../server/live/story-feed.js';
import { commitOf, entryWrite, headerWrite } from '../contract/store-harness.js';
import { feedsForTest, openFeed, storeForTest } from '../helpers/live-parts.js';

const STORY = 'harbour-fire';
const ENTRIES = 60;
/** Characters of each. */
const ENTRY = 100_000;
/** Different questions, all within what a feed remembers. */
const ASKED = 35;
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
