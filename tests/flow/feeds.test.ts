import { describe, expect, it } from 'vitest';
import { type Api, serverForTest } from '../helpers/server.js';
import { childOf, childrenOf, parseXml, type XmlElement } from '../helpers/xml.js';

const FORMATS = ['rss', 'atom', 'json'] as const;
const ATOM = 'http://www.w3.org/2005/Atom';

const PICTURE = {
  url: 'https://pictures.example/quay.jpg?size=large&crop=1',
  width: 1600,
  height: 900,
  caption: 'The quay at "dawn" & after',
  creditLine: 'Ada Lund/Post',
  altText: 'Smoke above a quay',
};

interface JsonFeed {
  readonly version: string;
  readonly title: string;
  readonly home_page_url: string;
  readonly feed_url: string;
  readonly language?: string;
  readonly expired?: boolean;
  readonly items: readonly {
    readonly id: string;
    readonly url: string;
    readonly title: string;
    readonly content_html: string;
    readonly image?: string;
    readonly date_published: string;
    readonly date_modified: string;
    readonly authors?: readonly { readonly name: string; readonly url?: string }[];
    readonly tags?: readonly string[];
    readonly language?: string;
  }[];
}

const text = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const rssOf = async (url: string): Promise<XmlElement> => childOf(parseXml((await text(url)).body), 'channel');
const atomOf = async (url: string): Promise<XmlElement> => parseXml((await text(url)).body);
const jsonOf = async (url: string): Promise<JsonFeed> => JSON.parse((await text(url)).body);

const withdraw = async (api: Api, slug: string, id: string, status: string, notice?: string) => {
  const path = `/v1/stories/${slug}/entries/${id}/withdrawal`;
  const { status: answer } = await api.request('POST', path, { body: { status, ...(notice && { notice }) } });
  expect(answer).toBe(201);
};

describe('the feeds of a story', () => {
  it('tell each entry with its page, times, authors, tags, pictures and corrections', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({
      headline: 'Fire & smoke at <Velmouth>',
      standfirst: 'All crews are out.',
      language: 'en-GB',
      picture: PICTURE,
    });
    const entry = await api.publish(slug, {
      headline: 'Crews "reach" the quay & hold it',
      body: [
        { type: 'paragraph', content: [{ text: 'Two engines', marks: ['strong'] }, { text: ' <on> the quay.' }] },
        { type: 'picture', picture: PICTURE },
      ],
      bylines: [{ name: 'Tom Vale', role: 'reporter', url: 'https://post.example/tom?a=1&b=2' }, { name: 'Ada Lund' }],
      tags: ['fire', 'harbour & sea'],
    });
    const path = `/v1/stories/${slug}/entries/${entry.id}`;
    await api.request('POST', `${path}/corrections`, { body: { text: 'It was quay 4, not <quay 3>.' } });
    const page = `${url}/s/${slug}/${entry.id}`;

    const rss = await rssOf(`${url}/s/${slug}/feed.rss`);
    expect(childOf(rss, 'title').text).toBe('Fire & smoke at <Velmouth>');
    expect(childOf(rss, 'link').text).toBe(`${url}/s/${slug}`);
    expect(childOf(rss, 'language').text).toBe('en-GB');
    expect(childOf(rss, 'atom:link').attributes).toMatchObject({ rel: 'self', href: `${url}/s/${slug}/feed.rss` });
    const item = childOf(rss, 'item');
    expect(childOf(item, 'title').text).toBe('Crews "reach" the quay & hold it');
    expect(childOf(item, 'link').text).toBe(page);
    expect(childOf(item, 'guid').attributes.isPermaLink).toBe('false');
    expect(Date.parse(childOf(item, 'pubDate').text)).toBe(Math.floor(Date.parse(entry.publishedAt) / 1_000) * 1_000);
    expect(childrenOf(item, 'dc:creator').map((one) => one.text)).toEqual(['Tom Vale', 'Ada Lund']);
    expect(childrenOf(item, 'category').map((one) => one.text)).toEqual(['fire', 'harbour & sea']);
    expect(childOf(item, 'enclosure').attributes).toEqual({ url: PICTURE.url, length: '0', type: 'image/jpeg' });
    const media = childOf(item, 'media:content');
    expect(media.attributes).toMatchObject({ url: PICTURE.url, width: '1600', height: '900' });
    expect(childOf(media, 'media:credit').text).toBe('Ada Lund/Post');
    const content = childOf(item, 'content:encoded').text;
    expect(content).toContain('<strong>Two engines</strong> &lt;on&gt; the quay.');
    expect(content).toMatch(/<strong>Correction, .+:<\/strong> It was quay 4, not &lt;quay 3&gt;\./);

    const atom = await atomOf(`${url}/s/${slug}/feed.atom`);
    expect([atom.name, atom.namespace, atom.attributes['xml:lang']]).toEqual(['feed', ATOM, 'en-GB']);
    const [self, alternate] = childrenOf(atom, 'link').map(({ attributes }) => attributes);
    expect(self).toMatchObject({ rel: 'self', href: `${url}/s/${slug}/feed.atom` });
    expect(alternate).toMatchObject({ rel: 'alternate', href: `${url}/s/${slug}` });
    const told = childOf(atom, 'entry');
    expect(childOf(told, 'published').text).toBe(entry.publishedAt);
    expect(childOf(told, 'updated').text > entry.publishedAt).toBe(true);
    expect(childOf(atom, 'updated').text).toBe(childOf(told, 'updated').text);
    expect(childrenOf(told, 'author').map((one) => one.text)).toEqual([
      'Tom Valehttps://post.example/tom?a=1&b=2',
      'Ada Lund',
    ]);
    expect(childrenOf(told, 'category').map(({ attributes }) => attributes.term)).toEqual(['fire', 'harbour & sea']);
    expect(childOf(told, 'content')).toMatchObject({ text: content, attributes: { type: 'html' } });
    const links = childrenOf(told, 'link').map(({ attributes }) => attributes);
    expect(links.find(({ rel }) => rel === 'alternate')?.href).toBe(page);
    expect(links.find(({ rel }) => rel === 'enclosure')).toMatchObject({ href: PICTURE.url, title: PICTURE.caption });

    const json = await jsonOf(`${url}/s/${slug}/feed.json`);
    expect(json).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Fire & smoke at <Velmouth>',
      home_page_url: `${url}/s/${slug}`,
      feed_url: `${url}/s/${slug}/feed.json`,
      language: 'en-GB',
    });
    expect(json.items[0]).toMatchObject({
      url: page,
      title: 'Crews "reach" the quay & hold it',
      content_html: content,
      image: PICTURE.url,
      date_published: entry.publishedAt,
      date_modified: childOf(told, 'updated').text,
      authors: [{ name: 'Tom Vale', url: 'https://post.example/tom?a=1&b=2' }, { name: 'Ada Lund' }],
      tags: ['fire', 'harbour & sea'],
    });
    expect([childOf(item, 'guid').text, childOf(told, 'id').text]).toEqual([json.items[0]?.id, json.items[0]?.id]);
  });

  it('name an entry that has no headline by its first words', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const words =
      'The wind has turned to the north-west and carries the smoke out to sea, says the coastguard, which has';
    await api.publish(slug, { headline: undefined, bodyMarkdown: `${words} three boats on the water.` });
    const [item] = (await jsonOf(`${url}/s/${slug}/feed.json`)).items;
    expect(item?.title).toBe(`${words} three …`);
    // What a text field holds that nobody wrote anything into.
    const { slug: other } = await api.createStory({ headline: 'Flood' });
    await api.publish(other, { headline: undefined, body: [{ type: 'paragraph', content: [{ text: '\u00a0' }] }] });
    const [blank] = (await jsonOf(`${url}/s/${other}/feed.json`)).items;
    expect(blank?.title).toBe('Flood');
  });

  it('know an entry by the same name whatever is edited, wherever the server is', async () => {
    const { url, api, server } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const idsAt = async (home: string) => {
      const feeds = await Promise.all([
        rssOf(`${home}/s/${slug}/feed.rss`).then((rss) => childOf(childOf(rss, 'item'), 'guid').text),
        atomOf(`${home}/feed.atom`).then((atom) => childOf(childOf(atom, 'entry'), 'id').text),
        jsonOf(`${home}/feed.json`).then(({ items }) => items[0]?.id),
      ]);
      return [...new Set(feeds)];
    };
    const before = await idsAt(url);
    expect(before).toEqual([
      expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
    await api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'Another headline' } });
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { headline: 'Another story, it seems' } });
    const edited = () => jsonOf(`${url}/feed.json`).then(({ items }) => items[0]?.title);
    await expect.poll(edited).toBe('Another headline');
    expect(await idsAt(`http://localhost:${server.port}`)).toEqual(before);
  });

  it('show nothing of what was withdrawn, and Atom says that it was', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    await api.publish(slug, { headline: 'It stays' });
    const held = await api.publish(slug, { headline: 'A rumour', body: [paragraph('rumoured')], tags: ['rumours'] });
    const gone = await api.publish(slug, { headline: 'Another rumour', bylines: [{ name: 'A rumourmonger' }] });
    const { items } = await jsonOf(`${url}/s/${slug}/feed.json`);
    expect(items).toHaveLength(3);
    await withdraw(api, slug, held.id, 'withheld', 'Being <checked>.');
    await withdraw(api, slug, gone.id, 'canceled');
    for (const at of [`${url}/s/${slug}`, url]) {
      for (const format of FORMATS) {
        await expect.poll(async () => (await text(`${at}/feed.${format}`)).body).not.toMatch(/rumour/i);
        expect((await text(`${at}/feed.${format}`)).body).toContain('It stays');
      }
      const deleted = childrenOf(await atomOf(`${at}/feed.atom`), 'at:deleted-entry');
      expect(deleted.map(({ attributes, text: notice }) => [attributes.ref, notice])).toEqual([
        [items[0]?.id, ''],
        [items[1]?.id, 'Being <checked>.'],
      ]);
      expect(deleted[0]?.namespace).toBe('http://purl.org/atompub/tombstones/1.0');
    }
    await api.request('DELETE', `/v1/stories/${slug}/entries/${held.id}/withdrawal`);
    await expect.poll(async () => (await jsonOf(`${url}/feed.json`)).items.map(({ id }) => id)).toContain(items[1]?.id);
  });

  it('say when a story is over', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    expect((await jsonOf(`${url}/s/${slug}/feed.json`)).expired).toBeUndefined();
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { status: 'ended' } });
    await expect.poll(async () => (await jsonOf(`${url}/s/${slug}/feed.json`)).expired).toBe(true);
  });
});

describe('the feeds of all stories', () => {
  it('have the newest entries of public stories, and of no other', async () => {
    const { url, api } = await serverForTest({ env: { SITE_NAME: 'The Norrvik Post' } });
    const first = await api.createStory({ headline: 'First story' });
    const second = await api.createStory({ headline: 'Second story', language: 'es' });
    const secret = await api.createStory({ headline: 'Secret story', visibility: 'private' });
    await api.publish(first.slug, { headline: 'One' });
    await api.publish(second.slug, { headline: 'Two' });
    await api.publish(secret.slug, { headline: 'Nobody knows' });
    await api.publish(first.slug, { headline: 'Three' });
    // A story that moves without having anything new is not newer for it.
    await api.request('PATCH', `/v1/stories/${second.slug}`, { body: { kicker: 'Moved' } });

    const { title, items } = await jsonOf(`${url}/feed.json`);
    expect(title).toBe('The Norrvik Post');
    expect(items.map((item) => [item.title, item.language])).toEqual([
      ['Three', 'en'],
      ['Two', 'es'],
      ['One', 'en'],
    ]);
    const rss = await rssOf(`${url}/feed.rss`);
    expect(childrenOf(rss, 'item').map((item) => childOf(item, 'title').text)).toEqual(['Three', 'Two', 'One']);
    const atom = await atomOf(`${url}/feed.atom`);
    const sources = childrenOf(atom, 'entry').map((entry) => childOf(childOf(entry, 'source'), 'title').text);
    expect(sources).toEqual(['First story', 'Second story', 'First story']);

    await api.request('PATCH', `/v1/stories/${second.slug}`, { body: { visibility: 'private' } });
    await expect
      .poll(async () => (await jsonOf(`${url}/feed.json`)).items.map((item) => item.title))
      .toEqual(['Three', 'One']);
  });

  it('have fifty entries, the newest of all, however they are spread over stories', async () => {
    const { url, api } = await serverForTest();
    const stories = await Promise.all(Array.from({ length: 14 }, () => api.createStory()));
    const headlines: string[] = [];
    for (let number = 1; number <= 60; number += 1) {
      // The first stories have none among the newest, which are spread over more stories than are looked at together.
      const story = stories[number <= 10 ? number % 2 : 2 + (number % 12)];
      await api.publish(story?.slug ?? '', { headline: `Number ${number}` });
      headlines.unshift(`Number ${number}`);
    }
    const told = await jsonOf(`${url}/feed.json`);
    expect(told.items.map(({ title }) => title)).toEqual(headlines.slice(0, 50));
  });

  it('are there before anything was published', async () => {
    const { url } = await serverForTest();
    expect(childrenOf(await rssOf(`${url}/feed.rss`), 'item')).toEqual([]);
    expect(childOf(await atomOf(`${url}/feed.atom`), 'updated').text).toMatch(/^1970-/);
    expect((await jsonOf(`${url}/feed.json`)).items).toEqual([]);
  });
});

describe('each feed', () => {
  it('may be kept for two seconds, and is not sent again unchanged', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    await api.publish(slug);
    for (const at of [`${url}/s/${slug}`, url]) {
      for (const format of FORMATS) {
        const feed = `${at}/feed.${format}`;
        const { headers } = await text(feed);
        expect(headers.get('cache-control')).toBe('public, max-age=2');
        expect(headers.get('content-type')).toMatch(/^application\/(?:rss\+xml|atom\+xml|feed\+json); charset=utf-8$/);
        const holding = { 'if-none-match': headers.get('etag') ?? '' };
        expect(await text(feed, holding)).toMatchObject({ status: 304, body: '' });
        const head = await fetch(feed, { method: 'HEAD' });
        expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, headers.get('etag'), '']);
      }
    }
  });

  it('of a private story is there for who may read it alone, and kept nowhere', async () => {
    const { url, api, adminKey } = await serverForTest();
    const { slug } = await api.createStory({ visibility: 'private' });
    await api.publish(slug, { headline: 'For members' });
    for (const path of [...FORMATS.map((format) => `feed.${format}`), 'ninjs.json']) {
      const [hidden, unknown] = await Promise.all([text(`${url}/s/${slug}/${path}`), text(`${url}/s/no-such/${path}`)]);
      const without = ({ body }: { body: string }) => body.replace(/"requestId":"[^"]*"/, '');
      expect([hidden.status, without(hidden)]).toEqual([404, without(unknown)]);
      const opened = await text(`${url}/s/${slug}/${path}`, { authorization: `Bearer ${adminKey}` });
      expect(opened.body).toContain('For members');
      expect(opened.headers.get('cache-control')).toBe('private, no-store');
    }
  });

  it('is well-formed XML whatever its texts hold', async () => {
    const { url, api } = await serverForTest();
    const awkward =
      ']]> <![CDATA[ &amp; &lt;b&gt; <b> "quoted" \'too\' <!-- --> <?php ?> \uFFFE \uFFFF \u{1F525} \u202E';
    const { slug } = await api.createStory({ headline: awkward, standfirst: awkward });
    await api.publish(slug, {
      headline: awkward,
      body: [paragraph(awkward)],
      tags: [awkward.slice(0, 60).trim()],
      bylines: [{ name: awkward, url: 'https://a.example/?q=<>&"' }],
    });
    const told = awkward.replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD');
    for (const at of [`${url}/s/${slug}`, url]) {
      const item = childOf(await rssOf(`${at}/feed.rss`), 'item');
      expect(childOf(item, 'title').text).toBe(told);
      const entry = childOf(await atomOf(`${at}/feed.atom`), 'entry');
      expect(childOf(entry, 'title').text).toBe(told);
      expect(childOf(entry, 'content').text).toContain('&lt;b&gt; &quot;quoted&quot;');
    }
  });
});

function paragraph(words: string) {
  return { type: 'paragraph', content: [{ text: words }] };
}
