import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../server/audit/record.js';
import { verifyRecords } from '../../server/audit/verify.js';
import { type AuditPage, inTurn, recorded } from '../helpers/audit-log.js';
import { newDesk } from '../helpers/desk.js';
import { serverForTest, startServer, type TestServer } from '../helpers/server.js';

describe('the audit log', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const api = () => server.api;
  const page = async (query = '') => (await api().get<AuditPage>(`/v1/audit${query}`)).body;
  /** All of a story, oldest first, once there are so many. */
  const ofStory = async (slug: string, count: number) => {
    await recorded(api(), `?story=${slug}`, count);
    return (await page(`?story=${slug}`)).records.toReversed();
  };
  const changesOf = (record: AuditRecord | undefined) =>
    Object.fromEntries(
      (record?.objects[0]?.changes ?? []).map(({ field, before, after }) => [field, [held(before), held(after)]]),
    );
  const held = (side: unknown) => (side === undefined ? undefined : Reflect.get(Object(side), 'value'));

  it('tells of each command who did it, and what was there before and after', async () => {
    const desk = await newDesk(api(), { headline: 'Fire at the harbour' });
    const { id } = await desk.publish('Crews reach the quay', { urgency: 5 });
    await desk.edit(id, { headline: 'Crews reach the north quay', urgency: 2 });
    await desk.correct(id, 'It is the north quay.');
    await desk.pin(id);
    await desk.change({ kicker: 'Velmouth' });
    await desk.withdraw(id, 'withheld', 'Being checked.');
    const records = await ofStory(desk.slug, 7);
    expect(
      records.map(({ action, objects }) => [action, ...objects.map(({ type, version }) => `${type} ${version}`)]),
    ).toEqual([
      ['story.created', 'story 1'],
      ['entry.published', 'entry 1'],
      ['entry.updated', 'entry 2'],
      ['entry.corrected', 'entry 3'],
      ['entry.pinned', 'story 2'],
      ['story.updated', 'story 3'],
      ['entry.withheld', 'entry 4', 'story 4'],
    ]);
    for (const { by, story, at, recordedAt } of records) {
      expect({ by, story }).toEqual({ by: { keyId: 'testadmin', name: 'first admin key' }, story: desk.slug });
      expect(Date.parse(recordedAt)).toBeGreaterThanOrEqual(Date.parse(at) - 1_000);
    }
    expect(changesOf(records[0])).toMatchObject({ headline: [undefined, 'Fire at the harbour'] });
    expect(changesOf(records[2])).toEqual({
      headline: ['Crews reach the quay', 'Crews reach the north quay'],
      urgency: [5, 2],
    });
    expect(changesOf(records[4])).toEqual({ pinned: [[], [id]] });
    expect(changesOf(records[5])).toEqual({ kicker: [undefined, 'Velmouth'] });
    expect(changesOf(records[6])).toMatchObject({ status: ['usable', 'withheld'] });
  });

  it('has a command once that was sent twice, and none that changed nothing or was refused', async () => {
    const { slug } = await api().createStory();
    const path = `/v1/stories/${slug}/entries`;
    const headers = { 'idempotency-key': 'once' };
    const sent = await Promise.all(
      [1, 2, 3].map(() => api().request('POST', path, { body: { headline: 'Once' }, headers })),
    );
    expect(sent.map(({ status }) => status)).toEqual([201, 201, 201]);
    const { id } = await api().publish(slug, { headline: 'Twice' });
    await api().request('DELETE', `/v1/stories/${slug}/pins/${id}`);
    expect((await api().request('PATCH', `${path}/${id}`, { body: { urgency: 77 } })).status).toBe(400);
    await api().request('PATCH', `${path}/${id}`, { body: { headline: 'Last' } });
    const records = await ofStory(slug, 4);
    expect(records.map(({ action }) => action)).toEqual([
      'story.created',
      'entry.published',
      'entry.published',
      'entry.updated',
    ]);
  });

  it('keeps of a long text its digest, and of keys no secret', async () => {
    const { slug } = await api().createStory();
    await api().publish(slug, { bodyMarkdown: 'The quay is closed. '.repeat(400) });
    const [, published] = await ofStory(slug, 2);
    const body = published?.objects[0]?.changes?.find(({ field }) => field === 'body');
    expect(body?.after).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: expect.any(Number) });

    const before = (await page()).head.number;
    const { body: made } = await api().request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
      body: { name: 'CMS', role: 'editor' },
    });
    await api().request('DELETE', `/v1/keys/${made.key.id}`);
    await recorded(api(), '', before + 2);
    const { records } = await page('?limit=2');
    expect(records.map(({ action, objects }) => [action, objects[0]?.type, objects[0]?.id])).toEqual([
      ['key.revoked', 'key', made.key.id],
      ['key.created', 'key', made.key.id],
    ]);
    expect(changesOf(records[1])).toMatchObject({ name: [undefined, 'CMS'], role: [undefined, 'editor'] });
    expect(JSON.stringify(records)).not.toMatch(/digest/);
    expect(JSON.stringify(records)).not.toContain(made.secret.split('_')[2]);
  });

  it('is read by pages, and by story, key and time', async () => {
    const editor = await api().createKey('editor');
    const [, keyId] = editor.split('_');
    const { slug } = await api().createStory();
    for (const headline of ['One', 'Two', 'Three']) {
      await api().request('POST', `/v1/stories/${slug}/entries`, { key: editor, body: { headline } });
    }
    const records = await ofStory(slug, 4);
    expect((await page(`?key=${keyId}`)).records.map(({ id }) => id)).toEqual(
      records
        .slice(1)
        .map(({ id }) => id)
        .reverse(),
    );
    const read: AuditRecord[] = [];
    for (let query = ''; ; ) {
      const { records: some, older } = await page(`?story=${slug}&limit=3${query}`);
      expect(some.length).toBeLessThanOrEqual(3);
      read.push(...some);
      if (older === undefined) break;
      query = `&before=${older}`;
    }
    expect(read.reverse()).toEqual(records);
    const from = records[2]?.at ?? '';
    expect((await page(`?story=${slug}&from=${from}`)).records.map(({ at }) => at >= from)).toEqual([true, true]);
    expect((await page(`?story=${slug}&until=${from}`)).records.map(({ at }) => at < from)).toEqual([true, true]);
    expect((await page(`?member=nobody`)).records).toEqual([]);
    expect((await api().get('/v1/audit?from=yesterday')).status).toBe(400);
  });

  it('is exported whole, record after record, with a line that says that it is', async () => {
    const { body, headers } = await api().get<string>('/v1/audit/export');
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    expect(headers.get('cache-control')).toBe('private, no-store');
    const lines = body.trimEnd().split('\n');
    const { end, head } = JSON.parse(lines.pop() ?? '');
    expect({ end, head }).toEqual({ end: 'slugline-audit', head: (await page()).head });
    const verdict = await verifyRecords(inTurn(lines), { end: () => head });
    expect(verdict).toEqual({ records: head.number, head });
    const rest = await api().get<string>(`/v1/audit/export?after=${head.number - 2}`);
    expect(rest.body.trimEnd().split('\n').slice(0, -1)).toEqual(lines.slice(-2));
  });

  it('goes on from where it was after a restart', async () => {
    const first = await serverForTest();
    const { slug } = await first.api.createStory();
    await recorded(first.api, `?story=${slug}`, 1);
    const { head } = (await first.api.get<AuditPage>('/v1/audit')).body;
    await first.server.close();
    await using second = await startServer({ dataDir: first.dataDir });
    await second.api.publish(slug);
    await recorded(second.api, `?story=${slug}`, 2);
    const { records } = (await second.api.get<AuditPage>('/v1/audit?limit=1')).body;
    expect(records[0]).toMatchObject({ number: head.number + 1, previous: head.hash });
  });
});
