import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_STREAM } from '../../server/audit/audit-log.js';
import { type AuditHead, type AuditRecord, hashOf } from '../../server/audit/record.js';
import { verifyRecords } from '../../server/audit/verify.js';
import { openStore } from '../../server/store/open-store.js';
import type { DumpRecord } from '../../server/store/story-store.js';
import { auditLines, inTurn, recorded } from '../helpers/audit-log.js';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { directoryForTest, startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
/** A log of ten records and more, each a line. */
let lines: readonly string[];
let head: AuditHead;
beforeAll(async () => {
  server = await startServer();
  const { slug } = await server.api.createStory();
  for (let number = 1; number <= 9; number += 1) await server.api.publish(slug, { headline: `Number ${number}` });
  await recorded(server.api, `?story=${slug}`, 10);
  ({ lines, head } = await auditLines(server.api));
});
afterAll(() => server.close());

const fault = async (tampered: readonly string[], noted?: AuditHead, end: AuditHead | undefined = head) =>
  (await verifyRecords(inTurn(tampered), { end: () => end, ...(noted !== undefined && { noted }) })).fault;
const read = (number: number): AuditRecord => JSON.parse(lines[number - 1] ?? '');
/** The log with another record in the place of one. */
const replaced = (number: number, record: object): string[] =>
  lines.map((line, at) => (at === number - 1 ? JSON.stringify(record) : line));
/** A log that was made anew from a record on, by who knows how it is made. */
function forged(from: number, change: (record: AuditRecord) => object): string[] {
  let previous = from === 1 ? '0'.repeat(64) : read(from - 1).hash;
  return lines.map((line, at) => {
    if (at < from - 1) return line;
    const record = { ...(at === from - 1 ? change(read(from)) : read(at + 1)), previous };
    previous = hashOf(record);
    return JSON.stringify({ ...record, hash: previous });
  });
}

describe('whoever laid hands on the log is found out', () => {
  it('lets a log pass that nobody touched, and one whose fields stand in another order', async () => {
    expect(await fault(lines)).toBeUndefined();
    expect(await fault(lines, { number: 4, hash: read(4).hash })).toBeUndefined();
    const turned = lines.map((line) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse())));
    expect(await fault(turned)).toBeUndefined();
  });

  it('names the first record that was deleted, wherever it stood', async () => {
    for (const number of [1, 5, head.number]) {
      expect(await fault(lines.toSpliced(number - 1, 1))).toMatchObject({
        number,
        what: expect.stringMatching(/^is missing/),
      });
    }
  });

  it('names the record that was changed, in whichever field', async () => {
    const record = read(6);
    for (const [field, value] of Object.entries({
      at: '2020-01-01T00:00:00.000Z',
      by: { name: 'Somebody else' },
      action: 'entry.canceled',
      id: 'another',
      previous: read(3).hash,
      recordedAt: '2020-01-01T00:00:00.000Z',
      story: 'another-story',
      objects: [],
      unheard: 'of',
    })) {
      expect(await fault(replaced(6, { ...record, [field]: value })), field).toMatchObject({ number: 6 });
    }
    const { story: _, ...without } = record;
    expect(await fault(replaced(6, without))).toMatchObject({ number: 6, what: expect.stringMatching(/^was changed/) });
    expect(await fault(replaced(6, { ...record, hash: read(5).hash }))).toMatchObject({ number: 6 });
    expect(await fault(lines.toSpliced(5, 1, 'nothing'))).toMatchObject({ number: 6 });
  });

  it('names a record that was changed and given the hash that fits, by the next one', async () => {
    const changed = { ...read(6), by: { name: 'Somebody else' } };
    const tampered = replaced(6, { ...changed, hash: hashOf({ ...changed }) });
    expect(await fault(tampered)).toMatchObject({
      number: 7,
      what: expect.stringMatching(/^does not follow record 6/),
    });
  });

  it('names the first of two that changed places, and one that is there twice', async () => {
    const [third = '', fourth = ''] = lines.slice(2, 4);
    expect(await fault(lines.toSpliced(2, 2, fourth, third))).toMatchObject({ number: 3 });
    expect(await fault(lines.toSpliced(4, 0, fourth))).toMatchObject({
      number: 5,
      what: expect.stringMatching(/^is not in its place/),
    });
  });

  it('finds an end that was cut off, by what the log says, by what was noted down, and by its end line', async () => {
    const cut = lines.slice(0, -3);
    const kept = read(head.number - 3);
    const lost = head.number - 2;
    expect(await fault(cut)).toMatchObject({ number: lost, what: expect.stringMatching(/^is missing/) });
    const end = { number: kept.number, hash: kept.hash };
    expect(await fault(cut, undefined, end), 'nothing tells without a note').toBeUndefined();
    expect(await fault(cut, head, end)).toMatchObject({ number: lost, what: expect.stringMatching(/noted down/) });
    expect((await verifyRecords(inTurn(cut), { end: () => undefined })).fault).toMatchObject({
      what: expect.stringMatching(/broke off/),
    });
    expect(await fault(lines, undefined, end)).toMatchObject({
      number: lost,
      what: expect.stringMatching(/beyond the end/),
    });
  });

  it('finds a log that was made anew as a whole by what was noted down', async () => {
    const anew = forged(4, (record) => ({ ...record, by: { name: 'Somebody else' } }));
    const { number, hash }: AuditRecord = JSON.parse(anew.at(-1) ?? '');
    expect(await fault(anew, undefined, { number, hash }), 'nothing tells without a note').toBeUndefined();
    expect(await fault(anew, head, { number, hash })).toMatchObject({
      number: head.number,
      what: expect.stringMatching(/made anew/),
    });
    expect(await fault(anew, { number: 3, hash: read(3).hash }, { number, hash })).toBeUndefined();
  });
});

describe('slugline audit', () => {
  const env = () => ({ SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey });

  it('verifies a running server’s log and prints where it ends; exports it, and verifies the file', async () => {
    const place = `${head.number}:${head.hash}\n`;
    const verified = await runCli(['audit', 'verify'], { env: env() });
    expect(verified, verified.stderr).toMatchObject({ code: 0, stdout: place });
    const file = join(await scratchDirectory(), 'audit.ndjson');
    const exported = await runCli(['audit', 'export', file], { env: env() });
    expect(exported, exported.stderr).toMatchObject({ code: 0, stderr: `Exported ${head.number} records.\n` });
    expect(await runCli(['audit', 'verify', file, '--noted', place.trim()])).toMatchObject({ code: 0, stdout: place });

    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('Number 3', 'Number 8'));
    const { code, stdout, stderr } = await runCli(['audit', 'verify', file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^slugline: Record \d+ was changed: .*\n$/);
    expect(await runCli(['audit', 'verify', file, '--noted', '3'])).toMatchObject({ code: 2 });
  });

  it('verifies a store that no server runs on, and finds what was changed in it', async () => {
    const whole = await directoryForTest();
    const source = await startServer({ dataDir: whole });
    const { slug } = await source.api.createStory();
    await source.api.publish(slug, { headline: 'As it was' });
    await recorded(source.api, `?story=${slug}`, 2);
    await source.close();
    const good = await runCli(['audit', 'verify', '--offline', '--data-dir', whole]);
    expect(good, good.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^3:[0-9a-f]{64}\n$/) });

    const tampered = await directoryForTest();
    await copyStore(whole, tampered, (record) =>
      record.record === 'object' && record.stream === AUDIT_STREAM
        ? { ...record, object: { ...record.object, form: record.object.form.replace('As it was', 'As it is') } }
        : record,
    );
    const bad = await runCli(['audit', 'verify', '--offline', '--data-dir', tampered]);
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringMatching(/^slugline: Record 3 was changed/) });
  });
});

async function copyStore(from: string, to: string, change: (record: DumpRecord) => DumpRecord): Promise<void> {
  const [source, target] = [await openStore({ dataDir: from }), await openStore({ dataDir: to })];
  async function* records(): AsyncGenerator<DumpRecord> {
    for await (const record of source.dump()) yield change(record);
  }
  await target.restore(records());
  await Promise.all([source.close(), target.close()]);
}
