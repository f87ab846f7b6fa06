import { expect, it } from 'vitest';
import { createMetrics } from '../../server/metrics.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { commitOf, entryWrite, eventually, headerWrite } from '../contract/store-harness.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { followed, reaches } from '../helpers/slow-readers.js';
import { STALLING_WAYS } from '../helpers/stalling-reader.js';
import { unreliable } from '../helpers/unreliable-store.js';

const SLUG = 'harbour-fire';
const WAYS = Object.keys(STALLING_WAYS) as (keyof typeof STALLING_WAYS)[];

const publish = (store: StoryStore, id: string, text = '') =>
  store.commit(commitOf(SLUG, [entryWrite('public', id, { form: JSON.stringify({ id, version: 1, text }) })]));

/** A reader who is behind in a story of a store that can be taken away. */
async function readerBehind(way: keyof typeof STALLING_WAYS) {
  const control = unreliable(await storeForTest());
  const { store } = control;
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  const { positions } = await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  const metrics = createMetrics();
  const { port } = new URL(await doorsForTest(store, { slowReaderBytes: 65_536, metrics }));
  const reader = await STALLING_WAYS[way](Number(port), SLUG, {});
  await reaches(reader, SLUG, 1);
  reader.stall();
  const slow = async (outcome: string) => {
    const { values } = await metrics.slowReaders.get();
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };
  for (let count = 0; (await slow('behind')) === 0; count += 1) {
    if (count > 300) throw new Error('the reader was never found to be behind');
    await publish(store, `large-${count}`, 'x'.repeat(100_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { control, store, reader, slow, epoch: positions.public.epoch };
}

it.each(WAYS)('over %s a reader who is behind when the stream gets a new epoch starts afresh, once', async (way) => {
  const { store, reader, slow, epoch } = await readerBehind(way);
  await publish(store, 'old');
  const renewed = await store.renewEpoch(SLUG, epoch);
  const { positions } = await publish(store, 'new');
  reader.drain();
  if ('join' in reader) {
    await eventually('it to be told', () => reader.received.some(({ what }) => what === 'reset'), 10_000);
    reader.join({ slug: SLUG });
  }
  await eventually('the new epoch', () => followed(reader, SLUG).position?.epoch === renewed, 10_000);
  await expect.poll(() => slow('caught_up'), { message: 'it to be live again' }).toBe(1);
  await publish(store, 'newer');
  await reaches(reader, SLUG, positions.public.seq + 1);
  expect(followed(reader, SLUG)).toMatchObject({ gaps: [], starts: 2 });
  expect(reader.received.filter(({ what }) => what === 'reset')).toHaveLength(way === 'sse' ? 0 : 1);
});

it.each(WAYS)('over %s a reader who is behind while the store is away goes on when it is back', async (way) => {
  const { control, store, reader, slow } = await readerBehind(way);
  // More than the ring holds, so that the store has to be asked.
  for (let count = 0; count < 60; count += 1) await publish(store, `more-${count}`, 'y'.repeat(100_000));
  control.isAway = true;
  const asked = { ...control.reads };
  reader.drain();
  const reads = () => control.reads.changesSince + control.reads.page - asked.changesSince - asked.page;
  await eventually('the store to be asked in vain', () => reads() > 2, 10_000);
  expect(await slow('caught_up')).toBe(0);
  control.isAway = false;
  if ('join' in reader) {
    await eventually('it to be told', () => reader.received.some(({ what }) => what === 'reset'), 10_000);
    reader.join({ slug: SLUG });
  }
  await expect.poll(() => slow('caught_up'), { message: 'it to be live again' }).toBe(1);
  const { positions } = await publish(store, 'last');
  await reaches(reader, SLUG, positions.public.seq);
  expect(followed(reader, SLUG).gaps).toEqual([]);
  expect(reader.isOver).toBe(false);
});
