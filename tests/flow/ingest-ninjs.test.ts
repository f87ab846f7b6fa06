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
});
