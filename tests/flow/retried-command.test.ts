import type { EntryReceipt, Snapshot } from '@slugline/client/protocol';
import { expect, test } from 'vitest';
import { startInstance } from '../helpers/instance.js';
import { directoryForTest } from '../helpers/server.js';

const RETRIES = 1_000;
const AT_ONCE = 20;

test('a command sent 1,000 times under one key makes one entry, across restarts and a kill', {
  timeout: 60_000,
}, async () => {
  const env = { DATA_DIR: await directoryForTest() };
  let instance = await startInstance({ env });
  await instance.api.createStory({ slug: 'insisting-desk' });

  const send = async () => {
    const answer = await instance.api.request<EntryReceipt>('POST', '/v1/stories/insisting-desk/entries', {
      body: { headline: 'Dam gates opened', bodyMarkdown: 'Water is **rising** below the weir.' },
      headers: { 'idempotency-key': 'desk-7/2026-11-23/0042' },
    });
    return `${answer.status} ${JSON.stringify(answer.body)}`;
  };

  const answers = new Set<string>();
  for (let sent = 0; sent < RETRIES; sent += AT_ONCE) {
    for (const answer of await Promise.all(Array.from({ length: AT_ONCE }, send))) answers.add(answer);
    if (sent === RETRIES * 0.3) {
      await instance.stop();
      instance = await startInstance({ env });
    }
    if (sent === RETRIES * 0.6) {
      await instance.kill9();
      instance = await startInstance({ env });
    }
  }

  expect([...answers], 'every retry was answered as the first time').toHaveLength(1);
  expect([...answers][0]).toMatch(/^201 /);
  const snapshot = await instance.api.get<Snapshot>('/v1/stories/insisting-desk');
  expect(snapshot.body.entries).toHaveLength(1);
  expect(snapshot.body.position.seq).toBe(2);
});
