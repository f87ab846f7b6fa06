import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { PICTURE, RUMOUR, wholeStory } from '../helpers/whole-story.js';

const at = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** What the head of a page says by `meta` and `link`, each name with its values. */
function headOf(html: string): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  const unescaped = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&lt;', '<');
  for (const [tag] of html.matchAll(/<(?:meta|link) [^>]*>/g)) {
    const of = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
    const name = of('property') ?? of('name') ?? `${of('rel')} ${of('type') ?? ''}`.trim();
    found[name] = [...(found[name] ?? []), unescaped(of('content') ?? of('href') ?? '')];
  }
  return found;
}

describe('the page of an entry', () => {
  it('shows the entry, whole without a script, and leads to its story', async () => {
    const { url, api } = await serverForTest();
    const { story, full, bare } = await wholeStory(api);
    const { status, text, headers } = await at(`${url}/s/${story.slug}/${full.id}`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=2']);
    expect(text).toContain('<title>Crews reach the quay – Harbour fire</title>');
    for (const part of ['Two engines', 'Jon Ask', 'Tom Vale', 'Fire service', 'It was quay 4, not quay 3.']) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`href="/s/${story.slug}"`);
    expect(text).not.toContain(bare.headline);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en-GB" dir="ltr"/);
  });

  it('tells those who show links what it is about', async () => {
    const { url, api } = await serverForTest({ env: { SITE_NAME: 'The Norrvik Post' } });
    const { story, full, wordy } = await wholeStory(api);
    const page = `${url}/s/${story.slug}/${full.id}`;
    const head = headOf((await at(page)).text);
    expect(head).toMatchObject({
      canonical: [page],
      description: [expect.stringContaining('Two engines are on the quay.')],
      'og:type': ['article'],
      'og:url': [page],
      'og:title': ['Crews reach the quay'],
      'og:site_name': ['The Norrvik Post'],
      'og:locale': ['en_GB'],
      'og:image': [PICTURE.url],
      'og:image:alt': [PICTURE.altText],
      'og:image:width': ['1600'],
      'article:published_time': [full.publishedAt],
      'article:section': ['Velmouth'],
      'article:author': ['Tom Vale', 'Ada Lund'],
      'article:tag': ['fire', 'harbour'],
      'twitter:card': ['summary_large_image'],
      'alternate application/rss+xml': [`${url}/s/${story.slug}/feed.rss`],
      'alternate application/json': [`${page}/ninjs.json`],
    });
    expect(head['article:modified_time']?.[0] ?? '').not.toBe(full.publishedAt);
    expect(head.robots).toBeUndefined();
    expect(headOf((await at(`${url}/s/${story.slug}/${wordy.id}`)).text)['og:title']).toEqual(['The wind has turned.']);
  });

  it('shows of an entry that was withdrawn its notice alone, and asks to be forgotten', async () => {
    const { url, api } = await serverForTest();
    const { story, withheld, canceled } = await wholeStory(api);
    for (const [{ id }, notice] of [
      [withheld, 'Being checked.'],
      [canceled, 'This update has been withdrawn.'],
    ] as const) {
      for (const page of [`/s/${story.slug}/${id}`, `/embed/${story.slug}/${id}`]) {
        const { status, headers, text } = await at(url + page);
        expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=2']);
        expect(text).toContain(notice);
        expect(text).not.toContain(RUMOUR);
        expect(headOf(text).robots).toEqual(['noindex']);
        if (page.startsWith('/s/')) expect(headers.get('x-robots-tag')).toBe('noindex');
      }
    }
  });

  it('is the same where there is no such entry, no such story, and none for this reader', async () => {
    const { url, api, adminKey } = await serverForTest();
    const { slug } = await api.createStory();
    const secret = await api.createStory({ visibility: 'private' });
    const { id } = await api.publish(secret.slug, { headline: 'For members' });
    const unknown = await at(`${url}/s/no-such-story/no-such-entry`);
    expect(unknown.status).toBe(404);
    for (const path of [`${slug}/no-such-entry`, `${slug}/%00`, `${secret.slug}/${id}`, `${secret.slug}/nothing`]) {
      const { status, text } = await at(`${url}/s/${path}`);
      expect({ status, text }, path).toEqual({ status: 404, text: unknown.text });
    }
    const opened = await at(`${url}/s/${secret.slug}/${id}`, { authorization: `Bearer ${adminKey}` });
    expect(opened.text).toContain('For members');
    expect(opened.headers.get('cache-control')).toBe('private, no-store');
    expect(headOf(opened.text).robots).toEqual(['noindex']);
  });
});

describe('the page of a story', () => {
  it('tells those who show links, and feed readers, what it is', async () => {
    const { url, api } = await serverForTest();
    const { story } = await wholeStory(api, { headline: 'Fire & "smoke"' });
    const page = `${url}/s/${story.slug}`;
    expect(headOf((await at(page)).text)).toMatchObject({
      canonical: [page],
      description: ['All crews are out.'],
      'og:type': ['article'],
      'og:title': ['Fire & "smoke"'],
      'og:description': ['All crews are out.'],
      'og:url': [page],
      'og:image': [PICTURE.url],
      'og:image:alt': [PICTURE.altText],
      'article:published_time': [story.createdAt],
      'alternate application/rss+xml': [`${page}/feed.rss`],
      'alternate application/atom+xml': [`${page}/feed.atom`],
      'alternate application/feed+json': [`${page}/feed.json`],
      'alternate application/json': [`${page}/ninjs.json`],
    });
    expect(headOf((await at(`${url}/`)).text)).toMatchObject({
      canonical: [`${url}/`],
      'og:type': ['website'],
      'alternate application/rss+xml': [`${url}/feed.rss`],
    });
  });
});
