import type { DeskEntry, DeskStory, Entry, EntryPage, Snapshot, Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';

const reader = { key: null } as const;

describe('reading over HTTP', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  const pageOf = async (path: string) => (await api.get<EntryPage<Entry>>(path, reader)).body;

  /** Follows `older` to the end and answers the headlines seen, with the number of pages. */
  async function readAll(path: string): Promise<{ headlines: (string | undefined)[]; pages: number }> {
    const headlines: (string | undefined)[] = [];
    let before: string | undefined;
    for (let pages = 1; pages < 100; pages += 1) {
      const page = await pageOf(before === undefined ? path : `${path}&before=${encodeURIComponent(before)}`);
      headlines.push(...page.entries.map(({ headline }) => headline));
      before = page.older;
      if (before === undefined) return { headlines, pages };
    }
    throw new Error('the pages do not end');
  }

  it('gives a snapshot with the newest entries and the rest by older pages, each entry once', async () => {
    const { slug } = await api.createStory();
    for (let made = 0; made < 35; made += 1) await api.publish(slug, { headline: `Entry ${made}` });
    const { body } = await api.get<Snapshot<Story, Entry>>(`/v1/stories/${slug}`, reader);
    expect(body.entries).toHaveLength(30);
    expect(body.entries[0]?.headline).toBe('Entry 34');
    expect(body.position.seq).toBe(36);
    const rest = await pageOf(`/v1/stories/${slug}/entries?before=${encodeURIComponent(body.older ?? '')}`);
    expect(rest.entries.map(({ headline }) => headline)).toEqual([4, 3, 2, 1, 0].map((at) => `Entry ${at}`));
    expect(rest.older).toBeUndefined();
    expect((await readAll(`/v1/stories/${slug}/entries?limit=7`)).headlines).toHaveLength(35);
    const small = await api.get<Snapshot>(`/v1/stories/${slug}?limit=2`, reader);
    expect(small.body.entries).toHaveLength(2);
  });

  it('filters by tag and by key event, page by page, tombstones left out', async () => {
    const { slug } = await api.createStory();
    for (let made = 0; made < 20; made += 1) {
      const tags = made % 3 === 0 ? ['rescue', 'håvn'] : ['other'];
      await api.publish(slug, { headline: `Entry ${made}`, tags, keyEvent: made % 4 === 0 });
    }
    const withdrawn = await api.publish(slug, { headline: 'Gone', tags: ['rescue'], keyEvent: true });
    const path = `/v1/stories/${slug}/entries`;
    await api.request('POST', `${path}/${withdrawn.id}/withdrawal`, { body: { status: 'canceled' } });
    const numbers = (...list: number[]) => list.map((at) => `Entry ${at}`);
    const tagged = await readAll(`${path}?tag=h%C3%A5vn&limit=3`);
    expect(tagged.headlines).toEqual(numbers(18, 15, 12, 9, 6, 3, 0));
    expect((await readAll(`${path}?keyEvents=true&limit=2`)).headlines).toEqual(numbers(16, 12, 8, 4, 0));
    expect((await readAll(`${path}?tag=rescue&keyEvents=true&limit=50`)).headlines).toEqual(numbers(12, 0));
    expect(await readAll(`${path}?tag=nothing&limit=5`)).toEqual({ headlines: [], pages: 1 });
  });

  it('looks at a bounded number of entries for one filtered page, and says where to go on', async () => {
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'Needle', tags: ['needle'] });
    for (let batch = 0; batch < 13; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, () => api.publish(slug, { headline: 'Hay' })));
    }
    const path = `/v1/stories/${slug}/entries?tag=needle&limit=10`;
    const first = await pageOf(path);
    expect(first.entries).toEqual([]);
    expect(first.older).toBeDefined();
    expect(await readAll(path)).toEqual({ headlines: ['Needle'], pages: 2 });
  });

  it('answers a withdrawn entry with its tombstone', async () => {
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug, { headline: 'Wrong' });
    await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled' } });
    const answer = await api.get<{ entry: Entry }>(`/v1/stories/${slug}/entries/${id}`, reader);
    expect([answer.status, answer.body.entry.status, answer.body.entry.headline]).toEqual([200, 'canceled', undefined]);
  });

  it('gives contributors the desk edition with its own positions, and readers none of it', async () => {
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug, { headline: 'Text', edNote: 'first note' });
    // A note between editors is no news: only the desk's numbers move on.
    await api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { edNote: 'second note' } });
    const key = await api.createKey('contributor');
    const desk = await api.get<Snapshot<DeskStory, DeskEntry>>(`/v1/stories/${slug}?edition=desk`, { key });
    const readers = await api.get<Snapshot<Story, Entry>>(`/v1/stories/${slug}`, reader);
    expect(desk.body.entries[0]).toMatchObject({ edNote: 'second note', version: 2 });
    expect(desk.body.story.createdBy.keyId).toBe('testadmin');
    expect([desk.body.position.seq, readers.body.position.seq]).toEqual([3, 2]);
    expect(desk.headers.get('cache-control')).toBe('private, no-store');
    const page = await api.get<EntryPage<DeskEntry>>(`/v1/stories/${slug}/entries?edition=desk`, { key });
    expect(page.body.entries[0]?.edNote).toBe('second note');
    const one = await api.get<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries/${id}?edition=desk`, { key });
    expect(one.body.entry.edNote).toBe('second note');
    for (const path of [`/v1/stories/${slug}`, `/v1/stories/${slug}/entries`, `/v1/stories/${slug}/entries/${id}`]) {
      expect((await api.get(`${path}?edition=desk`, reader)).status).toBe(401);
      expect(JSON.stringify((await api.get(path, reader)).body)).not.toContain('note');
    }
  });

  it('answers HEAD like GET, without the body', async () => {
    const { slug } = await api.createStory();
    const answer = await api.request<string>('HEAD', `/v1/stories/${slug}`, reader);
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers.get('etag')).toMatch(/^"[\w-]+:1"$/);
  });

  it('has an empty list of breaking news before the first', async () => {
    const answer = await api.get<{ entries: unknown[]; position: object }>('/v1/breaking', reader);
    expect(answer.body.entries).toEqual([]);
    expect(answer.body.position).toEqual({ epoch: expect.any(String), seq: expect.any(Number) });
  });
});

describe('the list of stories', () => {
  it('has the public ones, newest change first, each once over all pages', async () => {
    const { api } = await serverForTest();
    const slugs: string[] = [];
    for (let made = 0; made < 12; made += 1) {
      // Among many private stories a page takes several reads of the store.
      const visibility = made % 3 === 0 ? 'public' : 'private';
      await api.createStory({ slug: `story-${made}`, visibility });
      if (visibility === 'public') slugs.push(`story-${made}`);
    }
    await api.publish('story-0', { headline: 'Newest change' });
    type List = { stories: Story[]; older?: string };
    const all = await api.get<List>('/v1/stories', reader);
    expect(all.body.stories.map(({ slug }) => slug)).toEqual(['story-0', 'story-9', 'story-6', 'story-3']);
    expect(all.body.older).toBeUndefined();
    expect(all.headers.get('cache-control')).toBe('public, max-age=1');

    const paged: string[] = [];
    let before: string | undefined;
    do {
      const cursor = before === undefined ? '' : `&before=${encodeURIComponent(before)}`;
      const page: List = (await api.get<List>(`/v1/stories?limit=1${cursor}`, reader)).body;
      expect(page.stories.length).toBeLessThanOrEqual(1);
      paged.push(...page.stories.map(({ slug }) => slug));
      before = page.older;
    } while (before !== undefined);
    expect(paged).toEqual(['story-0', 'story-9', 'story-6', 'story-3']);

    const desk = await api.get<List>('/v1/stories?edition=desk', { key: await api.createKey('contributor') });
    expect(desk.body.stories).toHaveLength(12);
    expect((await api.get('/v1/stories?edition=desk', reader)).status).toBe(401);
  });
});

describe('what caches may keep', () => {
  it('is the public edition of public stories, asked for without a credential, for a second', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const key = await api.createKey('reader');
    const paths = [`/v1/stories/${slug}`, `/v1/stories/${slug}/entries`, `/v1/stories/${slug}/entries/${id}`];
    for (const path of [...paths, '/v1/stories', '/v1/breaking']) {
      const open = await api.get(path, reader);
      expect([path, open.headers.get('cache-control')]).toEqual([path, 'public, max-age=1']);
      expect(open.headers.get('vary')).toMatch(/\bAuthorization\b/);
      const withKey = await api.get(path, { key });
      expect([path, withKey.headers.get('cache-control')]).toEqual([path, 'private, no-store']);
      expect(withKey.headers.get('vary')).toMatch(/\bAuthorization\b/);
    }
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private' } });
    for (const path of paths) {
      expect((await api.get(path, { key })).headers.get('cache-control')).toBe('private, no-store');
      const refused = await api.get(path, reader);
      expect([refused.status, refused.headers.get('cache-control')]).toEqual([404, 'no-store']);
    }
  });

  it('says 304 to a snapshot that is still current, and no longer once anything changed', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const path = `/v1/stories/${slug}`;
    const first = await api.get<Snapshot>(path, reader);
    const etag = first.headers.get('etag') ?? '';
    const { epoch, seq } = first.body.position;
    expect(etag).toBe(`"${epoch}:${seq}"`);
    const ask = () => api.get<Snapshot>(path, { key: null, headers: { 'if-none-match': `"other", ${etag}` } });
    const same = await ask();
    expect([same.status, same.body]).toEqual([304, '']);
    expect(same.headers.get('etag')).toBe(etag);
    expect(same.headers.get('cache-control')).toBe('public, max-age=1');
    await api.publish(slug);
    expect((await ask()).status).toBe(200);
  });

  it('does not confirm by 304 what the asker may not read', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory({ visibility: 'private' });
    const known = await api.get(`/v1/stories/${slug}`);
    const etag = known.headers.get('etag') ?? '';
    expect((await api.get(`/v1/stories/${slug}`, { key: null, headers: { 'if-none-match': etag } })).status).toBe(404);
  });
});
