import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import type { StoryStore } from '../../server/store/story-store.js';
import { commitOf, entryWrite, headerWrite } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';
import { type UnreliableStore, unreliable } from '../helpers/unreliable-store.js';

const SLUG = 'harbour-fire';

/** Milliseconds that a page is on its way at least, and changes that come meanwhile where somebody publishes. */
const PAGE_MS = 120;
const CHANGES = 3;

interface SlowStory {
  readonly url: string;
  readonly store: StoryStore;
  readonly control: UnreliableStore;
  /** Publishes while something else goes on. Answers how many. */
  publishDuring(task: Promise<unknown>): Promise<number>;
}

/** A public story whose pages take long to arrive: what was read is old by then. */
async function slowStory(): Promise<SlowStory> {
  const control = unreliable(await storeForTest());
  const { store } = control;
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  let published = 0;
  let isPublishing = false;
  control.pageArrives = async () => {
    const from = published;
    await delay(PAGE_MS);
    while (isPublishing && published < from + CHANGES) await delay(5);
  };
  async function publishDuring(task: Promise<unknown>): Promise<number> {
    isPublishing = true;
    const end = task.finally(() => {
      isPublishing = false;
    });
    while (isPublishing) {
      await store.commit(commitOf(SLUG, [entryWrite('public', `e${published + 1}`)]));
      published += 1;
      await delay(5);
    }
    await end;
    return published;
  }
  return { url: await doorsForTest(store), store, control, publishDuring };
}

/** Somebody follows the story, which has gone on since: a fresh start takes a read. */
async function movedOn({ url, store }: SlowStory): Promise<{ other: SocketReader; position: Position }> {
  const other = await connectSocket(url);
  const { position } = await other.join({ slug: SLUG, limit: 1 });
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e0')]));
  await other.received(1);
  return { other, position: { ...position, seq: position.seq + 1 } };
}

const consecutive = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe.each([
  ['with which a feed begins', false],
  ['that is read for who comes later', true],
])('a page %s, and that is old when it comes', (_which, isLater) => {
  async function slowStart() {
    const story = await slowStory();
    if (isLater) await movedOn(story);
    /** Where the story stands after so many more changes. */
    const seqAfter = (published: number): number => published + (isLater ? 2 : 1);
    return { ...story, seqAfter };
  }

  it('leaves no hole in a stream between it and the live changes', async () => {
    const { url, publishDuring, seqAfter } = await slowStart();
    const opened = openStream(`${url}/v1/stories/${SLUG}/stream`);
    const last = seqAfter(await publishDuring(opened.then((stream) => stream.received(1))));
    const stream = await opened;
    const start = Number(stream.events[0]?.id.split(':')[1]);
    await stream.received(1 + last - start);
    const told = stream.events.slice(1).map(({ data }) => Reflect.get(Object(data), 'seq'));
    expect(told).toEqual(consecutive(start + 1, last));
    expect(start, 'the page was old when it came').toBeLessThan(last - 1);
  });

  it('leaves none at a socket, which gets by changes what it lacks', async () => {
    const { url, publishDuring, seqAfter } = await slowStart();
    const reader = await connectSocket(url);
    const joining = reader.join({ slug: SLUG });
    const last = seqAfter(await publishDuring(joining));
    const { position } = await joining;
    await reader.received(1);
    await expect.poll(() => reader.changes.at(-1)?.change.seq, { timeout: 5_000 }).toBe(last);
    const seqs = reader.changes.map(({ change }) => change.seq).filter((seq) => seq > position.seq);
    expect(seqs).toEqual(consecutive(position.seq + 1, last));
    expect(position.seq, 'the page was old when it came').toBeLessThan(last - 1);
  });

  it('is not kept for those who come later', async () => {
    const { url, store, control, seqAfter } = await slowStart();
    const pages = control.reads.page;
    const first = await connectSocket(url);
    const joining = first.join({ slug: SLUG });
    await expect.poll(() => control.reads.page, { interval: 5 }).toBe(pages + 1);
    await store.commit(commitOf(SLUG, [entryWrite('public', 'e1')]));
    await first.received(1);
    expect((await joining).position.seq, 'the page was old when it came').toBe(seqAfter(0));
    const second = await connectSocket(url);
    expect((await second.join({ slug: SLUG })).position.seq).toBe(seqAfter(1));
  });

  it('is told by a poll, and what it lacks by the next', async () => {
    const { url, publishDuring, seqAfter } = await slowStart();
    const first = fetch(`${url}/v1/stories/${SLUG}/changes`);
    const last = seqAfter(await publishDuring(first));
    const { position } = JSON.parse(await (await first).text());
    expect(position.seq, 'the page was old when it came').toBeLessThan(last - 1);
    const next = await fetch(`${url}/v1/stories/${SLUG}/changes?since=${position.epoch}:${position.seq}&wait=5`);
    const answer = JSON.parse(await next.text());
    expect(answer.position.seq).toBe(last);
    expect(answer.entries).toHaveLength(last - position.seq);
  });
});

it('a join that fails does not end what another join of the same socket was told', async () => {
  const story = await slowStory();
  const { url, store, control } = story;
  const { position } = await movedOn(story);
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
  const story = await slowStory();
  const { url, store, control } = story;
  const { other } = await movedOn(story);
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
