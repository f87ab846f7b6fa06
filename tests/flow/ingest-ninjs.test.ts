import type { DeskEntry, Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { ingest } from '../helpers/wire.js';

const PATH = '/v1/ingest/ninjs';
const GUID = 'urn:newsml:wire.example:2026-03-01';

/** An item of ninjs 3.1, with a name of its own. */
function item(name: string, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    uri: `${GUID}:${name}`,
    standard: { name: 'ninjs', version: '3.1' },
    type: 'text',
    version: '1',
    versionCreated: '2026-03-01T09:00:00Z',
    pubStatus: 'usable',
    slugline: name,
    language: 'en-GB',
    headlines: [{ role: 'main', value: 'Crane falls across the north quay' }],
    bodies: [{ role: 'main', contentType: 'text/html', value: '<p>Nobody was <em>below</em>.</p>' }],
    ...fields,
  };
}

describe('ninjs', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  const snapshot = async (slug: string) => (await api.get<Snapshot>(`/v1/stories/${slug}`, { key: null })).body;
  const deskEntry = async (slug: string, id: string) =>
    (await api.get<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries/${id}?edition=desk`)).body.entry;

  it('makes an entry of an item, and its story where there is none', async () => {
    const made = await api.request<{ items: { entryId: string }[] }>('POST', PATH, { body: item('crane-falls') });
    expect(made.status).toBe(201);
    expect(made.body.items).toEqual([
      {
        guid: `${GUID}:crane-falls`,
        outcome: 'created',
        slug: 'crane-falls',
        entryId: expect.any(String),
        version: 1,
        position: { epoch: expect.any(String), seq: 2 },
      },
    ]);
    const [entryId] = made.body.items.map((one) => one.entryId);
    expect(made.headers.get('location')).toBe(`/v1/stories/crane-falls/entries/${entryId}`);
    const { story, entries } = await snapshot('crane-falls');
    expect(JSON.stringify(entries)).not.toMatch(/origin|urn:newsml/);
    expect(story).toMatchObject({ headline: 'Crane falls across the north quay', language: 'en-GB', status: 'live' });
    expect(entries).toEqual([
      expect.objectContaining({
        id: entryId,
        headline: 'Crane falls across the north quay',
        body: [
          {
            type: 'paragraph',
            content: [{ text: 'Nobody was ' }, { text: 'below', marks: ['emphasis'] }, { text: '.' }],
          },
        ],
        breaking: false,
      }),
    ]);
  });

  it('edits the entry with a later version, and says the same of the same item', async () => {
    const first = await ingest(api, PATH, item('second-crane'));
    const edited = item('second-crane', {
      version: '2',
      versionCreated: '2026-03-01T09:30:00Z',
      headlines: [{ role: 'main', value: 'Crane was empty' }],
    });
    const second = await ingest(api, PATH, edited);
    expect([second.status, second.item.outcome, second.item.entryId]).toEqual([200, 'updated', first.item.entryId]);
    const { position, entries } = await snapshot('second-crane');
    expect(entries).toMatchObject([{ headline: 'Crane was empty', version: 2 }]);
    const again = await ingest(api, PATH, edited);
    expect(again.item).toMatchObject({ outcome: 'unchanged', entryId: first.item.entryId, version: 2, position });
    expect((await snapshot('second-crane')).position).toEqual(position);
    expect(await deskEntry('second-crane', first.item.entryId ?? '')).toMatchObject({
      origin: { guid: `${GUID}:second-crane`, version: '2', pubStatus: 'usable' },
    });
  });

  it('finds the entry of an item that comes under another name and shares an alternative one', async () => {
    const altIds = [
      { role: 'itemId', value: '4711' },
      { role: 'page', value: 'https://wire.example/4711' },
    ];
    const first = await ingest(api, PATH, item('named', { altIds }));
    const renamed = { uri: 'urn:other:1', version: '1', versionCreated: '2026-03-01T10:00:00Z' };
    const second = await ingest(api, PATH, item('named', { ...renamed, altIds: [{ role: 'itemId', value: '4711' }] }));
    expect(second.item).toMatchObject({ outcome: 'updated', entryId: first.item.entryId });
    // The old name still counts, as one of 1.x, and in another role where it is a URI.
    const byOldName = { uri: 'urn:other:2', versionCreated: '2026-03-01T11:00:00Z', altids: { former: 'urn:other:1' } };
    expect((await ingest(api, PATH, item('named', byOldName))).item).toMatchObject({
      outcome: 'updated',
      entryId: first.item.entryId,
    });
    // A number under another role is another number.
    const elsewhere = { uri: 'urn:other:3', altIds: [{ role: 'jobId', value: '4711' }] };
    expect((await ingest(api, PATH, item('named', elsewhere))).item.outcome).toBe('created');
    expect((await snapshot('named')).entries).toHaveLength(2);
  });

  it('goes into the story that is asked for, and stays there', async () => {
    const { slug } = await api.createStory();
    const first = await ingest(api, `${PATH}?story=${slug}`, item('placed'));
    expect(first.item).toMatchObject({ outcome: 'created', slug });
    const next = item('placed', { version: '2', versionCreated: '2026-03-01T09:05:00Z', urgency: 2 });
    expect((await ingest(api, PATH, next)).item).toMatchObject({
      outcome: 'updated',
      slug,
      entryId: first.item.entryId,
    });
    expect((await api.get('/v1/stories/placed')).status).toBe(404);
    expect((await snapshot(slug)).story.headline).toBe('Harbour fire');
    const words = item('x', { uri: 'urn:words', slugline: 'Vélmouth/Fire, 2nd Lead!' });
    expect((await ingest(api, PATH, words)).item.slug).toBe('velmouth-fire-2nd-lead');
  });

  it('ignores what is older, by its number or by its time', async () => {
    const first = await ingest(api, PATH, item('late', { version: '10', versionCreated: '2026-03-01T10:00:00Z' }));
    const { position } = await snapshot('late');
    for (const old of [
      { version: '9', versionCreated: '2026-03-01T11:00:00Z' },
      { version: '10', versionCreated: '2026-03-01T09:59:59Z' },
      { version: '2', versionCreated: '2026-03-01T09:00:00Z', pubStatus: 'canceled' },
      { version: 'b', versionCreated: '2026-03-01T09:00:00Z' },
    ]) {
      const { status, item: taken } = await ingest(api, PATH, item('late', { ...old, headlines: [{ value: 'Old' }] }));
      expect([status, taken.outcome, taken.reason, taken.entryId]).toEqual([
        200,
        'ignored',
        'older',
        first.item.entryId,
      ]);
    }
    expect((await snapshot('late')).position).toEqual(position);
  });

  it('withholds and brings back, and cancels for good', async () => {
    const notice = [{ role: 'notice', contentType: 'text/plain', value: 'Withdrawn by the agency.' }];
    const at = (version: number, fields: object) =>
      ingest(
        api,
        PATH,
        item('recalled', { version: String(version), versionCreated: `2026-03-01T09:0${version}:00Z`, ...fields }),
      );
    const { item: made } = await at(1, {});
    expect((await at(2, { pubStatus: 'withheld', descriptions: notice })).item).toMatchObject({
      outcome: 'withheld',
      entryId: made.entryId,
    });
    const [tombstone] = (await snapshot('recalled')).entries;
    expect(tombstone).toEqual({
      id: made.entryId,
      slug: 'recalled',
      version: 2,
      status: 'withheld',
      notice: { text: 'Withdrawn by the agency.', at: expect.any(String) },
      publishedAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await at(3, { headlines: [{ value: 'Better' }] })).item.outcome).toBe('released');
    expect((await snapshot('recalled')).entries).toMatchObject([{ status: 'usable', headline: 'Better', version: 3 }]);
    expect((await at(4, { pubStatus: 'canceled' })).item.outcome).toBe('canceled');
    expect((await at(5, {})).item).toMatchObject({ outcome: 'ignored', reason: 'canceled' });
    expect((await at(6, { pubStatus: 'canceled' })).item.outcome).toBe('canceled');
    expect((await snapshot('recalled')).entries).toEqual([expect.objectContaining({ status: 'canceled' })]);
  });

  it('keeps in mind what was withdrawn before it came', async () => {
    const gone = item('never-seen', { version: '2', versionCreated: '2026-03-01T09:02:00Z', pubStatus: 'canceled' });
    expect((await ingest(api, PATH, gone)).item).toEqual({ guid: `${GUID}:never-seen`, outcome: 'canceled' });
    expect((await ingest(api, PATH, gone)).item.outcome).toBe('canceled');
    expect((await ingest(api, PATH, item('never-seen'))).item).toMatchObject({ outcome: 'ignored', reason: 'older' });
    const later = item('never-seen', { version: '3', versionCreated: '2026-03-01T09:03:00Z' });
    expect((await ingest(api, PATH, later)).item).toMatchObject({ outcome: 'ignored', reason: 'canceled' });
    expect((await api.get('/v1/stories/never-seen')).status).toBe(404);
    const held = item('soon-seen', { version: '2', versionCreated: '2026-03-01T09:02:00Z', pubStatus: 'withheld' });
    await ingest(api, PATH, held);
    const back = item('soon-seen', { version: '3', versionCreated: '2026-03-01T09:03:00Z' });
    expect((await ingest(api, PATH, back)).item.outcome).toBe('created');
  });

  it('leaves a hold of the desk to the desk, and brings the text up to date behind it', async () => {
    const { item: made } = await ingest(api, PATH, item('held'));
    const path = `/v1/stories/held/entries/${made.entryId}`;
    await api.request('POST', `${path}/withdrawal`, { body: { status: 'withheld' } });
    const { position } = await snapshot('held');
    for (const [version, pubStatus] of [
      ['2', 'usable'],
      ['3', 'withheld'],
      ['4', 'usable'],
    ] as const) {
      const versionCreated = `2026-03-01T09:0${version}:00Z`;
      await ingest(
        api,
        PATH,
        item('held', { version, versionCreated, pubStatus, headlines: [{ value: `Headline ${version}` }] }),
      );
    }
    expect(await snapshot('held')).toMatchObject({ position, entries: [{ status: 'withheld' }] });
    await api.request('DELETE', `${path}/withdrawal`);
    expect((await snapshot('held')).entries).toMatchObject([{ status: 'usable', headline: 'Headline 4' }]);
  });

  it('tells readers of a correction once, and leaves what the desk has set', async () => {
    const { item: made } = await ingest(api, PATH, item('corrected'));
    await api.request('PATCH', `/v1/stories/corrected/entries/${made.entryId}`, { body: { keyEvent: true } });
    const descriptions = [{ role: 'correction', value: 'The crane was empty.' }];
    const second = item('corrected', { version: '2', versionCreated: '2026-03-01T09:02:00Z', descriptions });
    expect((await ingest(api, PATH, second)).item.outcome).toBe('corrected');
    const third = item('corrected', { version: '3', versionCreated: '2026-03-01T09:03:00Z', descriptions, urgency: 1 });
    expect((await ingest(api, PATH, third)).item.outcome).toBe('updated');
    const signalled = item('corrected', {
      version: '4',
      versionCreated: '2026-03-01T09:04:00Z',
      signals: [{ code: 'sig:correction' }],
    });
    expect((await ingest(api, PATH, signalled)).item.outcome).toBe('corrected');
    expect((await snapshot('corrected')).entries).toMatchObject([
      {
        keyEvent: true,
        breaking: false,
        urgency: 1,
        corrections: [{ text: 'The source has corrected this report.' }, { text: 'The crane was empty.' }],
      },
    ]);
  });

  it('keeps out what is under embargo where readers have an earlier version, whichever name that has', async () => {
    const { item: made } = await ingest(api, PATH, item('early'));
    for (const embargo of [{ embargoed: '2100-01-01T00:00:00Z' }, { embargoedUntil: '2100-01-01T00:00:00+02:00' }]) {
      const next = item('early', { version: '2', headlines: [{ value: 'Not yet' }], ...embargo });
      const { status, body, headers } = await api.request('POST', PATH, { body: next });
      expect([status, body.code, body.retryable]).toEqual([409, 'item_embargoed', true]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1_000_000_000);
    }
    expect(JSON.stringify(await deskEntry('early', made.entryId ?? ''))).not.toContain('Not yet');
    const over = item('early', { version: '2', embargoed: '2026-01-01T00:00:00Z' });
    expect((await ingest(api, PATH, over)).item.outcome).toBe('updated');
  });

  it('follows an item that is under embargo unseen, and lets it out when a version comes without one', async () => {
    const { slug } = await api.createStory();
    const path = `${PATH}?story=${slug}`;
    const early = { embargoed: '2100-01-01T00:00:00Z' };
    const { item: made } = await ingest(api, path, item('early-bird', early));
    const before = JSON.stringify(await snapshot(slug));
    const said = { version: '2', headlines: [{ value: 'The second version' }] };
    const id = made.entryId ?? '';
    expect((await ingest(api, path, item('early-bird', { ...said, ...early }))).item.outcome).toBe('updated');
    expect(await deskEntry(slug, id)).toMatchObject({ headline: 'The second version', workflow: 'scheduled' });
    expect(JSON.stringify(await snapshot(slug))).toBe(before);
    expect((await ingest(api, path, item('early-bird', { ...said, version: '3' }))).item.outcome).toBe('updated');
    await expect
      .poll(async () => (await snapshot(slug)).entries.length, { message: 'the entry to be out', timeout: 5_000 })
      .toBe(1);
    expect((await snapshot(slug)).entries).toMatchObject([{ id, headline: 'The second version', corrections: [] }]);
  });

  it('leaves it to the desk when what the desk took off the schedule goes out, and throws it away when it is canceled', async () => {
    const { slug } = await api.createStory();
    const path = `${PATH}?story=${slug}`;
    const early = { embargoed: '2100-01-01T00:00:00Z' };
    const ids = [];
    for (const name of ['taken', 'killed']) ids.push((await ingest(api, path, item(name, early))).item.entryId ?? '');
    const [taken = '', killed = ''] = ids;
    const before = JSON.stringify(await snapshot(slug));
    await api.request('POST', `/v1/stories/${slug}/entries/${taken}/workflow`, { body: { to: 'draft' } });
    await ingest(api, path, item('taken', { version: '2' }));
    expect(await deskEntry(slug, taken)).toMatchObject({ workflow: 'draft' });
    expect(await deskEntry(slug, taken)).not.toHaveProperty('embargoedUntil');
    const gone = item('killed', { version: '2', pubStatus: 'canceled', ...early });
    expect((await ingest(api, path, gone)).item.outcome).toBe('canceled');
    expect(await deskEntry(slug, killed)).toMatchObject({ status: 'canceled', workflow: 'scheduled' });
    expect(JSON.stringify(await snapshot(slug))).toBe(before);
  });

  it('withdraws at once what a later version puts under embargo, and keeps its notice to itself', async () => {
    await ingest(api, PATH, item('too-soon'));
    const gone = item('too-soon', {
      version: '2',
      pubStatus: 'withheld',
      embargoed: '2100-01-01T00:00:00Z',
      descriptions: [{ role: 'notice', value: 'The minister will resign at noon.' }],
    });
    expect((await ingest(api, PATH, gone)).item.outcome).toBe('withheld');
    const { entries } = await snapshot('too-soon');
    expect(entries).toMatchObject([{ status: 'withheld' }]);
    expect(JSON.stringify(entries)).not.toMatch(/minister|Crane/);
  });

  it('makes one entry of an item that comes many times at once, under two names', async () => {
    const altIds = [{ role: 'id', value: '0815' }];
    const sent = Array.from({ length: 12 }, (_, at) =>
      ingest(api, PATH, item('at-once', at % 2 === 0 ? { altIds } : { uri: 'urn:other:at-once', altIds })),
    );
    const taken = (await Promise.all(sent)).map(({ item: one }) => one);
    expect(new Set(taken.map(({ entryId }) => entryId)).size).toBe(1);
    expect(taken.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect((await snapshot('at-once')).entries).toHaveLength(1);
  });

  it('shows nothing of an item whose withdrawal comes at the same moment', async () => {
    for (let round = 1; round <= 10; round += 1) {
      const name = `crossing-${round}`;
      const gone = item(name, { version: '2', versionCreated: '2026-03-01T09:02:00Z', pubStatus: 'canceled' });
      await Promise.all([ingest(api, PATH, item(name)), ingest(api, PATH, gone)]);
      const { body } = await api.get<Partial<Snapshot>>(`/v1/stories/${name}`);
      expect(
        (body.entries ?? []).filter(({ status }) => status === 'usable'),
        name,
      ).toEqual([]);
    }
  });

  it.each([
    ['no name', { uri: undefined }, 'uri', /is required/],
    ['a status that is none', { pubStatus: 'maybe' }, 'pubStatus', /usable, withheld, canceled.*maybe/],
    ['an urgency beyond 9', { urgency: 12 }, 'urgency', /at most 9/],
    ['a time without its offset', { versionCreated: '2026-03-01T09:00:00' }, 'versionCreated', /with its offset/],
    ['an embargo that is no time', { embargoedUntil: 'tomorrow' }, 'embargoedUntil', /date and time/],
    ['an embargo that is no text', { embargoed: true }, 'embargoed', /text/],
    ['a language that is none', { language: 'not a language' }, 'language', /BCP 47/],
    ['a headline that is too long', { headlines: [{ value: 'x'.repeat(301) }] }, 'headline', /at most 300/],
    ['a body of another form', { bodies: 'text' }, 'bodies', /must be a list/],
    ['a body that is too long', { bodies: [{ value: 'x'.repeat(100_001) }] }, 'bodies.0', /at most 100000/],
    ['an update without a headline or a text', { headlines: [], bodies: [] }, 'headline', /is required/],
    ['no slugline that could be one', { slugline: '港口' }, 'slugline', /\?story=/],
    ['one field in two spellings', { versioncreated: '2026-03-01T09:00:00Z' }, 'versioncreated', /two spellings/],
    ['a name that no field may have', JSON.parse('{"x": {"__proto__": {}}}'), 'x.__proto__', /no field may have/],
  ])(
    'refuses %s, says where it stands and what is allowed, and does nothing',
    async (_what, fields, field, message) => {
      const { status, body } = await api.request('POST', PATH, { body: item('refused', fields) });
      expect([status, body.code, body.errors]).toEqual([
        400,
        'invalid_input',
        [{ field, message: expect.stringMatching(message) }],
      ]);
      expect((await api.get('/v1/stories/refused')).status).toBe(404);
    },
  );

  it('refuses what is no document, a story that cannot be and a parameter that is none', async () => {
    const outcome = async (path: string, body: unknown, headers = {}) => {
      const answer = await api.request('POST', path, { body, headers });
      return [answer.status, answer.body.code, answer.body.errors?.[0]?.field];
    };
    expect(await outcome(PATH, '{"uri": ')).toEqual([400, 'invalid_json', undefined]);
    expect(await outcome(PATH, [])).toEqual([400, 'invalid_input', 'request']);
    expect(await outcome(PATH, '<a/>', { 'content-type': 'application/xml' })).toEqual([
      415,
      'unsupported_media_type',
      undefined,
    ]);
    expect(await outcome(`${PATH}?story=Not+a+slug`, item('x'))).toEqual([400, 'invalid_input', '?story']);
    expect(await outcome(`${PATH}?slug=x`, item('x'))).toEqual([400, 'invalid_input', '?slug']);
    expect(await outcome(PATH, item('x', { a: 'x'.repeat(300_000) }))).toEqual([413, 'body_too_large', undefined]);
  });

  it('publishes nothing to a story that has ended, and still corrects there', async () => {
    await ingest(api, PATH, item('ended'));
    await api.request('PATCH', '/v1/stories/ended', { body: { status: 'ended' } });
    const late = await api.request('POST', PATH, { body: item('ended', { uri: 'urn:late' }) });
    expect([late.status, late.body.code]).toEqual([409, 'story_ended']);
    const next = item('ended', { version: '2', versionCreated: '2026-03-01T09:05:00Z', urgency: 1 });
    expect((await ingest(api, PATH, next)).item.outcome).toBe('updated');
    // What was refused left no trace: it may go elsewhere.
    expect((await ingest(api, `${PATH}?story=elsewhere`, item('ended', { uri: 'urn:late' }))).item.outcome).toBe(
      'created',
    );
  });

  it('leaves a picture out that may not be shown, and says so', async () => {
    const picture = { type: 'picture', uri: 'urn:p', renditions: [{ href: 'https://pictures.example/1.jpg' }] };
    const alt = [{ role: 'alt-text', value: 'A crane' }];
    const { item: taken } = await ingest(
      api,
      PATH,
      item('left-out', {
        associations: [picture, { ...picture, by: 'NP' }, { ...picture, by: 'NP', descriptions: alt, renditions: [] }],
        bodies: [{ contentType: 'text/html', value: '<p>Text.</p><img src="https://pictures.example/2.jpg">' }],
      }),
    );
    expect(taken.leftOut).toEqual([
      { field: 'bodies.0', message: expect.stringMatching(/needs a description .* and a credit/) },
      { field: 'associations.0', message: 'is a picture without a description for those who cannot see it' },
      { field: 'associations.1', message: 'is a picture without a description for those who cannot see it' },
      { field: 'associations.2', message: 'is a picture without an absolute http: or https: URL' },
    ]);
    expect((await snapshot('left-out')).entries).toMatchObject([{ body: [{ type: 'paragraph' }] }]);
  });

  it('counts as commands do', async () => {
    const limited = await startServer({ env: { COMMANDS_PER_KEY: '2', COMMANDS_PER_STORY: '0' } });
    try {
      const statuses: number[] = [];
      for (const name of ['one', 'two', 'three']) {
        statuses.push((await limited.api.request('POST', PATH, { body: item(name) })).status);
      }
      expect(statuses).toEqual([201, 201, 429]);
    } finally {
      await limited.close();
    }
  });
});
