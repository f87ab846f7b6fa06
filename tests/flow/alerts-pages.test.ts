import { expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../client-sdk/protocol/index.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { pendingWork } from '../../server/push/alert-record.js';
import type { Deliver } from '../../server/push/deliver.js';
import { followEntry } from '../../server/push/follow-story.js';
import { addFollower } from '../../server/push/followers.js';
import { type SenderParts, startAlertSender } from '../../server/push/send-alerts.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { commitOf, eventually, headerWrite } from '../contract/store-harness.js';
import { storeForTest } from '../helpers/live-parts.js';

const SLUG = 'harbour-fire';
const logger = createLogger('silent');

/** A story's entry as readers have it, and the alert that follows from it. */
async function write(store: StoryStore, version: number, fields: object): Promise<void> {
  const at = new Date(store.now()).toISOString();
  const common = { id: 'e1', slug: SLUG, version, publishedAt: at, updatedAt: at };
  const usable = { status: 'usable', body: [], corrections: [], breaking: true, keyEvent: false };
  const form = JSON.stringify({ ...common, ...usable, ...fields });
  const header = JSON.stringify({ slug: SLUG, headline: 'Harbour fire', language: 'en', visibility: 'public' });
  const entry = { edition: 'public', objectId: 'e1', version, kind: 'entry.updated', orderKey: 'k', form } as const;
  await store.commit(commitOf(SLUG, [headerWrite('public', version, header), entry]));
  await followEntry(store, SLUG, 'e1');
}

/** What an instance told, by follower. Messages from a number on wait until the test lets them go. */
function sendingFrom(store: StoryStore, heldFrom = Number.POSITIVE_INFINITY, parts: Partial<SenderParts> = {}) {
  const told: { readonly follower: string; readonly alert: Alert }[] = [];
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const deliver: Deliver = async ({ id }, { payload }) => {
    told.push({ follower: id, alert: JSON.parse(payload) });
    if (told.length > heldFrom) await held;
    return { kind: 'taken' };
  };
  const metrics = createMetrics();
  const sender = startAlertSender({ store, deliver, isAlone: false, logger, metrics, ...parts });
  onTestFinished(() => sender.close());
  onTestFinished(letGo);
  return { told, sender, letGo };
}

async function storeWithFollowers(count: number): Promise<StoryStore> {
  const store = await storeForTest();
  const form = { endpoint: 'https://push.example/a', p256dh: 'p', auth: 'a', keyId: 'k' };
  await Promise.all(Array.from({ length: count }, (_, at) => addFollower(store, SLUG, `f${at}`, form)));
  return store;
}

async function nothingLeft(store: StoryStore): Promise<void> {
  await expect.poll(async () => (await pendingWork(store, 100)).length, { interval: 10 }).toBe(0);
}

it('the page that was under way when an entry was withdrawn is told of it, and nobody who was not yet told', async () => {
  const store = await storeWithFollowers(450);
  const { told, sender, letGo } = sendingFrom(store, 100);
  await write(store, 1, { headline: 'Soon regretted' });
  sender.wake();
  await eventually('the second page to be under way', () => told.length === 150);
  await write(store, 2, { status: 'canceled', headline: undefined, body: undefined });
  letGo();
  await nothingLeft(store);
  const [news, withdrawn] = ['news', 'withdrawn'].map(
    (kind) => new Set(told.flatMap(({ alert, follower }) => (alert.kind === kind ? [follower] : []))),
  );
  expect(news?.size).toBe(200);
  for (const follower of news ?? []) expect(withdrawn).toContain(follower);
  // One page more than was finished, from wherever pages then begin.
  expect(withdrawn?.size).toBe(200);
  const last = new Map(told.map(({ follower, alert }) => [follower, alert.kind]));
  expect([...last.values()].filter((kind) => kind !== 'withdrawn')).toEqual([]);
});

it('an instance that ends half way leaves its page to another, which waits until it cannot be at it any more', async () => {
  const store = await storeWithFollowers(250);
  const dead = sendingFrom(store, 0, { leaseMs: 1_500 });
  await write(store, 1, { headline: 'Told once' });
  dead.sender.wake();
  await eventually('a page to be under way', () => dead.told.length === 50);
  const began = performance.now();
  const other = sendingFrom(store);
  await nothingLeft(store);
  expect(performance.now() - began).toBeGreaterThan(1_000);
  // All of it by the other one: of a page that was not finished nobody knows who was told.
  expect(other.told).toHaveLength(250);
  expect(new Set(other.told.map(({ follower }) => follower)).size).toBe(250);
});

it('what a dead process of the same data directory had in hand is taken up at once', async () => {
  const store = await storeWithFollowers(10);
  const dead = sendingFrom(store, 0);
  await write(store, 1, { headline: 'Told' });
  dead.sender.wake();
  await eventually('the page to be under way', () => dead.told.length === 10);
  const next = sendingFrom(store, undefined, { isAlone: true });
  await eventually('it to be told again', () => next.told.length === 10, 3_000);
});

it('an alert that is too old to be news is given up, and one that was withdrawn before anybody was told is told to nobody', async () => {
  const store = await storeWithFollowers(3);
  const past = new Date(store.now() - 5 * 3_600_000).toISOString();
  await write(store, 1, { headline: 'Of this morning', updatedAt: past });
  await nothingLeft(store);
  const { told, sender } = sendingFrom(store);
  await write(store, 2, { headline: 'Now' });
  await write(store, 3, { status: 'withheld', headline: undefined, body: undefined });
  sender.wake();
  await nothingLeft(store);
  expect(told.filter(({ alert }) => alert.kind !== 'withdrawn')).toEqual([]);
});
