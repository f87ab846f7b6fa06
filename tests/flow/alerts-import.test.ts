import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { BREAKING, follow, ofStory, received, settled } from '../helpers/followers.js';
import { pushServiceForTest } from '../helpers/push-service.js';
import { serverForTest } from '../helpers/server.js';

async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
}

it('an import brings followers along, with the key that they subscribed with', { timeout: 60_000 }, async () => {
  const service = await pushServiceForTest();
  const env = { PUSH_SERVICES: service.origin };
  const [from, fresh, used] = [await scratchDirectory(), await scratchDirectory(), await scratchDirectory()];
  const file = join(from, 'export.ndjson');
  const original = await serverForTest({ dataDir: from, env });
  const { slug } = await original.api.createStory();
  const [stays, leaves, follows] = [service.browser(), service.browser(), service.browser()];
  await follow(original.api, BREAKING, stays);
  await follow(original.api, ofStory(slug), follows);
  const left = await follow(original.api, BREAKING, leaves);
  await original.api.request('DELETE', left);
  await original.api.publish(slug, { breaking: true });
  await received(stays, 1);
  await received(follows, 1);
  await settled(original, service);
  const { key } = (await original.api.get<{ key: string }>('/v1/push/key')).body;
  await original.close();
  await run('export', '--data-dir', from, file);

  await run('import', '--data-dir', fresh, file);
  const copy = await serverForTest({ dataDir: fresh, env });
  expect((await copy.api.get('/v1/push/key')).body).toEqual({ key });
  await copy.api.publish(slug, { breaking: true });
  await received(stays, 2);
  await received(follows, 2);
  await copy.close();

  // Where a server has run, those who follow it already stay too, each by the key that they know.
  const other = await serverForTest({ dataDir: used, env });
  const here = service.browser();
  await follow(other.api, BREAKING, here);
  await other.api.publish((await other.api.createStory()).slug, { breaking: true });
  await received(here, 1);
  await other.close();
  await run('import', '--data-dir', used, file);
  const both = await serverForTest({ dataDir: used, env });
  expect((await both.api.get('/v1/push/key')).body).toEqual({ key });
  await settled(both, service);
  expect([stays.received.length, follows.received.length, here.received.length]).toEqual([2, 2, 1]);
  await both.api.publish(slug, { breaking: true });
  await received(stays, 3);
  await received(follows, 3);
  await received(here, 2);
  await settled(both, service);
  expect(leaves.received).toEqual([]);
});
