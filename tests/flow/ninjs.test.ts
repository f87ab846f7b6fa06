import { describe, expect, it } from 'vitest';
import { ninjs } from '../formats/ninjs.js';
import { serverForTest, type TestServer } from '../helpers/server.js';
import { PICTURE, RUMOUR, wholeStory } from '../helpers/whole-story.js';

interface News {
  readonly uri: string;
  readonly name?: string;
  readonly type: string;
  readonly pubStatus: string;
  readonly version: string;
  readonly versionCreated: string;
  readonly altIds?: readonly { readonly role: string; readonly value: string }[];
  readonly associations?: readonly News[];
  readonly [field: string]: unknown;
}

const newsAt = async ({ url }: TestServer, path: string): Promise<News> => {
  const response = await fetch(`${url}${path}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(response.headers.get('cache-control')).toBe('public, max-age=2');
  return response.json() as Promise<News>;
};

describe('ninjs', () => {
  it('tells a story with its entries in the properties of the standard, and in no others', async () => {
    const server = await serverForTest({ env: { SITE_NAME: 'The Norrvik Post' } });
    const { story, full, bare, wordy } = await wholeStory(server.api);
    const news = await newsAt(server, `/s/${story.slug}/ninjs.json`);
    expect(ninjs(news, 'story')).toEqual([]);
    expect(news).toMatchObject({
      standard: { name: 'ninjs', version: '3.1' },
      type: 'composite',
      pubStatus: 'usable',
      language: 'en-GB',
      headlines: [
        { role: 'main', value: 'Harbour fire' },
        { role: 'kicker', value: 'Velmouth' },
      ],
      altIds: [{ role: 'page', value: `${server.url}/s/${story.slug}` }],
      infoSources: [{ name: 'The Norrvik Post', role: 'provider' }],
    });
    const [picture, ...entries] = news.associations ?? [];
    expect(picture).toMatchObject({ name: 'main-picture', type: 'picture', by: PICTURE.creditLine });
    expect(entries[0]).toMatchObject({
      name: full.id,
      urgency: 2,
      by: 'Tom Vale, Ada Lund',
      located: 'Velmouth',
      descriptions: [{ role: 'correction', value: 'It was quay 4, not quay 3.' }],
    });
    expect(entries.slice(3).map(({ name }) => name)).toEqual([wordy.id, bare.id]);
  });

  it('tells each entry by itself as it does in its story', async () => {
    const server = await serverForTest();
    const { story, full, bare, wordy, withheld } = await wholeStory(server.api);
    const whole = await newsAt(server, `/s/${story.slug}/ninjs.json`);
    for (const { id } of [full, bare, wordy, withheld]) {
      const news = await newsAt(server, `/s/${story.slug}/${id}/ninjs.json`);
      expect(ninjs(news, id)).toEqual([]);
      const { standard, ...itself } = news;
      expect(whole.associations).toContainEqual({ ...itself, name: id, rel: 'update' });
    }
  });

  it('says of what was withdrawn that it was, and not a word of it', async () => {
    const server = await serverForTest();
    const { story, withheld, canceled } = await wholeStory(server.api);
    for (const [{ id }, status, said] of [
      [withheld, 'withheld', [{ role: 'notice', contentType: 'text/plain', value: 'Being checked.' }]],
      [canceled, 'canceled', undefined],
    ] as const) {
      const news = await newsAt(server, `/s/${story.slug}/${id}/ninjs.json`);
      expect(news).toMatchObject({ pubStatus: status, version: '2' });
      expect(news.descriptions).toEqual(said);
      expect(JSON.stringify(news)).not.toContain(RUMOUR);
    }
    expect(JSON.stringify(await newsAt(server, `/s/${story.slug}/ninjs.json`))).not.toContain(RUMOUR);
  });

  it('is of a newer version whenever what it tells has changed', async () => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const { id } = await server.api.publish(slug);
    const path = `/s/${slug}/${id}/ninjs.json`;
    const before = await newsAt(server, path);
    await server.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'Edited' } });
    const after = await newsAt(server, path);
    expect(after).toMatchObject({ uri: before.uri, version: '2', title: 'Edited' });
    expect(after.versionCreated > before.versionCreated).toBe(true);
    const whole = await newsAt(server, `/s/${slug}/ninjs.json`);
    expect(whole.versionCreated).toBe(after.versionCreated);
  });

  it('of an entry that is not there says so', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (const [id, code] of [
      ['no-such-entry', 'entry_not_found'],
      ['%00', 'entry_not_found'],
    ]) {
      const response = await fetch(`${url}/s/${slug}/${id}/ninjs.json`);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, code]);
    }
  });
});
