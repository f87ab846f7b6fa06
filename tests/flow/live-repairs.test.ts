import { expect, it } from 'vitest';
import { commitOf, entryWrite, eventually, headerWrite } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { unreliable } from '../helpers/unreliable-store.js';

const SLUG = 'harbour-fire';

const header = (version: number, visibility: 'public' | 'private') =>
  headerWrite('public', version, JSON.stringify({ slug: SLUG, visibility, version }));

it('a repaired stretch goes only to those who may read by its end, though the change that shut the others out is gone', async () => {
  const control = unreliable(await storeForTest());
  const { store } = control;
  await store.commit(commitOf(SLUG, [header(1, 'public')]));
  const url = await doorsForTest(store);
  const socket = await connectSocket(url);
  await socket.join({ slug: SLUG });
  const stream = await openStream(`${url}/v1/stories/${SLUG}/stream`);
  await stream.received(1);

  control.fate = () => {};
  await store.commit(commitOf(SLUG, [header(2, 'private')]));
  await store.commit(commitOf(SLUG, [entryWrite('public', 'a', { form: '{"id":"a","text":"for members"}' })]));
  // Supersedes the header that shut the public out: net changes have the entry first, and then this one.
  await store.commit(commitOf(SLUG, [header(3, 'private')]));

  await eventually('the socket to be put out', () => socket.resets.length === 1);
  await eventually('the stream to end', () => stream.hasEnded());
  expect(socket.changes).toEqual([]);
  expect(stream.text()).not.toContain('for members');
});
