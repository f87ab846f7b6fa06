import { expect, it } from 'vitest';
import { commitOf, entryWrite, eventually, headerWrite } from '../contract/store-harness.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket } from '../helpers/socket-reader.js';

const SLUG = 'harbour-fire';

it.each([['websocket'], ['polling']])('a socket over %s that follows nothing is closed after its time', async (way) => {
  const store = await storeForTest();
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  const url = await doorsForTest(store, { times: { idle: 1_000 } });
  const connect = () => connectSocket(url, { transports: [way] });
  const [silent, asking, leaving, following] = await Promise.all([connect(), connect(), connect(), connect()]);
  await Promise.all([leaving.join({ slug: SLUG }), following.join({ slug: SLUG })]);
  leaving.socket.emit('story:leave', { slug: SLUG });
  // Asking is not following.
  const asks = setInterval(() => asking.socket.emit('story:join', { slug: 'no-such-story' }, () => undefined), 200);
  await eventually(
    'the three to be closed',
    () => [silent, asking, leaving].every(({ disconnects }) => disconnects.length === 1),
    15_000,
  ).finally(() => clearInterval(asks));
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e1')]));
  await following.received(1);
  expect(following.disconnects).toEqual([]);
});
