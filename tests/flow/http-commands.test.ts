import {
  type DeskEntry,
  type DeskStory,
  LIMITS,
  type Position,
  type PublicEntry,
  type Snapshot,
} from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startServer, type TestServer } from '../helpers/server.js';

interface StoryReceipt {
  readonly story: DeskStory;
  readonly position: Position;
}
interface EntryReceipt {
  readonly entry: DeskEntry;
  readonly position: Position;
}

const paragraph = (text: string) => [{ type: 'paragraph', content: [{ text }] }];

describe('commands over HTTP', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  const snapshot = async (slug: string) => (await api.get<Snapshot>(`/v1/stories/${slug}`, { key: null })).body;
  const publicEntryOf = async (slug: string, id: string) =>
    (await api.get<{ entry: PublicEntry }>(`/v1/stories/${slug}/entries/${id}`, { key: null })).body.entry;

  it('creates a story and says where it is', async () => {
    const answer = await api.request<StoryReceipt>('POST', '/v1/stories', {
      body: { slug: 'norrvik-ferry', headline: 'Ferry adrift', keyPoints: [{ text: 'No injuries' }] },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/v1/stories/norrvik-ferry');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body.story).toMatchObject({
      slug: 'norrvik-ferry',
      headline: 'Ferry adrift',
      language: 'en',
      status: 'live',
      visibility: 'public',
      version: 1,
      createdBy: { keyId: 'testadmin', name: 'first admin key' },
    });
    expect(answer.body.position).toEqual({ epoch: expect.any(String), seq: 1 });
    const again = await api.request('POST', '/v1/stories', { body: { slug: 'norrvik-ferry', headline: 'Again' } });
    expect([again.status, again.body.code]).toEqual([409, 'story_exists']);
  });

  it('changes the header and leaves what was not named', async () => {
    const { slug } = await api.createStory({ standfirst: 'Crews are on the way.' });
    const answer = await api.request<StoryReceipt>('PATCH', `/v1/stories/${slug}`, { body: { headline: 'Fire out' } });
    expect(answer.status).toBe(200);
    expect(answer.body.story).toMatchObject({ headline: 'Fire out', standfirst: 'Crews are on the way.', version: 2 });
    expect(answer.body.position.seq).toBe(2);
    expect((await snapshot(slug)).story.headline).toBe('Fire out');
  });

  it('withdraws and releases the largest entry there can be, as often as need be, with a notice of any length', async () => {
    const { slug } = await api.createStory();
    const text = (length: number) => paragraph('x'.repeat(length));
    const body = (length: number) => [
      ...Array.from({ length: Math.floor(length / 20_000) }, () => text(20_000)),
      text(length % 20_000 || 1),
    ];
    const path = `/v1/stories/${slug}/entries`;
    let entry: DeskEntry | undefined;
    for (let length = LIMITS.objectBytes; entry === undefined; length -= 64) {
      const answer = await api.request<EntryReceipt>('POST', path, { body: { body: body(length).flat() } });
      if (answer.status === 201) entry = answer.body.entry;
      else expect(answer.status).toBe(413);
    }
    const withdrawal = `${path}/${entry.id}/withdrawal`;
    const notice = '時'.repeat(LIMITS.notice);
    for (let round = 0; round < 5; round += 1) {
      const withheld = await api.request<EntryReceipt>('POST', withdrawal, { body: { status: 'withheld', notice } });
      expect(withheld.status, JSON.stringify(withheld.body).slice(0, 200)).toBe(201);
      expect(withheld.body.entry.corrections[0]).toMatchObject({ kind: 'withdrawn', text: notice });
      expect((await api.request('DELETE', withdrawal)).status).toBe(200);
    }
    const edited = await api.request<EntryReceipt>('PATCH', `${path}/${entry.id}`, { body: { tags: ['x'] } });
    expect([edited.status, edited.body.entry?.body]).toEqual([200, entry.body]);
    const canceled = await api.request('POST', withdrawal, { body: { status: 'canceled', notice } });
    expect(canceled.status).toBe(201);
    expect(await publicEntryOf(slug, entry.id)).toMatchObject({ status: 'canceled', notice: { text: notice } });
  });

  it('publishes an entry; the receipt stands at the change and readers have it', async () => {
    const { slug } = await api.createStory();
    const answer = await api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries`, {
      body: { headline: 'Tug arrives', body: paragraph('At 09:38.'), edNote: 'check the time', tags: ['rescue'] },
    });
    expect(answer.status).toBe(201);
    const { entry, position } = answer.body;
    expect(answer.headers.get('location')).toBe(`/v1/stories/${slug}/entries/${entry.id}`);
    expect(entry).toMatchObject({ version: 1, status: 'usable', edNote: 'check the time', workflow: 'published' });
    const seen = await snapshot(slug);
    expect(seen.position).toEqual(position);
    expect(seen.entries.map(({ id }) => id)).toEqual([entry.id]);
    expect(JSON.stringify(seen)).not.toMatch(/edNote|check the time|createdBy|updatedBy|workflow/);
  });

  it('edits in place: same id, same place, next version', async () => {
    const { slug } = await api.createStory();
    const first = await api.publish(slug, { headline: 'First' });
    const second = await api.publish(slug, { headline: 'Second' });
    const path = `/v1/stories/${slug}/entries/${first.id}`;
    const answer = await api.request<EntryReceipt>('PATCH', path, { body: { headline: 'First, edited' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(answer.body.entry).toMatchObject({ id: first.id, version: 2, publishedAt: first.publishedAt });
    expect((await snapshot(slug)).entries.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('answers an edit that changes nothing with the entry as it is, and numbers no change', async () => {
    const { slug } = await api.createStory();
    const entry = await api.publish(slug, { headline: 'Same' });
    const before = (await snapshot(slug)).position;
    const path = `/v1/stories/${slug}/entries/${entry.id}`;
    const headers = { 'idempotency-key': 'nothing-changes' };
    for (const replayed of [null, 'true']) {
      const answer = await api.request<EntryReceipt>('PATCH', path, { body: { headline: 'Same' }, headers });
      expect(answer.body).toEqual({ entry, position: before });
      expect(answer.headers.get('idempotency-replayed')).toBe(replayed);
    }
    expect((await snapshot(slug)).position).toEqual(before);
  });

  it('corrects: the change reaches readers together with what was wrong', async () => {
    const { slug } = await api.createStory();
    const entry = await api.publish(slug, { headline: 'At 09:28' });
    const answer = await api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries/${entry.id}/corrections`, {
      body: { text: 'At 09:38, not 09:28.', headline: 'At 09:38' },
    });
    expect(answer.status).toBe(201);
    expect(await publicEntryOf(slug, entry.id)).toMatchObject({
      headline: 'At 09:38',
      corrections: [{ kind: 'corrected', text: 'At 09:38, not 09:28.', fromVersion: 1, toVersion: 2 }],
    });
  });

  it('withholds, releases and cancels: readers see a tombstone and none of the text', async () => {
    const { slug } = await api.createStory();
    const entry = await api.publish(slug, { headline: 'Unconfirmed claim' });
    const path = `/v1/stories/${slug}/entries/${entry.id}`;
    const withheld = await api.request<EntryReceipt>('POST', `${path}/withdrawal`, {
      body: { status: 'withheld', notice: 'Being checked.' },
    });
    expect([withheld.status, withheld.body.entry.status]).toEqual([201, 'withheld']);
    expect(await publicEntryOf(slug, entry.id)).toEqual({
      id: entry.id,
      slug,
      version: 2,
      status: 'withheld',
      notice: { text: 'Being checked.', at: expect.any(String) },
      publishedAt: entry.publishedAt,
      updatedAt: expect.any(String),
    });
    const edit = await api.request('PATCH', path, { body: { headline: 'Other' } });
    expect([edit.status, edit.body.code]).toEqual([409, 'entry_not_usable']);

    expect((await api.request('DELETE', `${path}/withdrawal`)).status).toBe(200);
    expect(await publicEntryOf(slug, entry.id)).toMatchObject({ status: 'usable', headline: 'Unconfirmed claim' });
    const notWithheld = await api.request('DELETE', `${path}/withdrawal`);
    expect([notWithheld.status, notWithheld.body.code]).toEqual([409, 'entry_not_withheld']);

    expect((await api.request('POST', `${path}/withdrawal`, { body: { status: 'canceled' } })).status).toBe(201);
    const released = await api.request('DELETE', `${path}/withdrawal`);
    expect([released.status, released.body.code]).toEqual([409, 'entry_not_withheld']);
    expect(JSON.stringify(await snapshot(slug))).not.toContain('Unconfirmed claim');
  });

  it('pins and unpins: newest pin first, doing it twice changes nothing, and there is an end', async () => {
    const { slug } = await api.createStory();
    const entries: DeskEntry[] = [];
    for (let made = 0; made < 11; made += 1) entries.push(await api.publish(slug, { headline: `Entry ${made}` }));
    const [one, two, ...others] = entries.map(({ id }) => id);
    const pin = (id: string | undefined, method = 'PUT') =>
      api.request<StoryReceipt>(method, `/v1/stories/${slug}/pins/${id}`);
    await pin(one);
    const answer = await pin(two);
    expect([answer.status, answer.body.story.pinned]).toEqual([200, [two, one]]);
    expect((await pin(one)).body).toEqual(answer.body);
    expect((await snapshot(slug)).story.pinned).toEqual([two, one]);
    for (const id of others.slice(0, 8)) expect((await pin(id)).status).toBe(200);
    const tooMany = await api.request('PUT', `/v1/stories/${slug}/pins/${others[8]}`);
    expect([tooMany.status, tooMany.body.code]).toEqual([409, 'too_many_pins']);
    expect((await pin(two, 'DELETE')).body.story.pinned).not.toContain(two);
    expect((await pin(two, 'DELETE')).status).toBe(200);
  });

  it('keeps the history of an entry for the desk', async () => {
    const { slug } = await api.createStory();
    const entry = await api.publish(slug, { headline: 'One' });
    const path = `/v1/stories/${slug}/entries/${entry.id}`;
    await api.request('PATCH', path, { body: { headline: 'Two' } });
    await api.request('POST', `${path}/withdrawal`, { body: { status: 'withheld' } });
    type Revisions = { revisions: { version: number; kind: string; entry: DeskEntry }[]; older?: number };
    const all = (await api.get<Revisions>(`${path}/revisions`)).body;
    expect(all.revisions.map(({ version, kind, entry }) => [version, kind, entry.headline])).toEqual([
      [3, 'entry.withheld', 'Two'],
      [2, 'entry.updated', 'Two'],
      [1, 'entry.published', 'One'],
    ]);
    expect(all.older).toBeUndefined();
    const page = (await api.get<Revisions>(`${path}/revisions?limit=2`)).body;
    expect(page.older).toBe(2);
    const rest = (await api.get<Revisions>(`${path}/revisions?limit=2&before=2`)).body;
    expect(rest.revisions.map(({ version }) => version)).toEqual([1]);
    expect(rest.older).toBeUndefined();
  });

  it('publishes nothing to a story that has ended, until it goes on', async () => {
    const { slug } = await api.createStory();
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { status: 'ended' } });
    const refused = await api.request('POST', `/v1/stories/${slug}/entries`, { body: { headline: 'Late' } });
    expect([refused.status, refused.body.code]).toEqual([409, 'story_ended']);
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { status: 'live' } });
    await api.publish(slug, { headline: 'Late' });
  });

  it('says story_not_found and entry_not_found for what is not there', async () => {
    const { slug } = await api.createStory();
    const body = { headline: 'x' };
    const cases: [string, string, object | undefined, string][] = [
      ['PATCH', '/v1/stories/nowhere', body, 'story_not_found'],
      ['POST', '/v1/stories/nowhere/entries', body, 'story_not_found'],
      ['PATCH', '/v1/stories/nowhere/entries/abc', body, 'story_not_found'],
      ['PUT', '/v1/stories/nowhere/pins/abc', undefined, 'story_not_found'],
      ['GET', '/v1/stories/nowhere', undefined, 'story_not_found'],
      ['GET', '/v1/stories/nowhere/entries', undefined, 'story_not_found'],
      ['GET', '/v1/stories/nowhere/entries/abc', undefined, 'story_not_found'],
      ['GET', '/v1/stories/nowhere/entries/abc/revisions', undefined, 'story_not_found'],
      ['PATCH', `/v1/stories/${slug}/entries/abc`, body, 'entry_not_found'],
      ['POST', `/v1/stories/${slug}/entries/abc/corrections`, { text: 'x' }, 'entry_not_found'],
      ['POST', `/v1/stories/${slug}/entries/abc/withdrawal`, { status: 'withheld' }, 'entry_not_found'],
      ['DELETE', `/v1/stories/${slug}/entries/abc/withdrawal`, undefined, 'entry_not_found'],
      ['PUT', `/v1/stories/${slug}/pins/abc`, undefined, 'entry_not_found'],
      ['DELETE', `/v1/stories/${slug}/pins/abc`, undefined, 'entry_not_found'],
      ['GET', `/v1/stories/${slug}/entries/abc`, undefined, 'entry_not_found'],
      ['GET', `/v1/stories/${slug}/entries/abc/revisions`, undefined, 'entry_not_found'],
    ];
    for (const [method, path, sent, code] of cases) {
      const answer = await api.request(method, path, sent === undefined ? {} : { body: sent });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, code]);
    }
  });

  it('answers a single publish and a batch of parallel ones in one order without holes', async () => {
    const { slug } = await api.createStory();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries`, { body: { headline: `Entry ${at}` } }),
      ),
    );
    const seqs = answers.map(({ body }) => body.position.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 30 }, (_, at) => at + 2));
  });
});
