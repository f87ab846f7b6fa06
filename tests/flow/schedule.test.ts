import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeskEntry, EntryReceipt, PublicEntry, Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { type Instance, startInstance } from '../helpers/instance.js';
import { startRedis } from '../helpers/redis-server.js';
import { type Api, directoryForTest, serverForTest, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const FAR = '2100-01-01T00:00:00.000Z';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Every way in which readers are told. */
const outputs = (slug: string): readonly string[] => [
  ...[`/v1/stories/${slug}`, `/v1/stories/${slug}/entries`, `/v1/stories/${slug}/changes`, '/v1/breaking'],
  ...[`/s/${slug}`, `/s/${slug}/feed.rss`, `/s/${slug}/feed.json`, `/s/${slug}/ninjs.json`, '/feed.atom', '/'],
];

const published = async (api: Api, slug: string): Promise<readonly PublicEntry[]> =>
  (await api.get<Snapshot>(`/v1/stories/${slug}?limit=200`, { key: null })).body.entries;

/** How often an entry came to be published, by what the desk knows of it. */
async function timesOut(api: Api, slug: string, id: string): Promise<number> {
  const path = `/v1/stories/${slug}/entries/${id}/revisions`;
  const { revisions } = (await api.get<{ revisions: { kind: string }[] }>(path)).body;
  return revisions.filter(({ kind }) => kind === 'entry.published').length;
}

describe('an entry with a time', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  const write = async (slug: string, body: object): Promise<DeskEntry> => {
    const answer = await api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries`, { body });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body.entry;
  };
  const send = async (method: string, slug: string, path: string, body: object) => {
    const answer = await api.request<Partial<EntryReceipt> & { code?: string }>(method, `/v1/stories/${slug}${path}`, {
      body,
    });
    return { entry: answer.body.entry, code: answer.body.code, headers: answer.headers };
  };

  it('is told to nobody before, and to everybody once it has come', async () => {
    const { slug } = await api.createStory();
    const reader = await connectSocket(server.url);
    await reader.join({ slug });
    const told = async () => {
      const answers = await Promise.all(outputs(slug).map((path) => api.get<unknown>(path, { key: null })));
      return answers.map(({ body }) => JSON.stringify(body).includes('The bridge is open'));
    };
    const entry = await write(slug, { headline: 'The bridge is open', breaking: true, publishAt: FAR });
    expect(entry).toMatchObject({ workflow: 'scheduled', publishAt: FAR });
    expect(new Set(await told())).toEqual(new Set([false]));
    expect(reader.changes).toEqual([]);
    const due = inMs(500);
    await send('PATCH', slug, `/entries/${entry.id}`, { publishAt: due });
    await reader.received(1);
    const [change] = reader.changes;
    expect(change?.change).toMatchObject({ seq: 2, kind: 'entry.published', entry: { id: entry.id } });
    expect(change?.change.entry?.publishedAt.localeCompare(due)).toBeGreaterThanOrEqual(0);
    await expect.poll(told, { message: 'it to be in every output', timeout: 5_000 }).not.toContain(false);
    const now = (await api.get<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries/${entry.id}?edition=desk`)).body
      .entry;
    expect(now).toMatchObject({ workflow: 'published', updatedBy: { keyId: '@schedule' }, createdBy: entry.createdBy });
    expect([now.publishAt, now.embargoedUntil]).toEqual([undefined, undefined]);
  });

  it('cannot go out before its embargo ends, by whatever door, and can when an editor has lifted it', async () => {
    const { slug } = await api.createStory();
    const { id, workflow } = await write(slug, { headline: 'H', embargoedUntil: FAR });
    expect(workflow).toBe('scheduled');
    const path = `/entries/${id}`;
    const refused = await send('POST', slug, `${path}/workflow`, { to: 'published' });
    expect([refused.code, Number(refused.headers.get('retry-after')) > 1_000]).toEqual(['embargoed', true]);
    expect((await send('PATCH', slug, path, { publishAt: '2099-01-01T00:00:00Z' })).code).toBe('embargoed');
    const early = { headline: 'H', embargoedUntil: FAR, publishAt: '2099-01-01T00:00:00Z' };
    expect((await send('POST', slug, '/entries', early)).code).toBe('embargoed');
    expect((await send('PATCH', slug, path, { embargoedUntil: '2020-01-01T00:00:00Z' })).code).toBe('invalid_input');
    expect((await send('POST', slug, `${path}/workflow`, { to: 'draft' })).entry?.workflow).toBe('draft');
    expect((await send('POST', slug, `${path}/workflow`, { to: 'published' })).code).toBe('embargoed');
    expect((await send('PATCH', slug, path, { publishAt: FAR })).entry?.workflow).toBe('scheduled');
    expect((await send('PATCH', slug, path, { publishAt: null, embargoedUntil: null })).entry?.workflow).toBe(
      'submitted',
    );
    expect(await published(api, slug)).toEqual([]);
    expect((await send('POST', slug, `${path}/workflow`, { to: 'published' })).entry?.workflow).toBe('published');
    const { revisions } = (
      await api.get<{ revisions: { entry: DeskEntry }[] }>(`/v1/stories/${slug}/entries/${id}/revisions`)
    ).body;
    expect(revisions.map(({ entry }) => entry.embargoedUntil !== undefined)).toEqual([false, false, true, true, true]);
  });

  it('waits for the later of two times, goes out by hand before the one that was only planned, and not while it is held', async () => {
    const { slug } = await api.createStory();
    const planned = await write(slug, { headline: 'By hand', publishAt: FAR });
    const path = `/entries/${planned.id}`;
    expect((await send('POST', slug, `${path}/workflow`, { to: 'published' })).entry?.publishAt).toBeUndefined();
    const held = await write(slug, { headline: 'Held', publishAt: inMs(300) });
    await send('POST', slug, `/entries/${held.id}/withdrawal`, { status: 'withheld' });
    const marker = await write(slug, { headline: 'After it', publishAt: inMs(500), embargoedUntil: inMs(200) });
    const ids = async () => (await published(api, slug)).map(({ id }) => id);
    await expect.poll(ids, { message: 'the entry after the held one', timeout: 5_000 }).toContain(marker.id);
    expect(await ids()).toEqual([marker.id, planned.id]);
    await api.request('DELETE', `/v1/stories/${slug}/entries/${held.id}/withdrawal`);
    await expect.poll(ids, { message: 'the released entry', timeout: 5_000 }).toContain(held.id);
  });

  it('comes back to the desk when its story has ended by then', async () => {
    const { slug } = await api.createStory();
    const { id } = await write(slug, { headline: 'Too late', publishAt: inMs(300) });
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { status: 'ended' } });
    const desk = async () =>
      (await api.get<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries/${id}?edition=desk`)).body.entry;
    await expect
      .poll(async () => (await desk()).workflow, { message: 'it to come back', timeout: 5_000 })
      .toBe('submitted');
    expect((await desk()).workflowNote?.text).toMatch(/ended/);
    expect(await published(api, slug)).toEqual([]);
  });
});

describe('what is scheduled', () => {
  it('is known after an import, also into a store that has a schedule of its own', async () => {
    const first = await directoryForTest();
    const one = await serverForTest({ dataDir: first });
    await one.api.createStory({ slug: 'moved' });
    await one.api.publish('moved', { headline: 'Moved', publishAt: inMs(1_000) });
    await one.close();
    const file = join(await scratchDirectory(), 'export.ndjson');
    const written = await runCli(['export', '--data-dir', first, '-']);
    await writeFile(file, written.stdout);
    const second = await directoryForTest();
    const two = await serverForTest({ dataDir: second });
    await two.api.createStory({ slug: 'local' });
    await two.api.publish('local', { headline: 'Local', publishAt: inMs(60_000) });
    await two.close();
    const imported = await runCli(['import', '--data-dir', second, file]);
    expect(imported.code, imported.stderr).toBe(0);
    const { api } = await serverForTest({ dataDir: second });
    const isOut = async () => (await published(api, 'moved')).length;
    await expect.poll(isOut, { message: 'the imported entry to be out', timeout: 5_000 }).toBe(1);
    expect(await published(api, 'local')).toEqual([]);
  });

  it('goes out once though two instances are at it, and though both were killed when it was due', {
    timeout: 60_000,
  }, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const start = (): Promise<Instance> => startInstance({ env: { REDIS_URL: redis.url } });
    const [one, two] = await Promise.all([start(), start()]);
    const { slug } = await one.api.createStory();
    const plan = async (ms: number, count: number): Promise<readonly DeskEntry[]> => {
      const publishAt = inMs(ms);
      const made = Array.from({ length: count }, (_, at) =>
        (at % 2 === 0 ? one : two).api.publish(slug, { headline: `Entry ${at}`, breaking: at === 0, publishAt }),
      );
      return Promise.all(made);
    };
    const together = await plan(1_500, 12);
    const count = async (api: Api) => (await published(api, slug)).length;
    await expect.poll(() => count(one.api), { message: 'all to be out', timeout: 10_000 }).toBe(12);

    const missed = await plan(1_500, 12);
    await Promise.all([one.kill9(), two.kill9()]);
    await delay(Math.max(0, Date.parse(missed[0]?.publishAt ?? '') - Date.now()) + 100);
    const three = await start();
    await expect.poll(() => count(three.api), { message: 'what was missed to be out', timeout: 10_000 }).toBe(24);

    const all = [...together, ...missed];
    const times = await Promise.all(all.map(({ id }) => timesOut(three.api, slug, id)));
    expect(times).toEqual(all.map(() => 1));
    const { position, entries } = (await three.api.get<Snapshot>(`/v1/stories/${slug}?limit=200`)).body;
    expect(position.seq).toBe(1 + all.length);
    const due = new Map(all.map(({ id, publishAt }) => [id, publishAt ?? '']));
    expect(entries.filter(({ id, publishedAt }) => publishedAt < (due.get(id) ?? ''))).toEqual([]);
  });
});
