import type { AuditHead, AuditRecord } from '../../server/audit/record.js';
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
  const lines = (await api.get<string>('/v1/audit/export')).body.trimEnd().split('\n');
  const { head }: { head: AuditHead } = JSON.parse(lines.pop() ?? '');
  return { lines, head };
}

export async function* inTurn<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
