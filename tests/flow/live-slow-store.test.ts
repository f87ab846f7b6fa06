import type { Position } from '@slugline/client/protocol';
import { expect, it } from 'vitest';
import type { StoryStore } from '../../server/store/story-store.js';
import { commitOf, entryWrite, headerWrite } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';
import { type UnreliableStore, unreliable } from '../helpers/unreliable-store.js';

const SLUG = 'harbour-fire';

/** A public story whose pages take long to arrive: what was read is old by then. */
async function slowStory(): Promise<{ url: string; store: StoryStore; control: UnreliableStore }> {
  const control = unreliable(await storeForTest());
  const { store } = control;
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  control.pageDelayMs = 120;
  return { url: await doorsForTest(store), store, control };
}

/** Publishes while something else goes on. Answers how many. */
async function publishDuring(store: StoryStore, task: Promise<unknown>): Promise<number> {
  let isOver = false;
  const end = task.finally(() => {
    isOver = true;
  });
  let published = 0;
  while (!isOver) {
    published += 1;
    await store.commit(commitOf(SLUG, [entryWrite('public', `e${published}`)]));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await end;
  return published;
}

/** Somebody follows the story, which has gone on since: a fresh start takes a read. */
async function movedOn(url: string, store: StoryStore): Promise<{ other: SocketReader; position: Position }> {
  const other = await connectSocket(url);
  const { position } = await other.join({ slug: SLUG, limit: 1 });
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e1')]));
  await other.received(1);
  return { other, position: { ...position, seq: position.seq + 1 } };
}

const consecutive = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

it('a stream has no hole between an old snapshot and the live changes', async () => {
  const { url, store } = await slowStory();
  const opened = openStream(`${url}/v1/stories/${SLUG}/stream`);
  const started = opened.then((stream) => stream.received(1));
  const published = await publishDuring(store, started);
  const { events } = await opened;
  const start = Number(events[0]?.id.split(':')[1]);
  const stream = await opened;
  await stream.received(published + 2 - start);
  const told = events.slice(1).map(({ data }) => Reflect.get(Object(data), 'seq'));
  expect(told).toEqual(consecutive(start + 1, published + 1));
  expect(start, 'the snapshot was old when it came').toBeLessThan(published);
});

it('a socket gets by changes what an old snapshot lacks', async () => {
  const { url, store } = await slowStory();
  const reader = await connectSocket(url);
  const joining = reader.join({ slug: SLUG });
  const published = await publishDuring(store, joining);
  const { position } = await joining;
  await reader.received(1);
  await expect.poll(() => reader.changes.at(-1)?.change.seq, { timeout: 5_000 }).toBe(published + 1);
  const seqs = reader.changes.map(({ change }) => change.seq).filter((seq) => seq > position.seq);
  expect(seqs).toEqual(consecutive(position.seq + 1, published + 1));
  expect(position.seq, 'the snapshot was old when it came').toBeLessThan(published);
});

it('an old snapshot is not kept for those who come later', async () => {
  const { url, store, control } = await slowStory();
  const first = await connectSocket(url);
  const joining = first.join({ slug: SLUG });
  await expect.poll(() => control.reads.page, { interval: 5 }).toBe(1);
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e1')]));
  await first.received(1);
  expect((await joining).position.seq, 'the snapshot was old when it came').toBe(1);
  const second = await connectSocket(url);
  expect((await second.join({ slug: SLUG })).position.seq).toBe(2);
});

it('a poll that waits is told what an old snapshot lacks', async () => {
  const { url, store } = await slowStory();
  const first = fetch(`${url}/v1/stories/${SLUG}/changes`);
  const published = await publishDuring(store, first);
  const { position } = JSON.parse(await (await first).text());
  expect(position.seq).toBeLessThan(published);
  const next = await fetch(`${url}/v1/stories/${SLUG}/changes?since=${position.epoch}:${position.seq}&wait=5`);
  const answer = JSON.parse(await next.text());
  expect(answer.position.seq).toBe(published + 1);
  expect(answer.entries).toHaveLength(published + 1 - position.seq);
});

it('a join that fails does not end what another join of the same socket was told', async () => {
  const { url, store, control } = await slowStory();
  const { position } = await movedOn(url, store);
  const reader = await connectSocket(url);
  control.isAway = true;
  const [refused, resumed] = await Promise.all([
    reader.refusal({ slug: SLUG, limit: 200 }),
    reader.join({ slug: SLUG, position }),
  ]);
  expect(refused).toBe('store_unavailable');
  expect(resumed.reset).toBe(false);
  control.isAway = false;
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e2')]));
  await reader.received(1);
});

it('a join that fails leaves nobody in the room', async () => {
  const { url, store, control } = await slowStory();
  const { other } = await movedOn(url, store);
  const reader = await connectSocket(url);
  control.isAway = true;
  const join = () => reader.refusal({ slug: SLUG, limit: 200 });
  expect(await Promise.all([join(), join()])).toEqual(['store_unavailable', 'store_unavailable']);
  control.isAway = false;
  expect(await other.join({ slug: SLUG, limit: 1 })).toMatchObject({ audience: 1 });
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e2')]));
  await other.received(2);
  expect(reader.changes).toEqual([]);
});
