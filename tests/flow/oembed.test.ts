import { parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { type Api, serverForTest } from '../helpers/server.js';
import { PICTURE, RUMOUR, wholeStory } from '../helpers/whole-story.js';

interface Embed {
  readonly version: string;
  readonly type: string;
  readonly title: string;
  readonly html: string;
  readonly width: number;
  readonly height: number;
  readonly code?: string;
  readonly [field: string]: unknown;
}

const ask = (api: Api, page: string, query = '') =>
  api.get<Embed>(`/oembed?url=${encodeURIComponent(page)}${query}`, { key: null });

/** Elements of the HTML, each with its attributes. */
const elementsIn = (html: string) =>
  parseFragment(html).childNodes.flatMap((node) =>
    'tagName' in node
      ? [{ tag: node.tagName, ...Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])) }]
      : [],
  );

describe('oEmbed', () => {
  it('tells how to put a story or an entry into a frame', async () => {
    const { url, api } = await serverForTest({ env: { SITE_NAME: 'The Norrvik Post' } });
    const { story, full } = await wholeStory(api, { headline: 'Fire & "smoke"' });
    for (const path of [story.slug, `${story.slug}/${full.id}`]) {
      const { status, headers, body } = await ask(api, `${url}/s/${path}`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(body).toMatchObject({
        version: '1.0',
        type: 'rich',
        title: 'Fire & "smoke"',
        provider_name: 'The Norrvik Post',
        provider_url: `${url}/`,
        width: 640,
        height: 720,
      });
      expect(elementsIn(body.html)).toEqual([
        expect.objectContaining({ tag: 'iframe', src: `${url}/embed/${path}`, width: '640', title: 'Fire & "smoke"' }),
        { tag: 'script', async: '', src: `${url}/embed-frame.js` },
      ]);
      const frame = await fetch(`${url}/embed/${path}`);
      expect([frame.status, frame.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    }
  });

  it('is found by whoever looks at a page', async () => {
    const { url, api } = await serverForTest();
    const { story, full, withheld } = await wholeStory(api);
    for (const path of ['', `/${full.id}`, `/${withheld.id}`]) {
      const page = `${url}/s/${story.slug}${path}`;
      const link = /<link rel="alternate" type="application\/json\+oembed"[^>]* href="([^"]+)">/.exec(
        await (await fetch(page)).text(),
      );
      const found = await fetch(link?.[1]?.replaceAll('&amp;', '&') ?? '');
      expect(await found.json()).toEqual((await ask(api, page)).body);
    }
  });

  it('keeps within the size that was asked for, its thumbnail too', async () => {
    const { url, api } = await serverForTest();
    const { story } = await wholeStory(api);
    const page = `${url}/s/${story.slug}`;
    const [, middle, small] = [PICTURE, ...PICTURE.renditions];
    expect((await ask(api, page)).body).toMatchObject({ thumbnail_url: PICTURE.url, thumbnail_width: 1600 });
    expect((await ask(api, page, '&maxwidth=700&maxheight=400')).body).toMatchObject({
      width: 640,
      height: 400,
      thumbnail_url: middle?.url,
      thumbnail_width: 640,
      thumbnail_height: 360,
    });
    // The script would make it as high as the story.
    expect(elementsIn((await ask(api, page, '&maxheight=400')).body.html)).toEqual([
      expect.objectContaining({ tag: 'iframe', height: '400' }),
    ]);
    const { body } = await ask(api, page, '&maxwidth=300&format=json');
    expect(body).toMatchObject({ width: 300, height: 720, thumbnail_url: small?.url });
    expect(elementsIn(body.html)[0]).toMatchObject({ width: '300', height: '720' });
    expect((await ask(api, page, '&maxwidth=100')).body.thumbnail_url).toBeUndefined();
  });

  it('has no word of an entry, since its answers are kept for days', async () => {
    const { url, api } = await serverForTest();
    const { story, full, withheld, canceled } = await wholeStory(api);
    for (const { id } of [full, withheld, canceled]) {
      const { status, body } = await ask(api, `${url}/s/${story.slug}/${id}`);
      expect([status, body.title]).toEqual([200, story.headline]);
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`${RUMOUR}|${full.headline}`));
    }
  });

  it('answers for pages of this server alone, and for public ones', async () => {
    const { url, api, adminKey } = await serverForTest();
    const { slug } = await api.createStory();
    const secret = await api.createStory({ visibility: 'private' });
    const { id } = await api.publish(secret.slug);
    const own = new URL(url).host;
    for (const page of [
      `https://elsewhere.example/s/${slug}`,
      `${url}.elsewhere.example/s/${slug}`,
      `http://${own}@elsewhere.example/s/${slug}`,
      `javascript://${own}/s/${slug}`,
      `${url}/`,
      `${url}/embed/${slug}`,
      `${url}/s/${slug}/feed.rss`,
      `${url}/s/${slug}/no-such-entry`,
      `${url}/s/no-such-story`,
      `${url}/s/${secret.slug}`,
      `${url}/s/${secret.slug}/${id}`,
      `${url}/s/${slug}/%00`,
      'no URL at all',
    ]) {
      const { status, headers } = await ask(api, page);
      expect([status, headers.get('cache-control')], page).toEqual([404, 'no-store']);
    }
    const asReader = await api.get(`/oembed?url=${encodeURIComponent(`${url}/s/${secret.slug}`)}`, { key: adminKey });
    expect(asReader.status).toBe(404);
    const [hidden, unknown] = await Promise.all([
      ask(api, `${url}/s/${secret.slug}`),
      ask(api, `${url}/s/no-such-story`),
    ]);
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    // Whoever copied the address may have lost the s of https, or have taken more than it.
    for (const page of [`https://${own}/s/${slug}`, `${url}/s/${slug}?from=a-friend#entry`, `${url}/s/${slug}/`]) {
      expect((await ask(api, page)).status, page).toBe(200);
    }
  });

  it('refuses what it cannot answer, by the statuses of the format', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const page = `${url}/s/${slug}`;
    expect(await ask(api, page, '&format=xml')).toMatchObject({ status: 501, body: { code: 'format_not_supported' } });
    for (const query of ['&maxwidth=0', '&maxwidth=wide', '&maxheight=-1', '&maxwidth=1&maxwidth=2']) {
      expect(await ask(api, page, query)).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    }
    expect((await api.get('/oembed', { key: null })).status).toBe(400);
    expect((await api.get(`/oembed?url=${encodeURIComponent(page)}`, { key: 'sl_nobody_atall' })).status).toBe(401);
    expect((await ask(api, page, '&callback=steal&maxwidth=400')).body.width).toBe(400);
  });

  it('knows its pages by the address that readers reach it by', async () => {
    const { api } = await serverForTest({ env: { PUBLIC_URL: 'https://news.example/live' } });
    const { slug } = await api.createStory();
    const { status, body } = await ask(api, `https://news.example/live/s/${slug}`);
    expect([status, elementsIn(body.html)[0]]).toEqual([
      200,
      expect.objectContaining({ src: `https://news.example/live/embed/${slug}` }),
    ]);
    expect((await ask(api, `https://news.example/s/${slug}`)).status).toBe(404);
  });
});
