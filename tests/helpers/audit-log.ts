import type { Snapshot } from '@slugline/client/protocol';
import { expect } from 'vitest';
import type { AuditHead, AuditRecord } from '../../server/audit/record.js';
import { verifyRecords } from '../../server/audit/verify.js';
import { untilDone } from './redis-for-test.js';
import type { Api } from './server.js';

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly head: AuditHead;
  readonly older?: number;
}

/** Resolves when so many records fit a question, in all without one: the log is a moment behind the commands. */
export function recorded(api: Api, query: string, count: number): Promise<AuditPage> {
  return untilDone(`${count} records for ${query}`, async () => {
    const { status, body } = await api.get<AuditPage>(`/v1/audit${query}`);
    const found = status !== 200 ? 0 : query === '' ? body.head.number : body.records.length;
    if (found < count) throw new Error(`there are ${found}`);
    return body;
  });
}

/** Every record of the log, oldest first, each as the line that is exported. */
export async function auditLines(api: Api): Promise<{ readonly lines: readonly string[]; readonly head: AuditHead }> {
  const lines: string[] = [];
  for (let after = 0; ; ) {
    const { body } = await api.get<string>(`/v1/audit/export?after=${after}`);
    const some = body.trimEnd().split('\n');
    const { head, next }: { head: AuditHead; next?: number } = JSON.parse(some.pop() ?? '');
    lines.push(...some);
    if (next === undefined) return { lines, head };
    after = next;
  }
}

/** Fails unless the log is a whole chain, and tells of every change of these stories' desk editions, and of each once. */
export async function expectWholeLog(api: Api, slugs: readonly string[]): Promise<void> {
  await untilDone('a log that tells of every change', async () => {
    const { lines, head } = await auditLines(api);
    expect(await verifyRecords(inTurn(lines), { end: () => head })).toEqual({ records: head.number, head });
    const records = lines.map((line): AuditRecord => JSON.parse(line));
    for (const slug of slugs) {
      const told = records
        .filter(({ story }) => story === slug)
        .flatMap(({ objects }) => objects.map(({ id, version }) => `${id} ${version}`));
      const { body } = await api.get<Snapshot>(`/v1/stories/${slug}?limit=1&edition=desk`);
      expect(new Set(told).size, 'no version is told of twice').toBe(told.length);
      expect(told.length).toBe(body.position.seq);
    }
  });
}

export async function* inTurn<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
