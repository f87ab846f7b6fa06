import { describe, expect, it } from 'vitest';
import { AUDIT_STREAM, auditEnd, auditTexts } from '../../server/audit/audit-log.js';
import { audited } from '../../server/audit/audited.js';
import { createAuditor } from '../../server/audit/auditor.js';
import type { AuditRecord } from '../../server/audit/record.js';
import { verifyRecords } from '../../server/audit/verify.js';
import { Failure } from '../../server/errors.js';
import { startOutboxRelay } from '../../server/live/outbox-relay.js';
import { createLogger } from '../../server/logger.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { publishing } from '../contract/store-harness.js';
import { auditLines, inTurn, recorded } from '../helpers/audit-log.js';
import { startInstance } from '../helpers/instance.js';
import { storeForTest } from '../helpers/live-parts.js';
import { redisForTest, untilDone } from '../helpers/redis-for-test.js';
import { directoryForTest, serverForTest } from '../helpers/server.js';
import { unreliable } from '../helpers/unreliable-store.js';

const BY = { name: 'A desk' };

/** What a log says of entries, each once and in a chain that holds; the ids in their order. */
async function entriesIn(lines: readonly string[], head: { number: number; hash: string }): Promise<readonly string[]> {
  expect(await verifyRecords(inTurn(lines), { end: () => head })).toEqual({ records: head.number, head });
  return lines.flatMap((line) => {
    const { objects }: AuditRecord = JSON.parse(line);
    return objects.flatMap(({ type, id }) => (type === 'entry' ? [id] : []));
  });
}

async function storedLog(store: StoryStore) {
  const { head, newest } = await auditEnd(store);
  const lines: string[] = [];
  for await (const line of auditTexts(store, 1, newest)) lines.push(line);
  return { lines, head };
}

describe('no command that was answered is missing in the log, and none is there twice', () => {
  it('when the server is killed right after it answered', async () => {
    const env = { DATA_DIR: await directoryForTest() };
    const first = await startInstance({ env });
    const { slug } = await first.api.createStory();
    const ids: string[] = [];
    for (let number = 1; number <= 20; number += 1) ids.push((await first.api.publish(slug)).id);
    await first.kill9();
    const second = await startInstance({ env });
    await recorded(second.api, `?story=${slug}&limit=200`, 21);
    const { lines, head } = await auditLines(second.api);
    expect(await entriesIn(lines, head)).toEqual(ids);
  });

  it('when two instances write the log at once', async () => {
    const env = { REDIS_URL: (await redisForTest()).url };
    const servers = [await serverForTest({ env }), await serverForTest({ env })];
    const [one, two] = servers;
    if (one === undefined || two === undefined) throw new Error('no server');
    const { slug } = await one.api.createStory();
    const ids: string[] = [];
    const desks = servers.flatMap(({ api }) => [api, api, api]);
    await Promise.all(
      desks.map(async (api) => {
        for (let number = 1; number <= 30; number += 1) ids.push((await api.publish(slug)).id);
      }),
    );
    await recorded(two.api, `?story=${slug}&limit=200`, 181);
    const { lines, head } = await auditLines(one.api);
    expect([...(await entriesIn(lines, head))].sort()).toEqual(ids.sort());
  });

  it('when it is not known whether a record was written, or that it was cannot be kept', async () => {
    const store = await storeForTest();
    const failing = new Set(['the commit', 'what is done']);
    const unsure: StoryStore = {
      ...unreliable(store).store,
      async commit(commit) {
        const receipt = await store.commit(commit);
        if (commit.stream === AUDIT_STREAM && failing.delete('the commit')) throw new Failure('store_unavailable');
        return receipt;
      },
      async outboxDone(items) {
        if (items.length > 0 && failing.delete('what is done')) throw new Failure('store_unavailable');
        return store.outboxDone(items);
      },
    };
    for (let number = 1; number <= 12; number += 1) {
      await store.commit(audited(publishing('flood', `e${number}`), { by: BY }));
    }
    const logger = createLogger('silent');
    const relay = startOutboxRelay({ store: unsure, logger, auditor: createAuditor(unsure, logger) });
    await untilDone('an outbox that is done with', async () => {
      if ((await store.outbox(1)).length > 0) throw new Error('there are notes');
    });
    await relay.close();
    expect(failing.size).toBe(0);
    const { lines, head } = await storedLog(store);
    expect(await entriesIn(lines, head)).toEqual(Array.from({ length: 12 }, (_, at) => `e${at + 1}`));
  });

  it('when one note cannot be read: it alone stays behind', async () => {
    const store = await storeForTest();
    await store.commit(audited(publishing('flood', 'e1'), { by: BY }));
    await store.commit({ ...publishing('flood', 'e2'), outbox: ['{"topic":"audit","id":7}'] });
    await store.commit(audited(publishing('flood', 'e3'), { by: BY }));
    const auditor = createAuditor(store, createLogger('silent'));
    const items = await store.outbox(10);
    const done = await auditor.record(items);
    expect(done).toEqual([items[0], items[2]]);
    const { lines, head } = await storedLog(store);
    expect(await entriesIn(lines, head)).toEqual(['e1', 'e3']);
  });
});
