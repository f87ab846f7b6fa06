import type { DeskEntry, DeskStory, Entry, Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.js';
import { PICTURE, RUMOUR, type WholeStory, wholeStory } from '../helpers/whole-story.js';
import { ingest } from '../helpers/wire.js';

const PATH = '/v1/ingest/ninjs';

interface DeskSnapshot {
  readonly story: DeskStory;
  readonly entries: readonly DeskEntry[];
}

describe('what one server tells as ninjs, another takes in', () => {
  let from: TestServer;
  let to: TestServer;
  let told: WholeStory;
  beforeAll(async () => {
    from = await startServer({ env: { SITE_NAME: 'The Norrvik Post' } });
    to = await startServer();
    told = await wholeStory(from.api);
  });
  afterAll(async () => {
    await from.close();
    await to.close();
  });

  const ninjsAt = async (path: string) => (await from.api.get<object>(`${path}/ninjs.json`)).body;
  const deskOf = async (server: TestServer, slug: string) =>
    (await server.api.get<DeskSnapshot>(`/v1/stories/${slug}?edition=desk`)).body;

  it('a whole story, with its header, its entries in their order and their pictures', async () => {
    const { slug } = told.story;
    const { status, items } = await ingest(to.api, PATH, await ninjsAt(`/s/${slug}`));
    expect(status).toBe(200);
    expect(items.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'withheld', 'canceled', 'created']);
    expect(items.flatMap(({ leftOut = [] }) => leftOut)).toEqual([]);
    const { story, entries } = (await to.api.get<Snapshot>(`/v1/stories/${slug}`)).body;
    const { renditions: _none, ...picture } = PICTURE;
    expect(story).toMatchObject({
      headline: 'Harbour fire',
      standfirst: 'All crews are out.',
      kicker: 'Velmouth',
      language: 'en-GB',
      picture,
      keyPoints: [{ text: 'Nobody was hurt' }],
    });
    const [full, wordy, bare, ...none] = entries as readonly Entry[];
    expect(none).toEqual([]);
    expect([wordy?.headline, bare?.headline]).toEqual([undefined, 'Bridge closed']);
    expect(wordy?.body).toEqual(told.wordy.body);
    expect(full).toMatchObject({
      headline: told.full.headline,
      urgency: told.full.urgency,
      located: told.full.located,
      tags: told.full.tags,
      bylines: told.full.bylines.map(({ name }) => ({ name })),
      corrections: [],
    });
    expect(full?.body.slice(0, 3)).toEqual(told.full.body.slice(0, 3));
    expect(full?.body.filter(({ type }) => type === 'picture')).toEqual([{ type: 'picture', picture }]);
    expect(full?.sources).toEqual([
      { name: 'The Norrvik Post', role: 'agency' },
      ...told.full.sources.map(({ name, role }) => ({ name, role })),
    ]);
    expect(JSON.stringify(await deskOf(to, slug))).not.toContain(RUMOUR);
  });

  it('the same story again, and what has changed in it since', async () => {
    const { slug } = told.story;
    const before = await ingest(to.api, PATH, await ninjsAt(`/s/${slug}`));
    expect(new Set(before.items.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged', 'withheld', 'canceled']));
    const entries = `/v1/stories/${slug}/entries`;
    await from.api.request('POST', `${entries}/${told.bare.id}/corrections`, {
      body: { text: 'It is the ferry that is closed.', headline: 'Ferry closed' },
    });
    await from.api.request('POST', `${entries}/${told.wordy.id}/withdrawal`, {
      body: { status: 'canceled', notice: 'Wrong.' },
    });
    await expect
      .poll(async () => JSON.stringify(await ninjsAt(`/s/${slug}`)), {
        message: 'the correction and the withdrawal are told',
      })
      .toMatch(/Wrong\..*ferry that is closed|ferry that is closed.*Wrong\./);
    const after = await ingest(to.api, PATH, await ninjsAt(`/s/${slug}`));
    expect(after.items.map(({ outcome }) => outcome)).toEqual([
      'corrected',
      'canceled',
      'withheld',
      'canceled',
      'unchanged',
    ]);
    const read = (await to.api.get<Snapshot>(`/v1/stories/${slug}`)).body.entries;
    expect(read).toMatchObject([
      { status: 'usable', headline: told.full.headline },
      { status: 'canceled', notice: { text: 'Wrong.' } },
      { status: 'usable', headline: 'Ferry closed', corrections: [{ text: 'It is the ferry that is closed.' }] },
    ]);
    expect(JSON.stringify(read)).not.toContain('The wind has turned');
  });

  it('one entry, into the story that is asked for', async () => {
    const { slug } = await to.api.createStory();
    const { id } = await from.api.publish(told.story.slug, { headline: 'Alone', bodyMarkdown: '- One\n- Two' });
    const { status, item } = await ingest(
      to.api,
      `${PATH}?story=${slug}`,
      await ninjsAt(`/s/${told.story.slug}/${id}`),
    );
    expect([status, item.outcome, item.slug]).toEqual([201, 'created', slug]);
    const { body } = await to.api.get<{ entry: Entry }>(`/v1/stories/${slug}/entries/${item.entryId}`);
    expect(body.entry).toMatchObject({
      headline: 'Alone',
      body: [{ type: 'list', items: [[{ text: 'One' }], [{ text: 'Two' }]] }],
    });
  });

  it('but not an entry of its own that comes back', async () => {
    const before = await deskOf(from, told.story.slug);
    const { items } = await ingest(from.api, PATH, await ninjsAt(`/s/${told.story.slug}`));
    expect(new Set(items.map(({ outcome, reason }) => `${outcome} ${reason}`))).toEqual(new Set(['ignored own']));
    expect(items.map(({ entryId }) => entryId)).toContain(told.full.id);
    expect(await deskOf(from, told.story.slug)).toEqual(before);
    // Whoever only says so is not believed.
    const altIds = [{ role: 'page', value: `${from.url}/s/${told.story.slug}/${told.full.id}` }];
    const forged = { uri: 'urn:uuid:00000000-0000-8000-8000-000000000000', slugline: 'forged', headline: 'F', altIds };
    expect((await ingest(from.api, PATH, forged)).item).toMatchObject({ outcome: 'created', slug: 'forged' });
  });
});

describe('a story as a document of ninjs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const part = (name: string, fields: object = {}) => ({
    uri: `urn:part:${name}`,
    type: 'text',
    versionCreated: '2026-03-01T09:00:00Z',
    headlines: [{ value: `Part ${name}` }],
    ...fields,
  });
  const story = (slugline: string, associations: unknown, fields: object = {}) => ({
    uri: `urn:story:${slugline}`,
    type: 'composite',
    slugline,
    language: 'de',
    headlines: [{ role: 'main', value: 'Kran umgestürzt' }],
    associations,
    ...fields,
  });

  it('has its parts by name in 1.x, and gives them what they do not say', async () => {
    const { items } = await ingest(
      server.api,
      PATH,
      story('teile', { b: part('b'), a: part('a', { slugline: 'other' }) }),
    );
    expect(items.map(({ guid, slug }) => [guid, slug])).toEqual([
      ['urn:part:a', 'other'],
      ['urn:part:b', 'teile'],
    ]);
    const { body } = await server.api.get<Snapshot>('/v1/stories/teile');
    expect(body.story).toMatchObject({ headline: 'Kran umgestürzt', language: 'de' });
  });

  it('is told of a correction in its own language, where an item says only that it is one', async () => {
    await ingest(server.api, PATH, story('sprache', [part('g')]));
    const next = part('g', { versionCreated: '2026-03-01T09:10:00Z', signal: 'sig:correction' });
    expect((await ingest(server.api, PATH, next)).item.outcome).toBe('corrected');
    const { body } = await server.api.get<Snapshot>('/v1/stories/sprache');
    expect(body.entries).toMatchObject([{ corrections: [{ text: 'Die Quelle hat diese Meldung korrigiert.' }] }]);
  });

  it('keeps all of its parts out while it is under embargo, and withdraws them with it', async () => {
    const embargo = { embargoed: '2100-01-01T00:00:00Z' };
    const early = await ingest(server.api, PATH, story('gesperrt', [part('c')], embargo));
    expect(early.item.outcome).toBe('created');
    expect((await server.api.get('/v1/stories/gesperrt', { key: null })).status).toBe(404);
    await server.api.request('PATCH', '/v1/stories/gesperrt', { body: { visibility: 'public' } });
    const read = async () => (await server.api.get<Snapshot>('/v1/stories/gesperrt')).body.entries;
    expect(await read()).toEqual([]);
    await ingest(server.api, PATH, story('gesperrt', [part('c')]));
    await expect.poll(async () => (await read()).length, { message: 'its parts to be out', timeout: 5_000 }).toBe(1);
    const gone = await ingest(server.api, PATH, story('gesperrt', [part('c')], { pubStatus: 'canceled' }));
    expect(gone.item.outcome).toBe('canceled');
    const { body } = await server.api.get<Snapshot>('/v1/stories/gesperrt');
    expect(body.entries).toMatchObject([{ status: 'canceled' }]);
  });

  it('is refused as a whole where one part cannot be read', async () => {
    const bad = story('schlecht', [part('d'), part('e', { urgency: 12 }), part('f')]);
    const { status, body } = await server.api.request('POST', PATH, { body: bad });
    expect([status, body.code, body.errors?.map(({ field }) => field)]).toEqual([
      400,
      'invalid_input',
      ['associations.1.urgency'],
    ]);
    expect((await server.api.get('/v1/stories/schlecht')).status).toBe(404);
  });

  it('holds no more parts than may be, and may hold none', async () => {
    const many = Array.from({ length: 201 }, (_, at) => ({ uri: `urn:many:${at}`, type: 'text' }));
    const { status, body } = await server.api.request('POST', PATH, { body: story('viele', many) });
    expect([status, body.errors]).toEqual([
      400,
      [{ field: 'associations', message: 'must hold at most 200 items of the type text' }],
    ]);
    const none = await server.api.request<object>('POST', PATH, { body: story('leer', []) });
    expect([none.status, none.body]).toEqual([200, { items: [] }]);
  });
});
