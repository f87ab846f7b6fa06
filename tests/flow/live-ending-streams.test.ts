import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { authenticate } from '../../server/access/authenticate.js';
import { clientAddressBehind } from '../../server/access/client-address.js';
import { ownPages } from '../../server/access/people/own-pages.js';
import { Admission } from '../../server/live/admission.js';
import { followRoutes } from '../../server/live/follow-routes.js';
import { createLogger } from '../../server/logger.js';
import { commitOf, entryWrite, eventually, headerWrite } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { ANYBODY, feedsForTest, reachForTest, storeForTest } from '../helpers/live-parts.js';
import { unreliable } from '../helpers/unreliable-store.js';

const SLUG = 'harbour-fire';

it('a stream that has not begun when the instance ends is cut off: a browser takes an empty answer for its last', async () => {
  const control = unreliable(await storeForTest());
  const { store } = control;
  await store.commit(
    commitOf(SLUG, [headerWrite('public', 1, JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 }))]),
  );
  const addressOf = clientAddressBehind([]);
  const follow = followRoutes({
    ...feedsForTest(store),
    access: ANYBODY,
    admission: new Admission({ limits: { most: 100, perAddress: 0, pollAbove: 0 }, addressOf }),
    slowReaders: { bytes: 1024 * 1024, ms: 30_000 },
    logger: createLogger('silent'),
    reach: reachForTest(),
  });
  const server = createServer(
    express().use(authenticate({ access: ANYBODY, addressOf, ownPages: ownPages(undefined) }), follow.router),
  ).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  // Somebody follows the story, which has gone on since: a fresh start takes a read.
  const other = await openStream(`${url}/v1/stories/${SLUG}/stream`);
  await other.received(1);
  await store.commit(commitOf(SLUG, [entryWrite('public', 'e1')]));
  await other.received(2);
  let arrive = (): void => undefined;
  const onItsWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  control.pageArrives = () => onItsWay;
  const before = control.reads.page;
  const asking = fetch(`${url}/v1/stories/${SLUG}/stream`).then(
    ({ status, headers }) => ({ status, type: headers.get('content-type') }),
    () => 'cut off',
  );
  await eventually('the read', () => control.reads.page > before);
  await follow.close();
  arrive();
  expect(await asking).toBe('cut off');
});
