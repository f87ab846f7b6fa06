import { afterEach, describe, expect, it, vi } from 'vitest';
import { catchUpText } from '../../server/live/catch-up-text.js';
import { commitOf, creating, entryWrite, eventually, failureOf, publishing } from '../contract/store-harness.js';
import { feedsForTest, listenTo, openFeed, storeForTest } from '../helpers/live-parts.js';
import { type UnreliableStore, unreliable } from '../helpers/unreliable-store.js';

const STORY = 'harbour-fire';
const TEXT = 'what should never have been said';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The process was stopped, as by SIGSTOP or a machine that was moved: only the clock tells. */
function stopFor(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

/** Published and withdrawn, in two commits. */
async function publishAndWithdraw({ store }: UnreliableStore): Promise<void> {
  const form = JSON.stringify({ id: 'a', headline: TEXT });
  await store.commit(commitOf(STORY, [entryWrite('public', 'a', { form })]));
  await store.commit(commitOf(STORY, [entryWrite('public', 'a', { version: 2, kind: 'entry.canceled' })]));
}

async function openStopped() {
  const control = unreliable(await storeForTest());
  await control.store.commit(creating(STORY));
  const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
  return { control, feed };
}

describe('an instance that was stopped for a minute', () => {
  it('does not pass on what was announced meanwhile and is withdrawn now', async () => {
    const { control, feed } = await openStopped();
    const heard = listenTo(feed);
    const late: (() => void)[] = [];
    control.fate = (announcement, deliver) => late.push(() => deliver(announcement));
    await publishAndWithdraw(control);
    await control.store.commit(publishing(STORY, 'b'));
    await eventually('three announcements', () => late.length === 3);
    stopFor(70_000);
    for (const deliver of late) deliver();
    await eventually('what is left of them', () => feed.position.seq === 4);
    expect(heard.changes.map(({ seq, after }) => [seq, after])).toEqual([
      [3, 1],
      [4, 3],
    ]);
    expect(JSON.stringify(heard)).not.toContain(TEXT);
    expect(heard.resets).toEqual([]);
  });

  it('answers nobody out of its memory before it has asked the store', async () => {
    const { control, feed } = await openStopped();
    await control.store.commit(commitOf(STORY, [entryWrite('public', 'a', { form: `{"headline":"${TEXT}"}` })]));
    await eventually('the change', () => feed.position.seq === 2);
    const { epoch } = feed.position;
    const asked = [undefined, { epoch, seq: 1 }, { epoch, seq: 2 }];
    // Now it has all three answers at hand.
    for (const since of asked) await feed.catchUp(since, 30);
    control.fate = () => {};
    await control.store.commit(commitOf(STORY, [entryWrite('public', 'a', { version: 2, kind: 'entry.canceled' })]));
    stopFor(70_000);
    for (const since of asked) {
      const answer = await feed.catchUp(since, 30);
      expect(answer.position.seq).toBe(3);
      expect(catchUpText(answer)).not.toContain(TEXT);
    }
  });

  it('answers nobody at all while it cannot ask', async () => {
    const { control, feed } = await openStopped();
    control.isAway = true;
    // A moment later it may still be taken at its word.
    expect(await feed.catchUp({ ...feed.position }, 30)).toMatchObject({ reset: false, objects: [] });
    stopFor(70_000);
    await failureOf(feed.catchUp({ ...feed.position }, 30), 'store_unavailable');
    control.isAway = false;
    expect(await feed.catchUp({ ...feed.position }, 30)).toMatchObject({ reset: false, objects: [] });
  });
});
