import { expect, it } from 'vitest';
import { commitOf, entryWrite, eventually, headerWrite } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket } from '../helpers/socket-reader.js';

const SLUG = 'harbour-fire';

it('readers at every door start afresh, and go on, when the stream gets a new epoch', async () => {
  const store = await storeForTest();
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  const { positions } = await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  const { epoch } = positions.public;
  const url = await doorsForTest(store);
  const socket = await connectSocket(url);
  await socket.join({ slug: SLUG });
  const stream = await openStream(`${url}/v1/stories/${SLUG}/stream`);
  await stream.received(1);
  const poll = fetch(`${url}/v1/stories/${SLUG}/changes?since=${epoch}:1&wait=20`);
  await store.commit(commitOf(SLUG, [entryWrite('desk', 'unseen')]));

  const renewed = await store.renewEpoch(SLUG, epoch);
  await eventually('the socket to be told', () => socket.resets.length === 1);
  expect(socket.resets).toEqual([SLUG]);
  await stream.received(2);
  expect(stream.events[1]).toMatchObject({
    id: `${renewed}:1`,
    event: 'reset',
    data: { reset: true, position: { epoch: renewed, seq: 1 }, story: { slug: SLUG } },
  });
  expect(JSON.parse(await (await poll).text())).toMatchObject({ reset: true, position: { epoch: renewed, seq: 1 } });

  const again = await socket.join({ slug: SLUG, position: { epoch, seq: 1 } });
  expect(again).toMatchObject({ reset: true, position: { epoch: renewed, seq: 1 } });
  await store.commit(commitOf(SLUG, [entryWrite('public', 'a')]));
  await socket.received(1);
  await stream.received(3);
  expect(socket.changes[0]?.change).toMatchObject({ epoch: renewed, seq: 2 });
  expect(stream.events[2]).toMatchObject({ id: `${renewed}:2`, event: 'change' });
});
