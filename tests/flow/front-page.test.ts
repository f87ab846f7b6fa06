import { LIMITS } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { type Api, serverForTest } from '../helpers/server.js';

const front = async (url: string): Promise<string> => (await fetch(`${url}/`)).text();

const withdraw = (api: Api, slug: string, id: string) =>
  api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled' } });

/** Where each of these stands in a text; -1 for what does not. */
const placesIn = (text: string, words: readonly string[]) => words.map((word) => text.indexOf(word));

describe('the front page', () => {
  it('has what is live first, then what rests or comes, then what is over', async () => {
    const { url, api } = await serverForTest();
    await api.createStory({ headline: 'It is live', status: 'live' });
    await api.createStory({ headline: 'It is over', status: 'ended' });
    await api.createStory({ headline: 'It comes', status: 'upcoming', coverageStart: '2050-03-01T09:00:00.000Z' });
    await api.createStory({ headline: 'It rests', status: 'paused' });
    const text = await front(url);
    const places = placesIn(text, ['It is live', 'It rests', 'It comes', 'It is over']);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toContain('<time datetime="2050-03-01T09:00:00.000Z"');
  });

  it('tells the three newest updates of each live story, of which the styles show as many as there is room for', async () => {
    const { url, api } = await serverForTest();
    for (const slug of ['second', 'first']) {
      await api.createStory({ slug, headline: slug });
      for (const number of [1, 2, 3, 4]) await api.publish(slug, { headline: `${slug}: number ${number}.` });
    }
    const text = await front(url);
    const told = text.match(/(?:first|second): number \d/g);
    const newest = [4, 3, 2];
    const wanted = ['first', 'second'].flatMap((slug) => newest.map((number) => `${slug}: number ${number}`));
    expect(told).toEqual(wanted);
  });

  it('tells the first words of an update without a headline, and leads to it', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug, { headline: undefined, bodyMarkdown: 'The **wind** has dropped.' });
    expect(await front(url)).toContain(`<a href="/s/${slug}/${id}">The wind has dropped.</a>`);
  });

  it('tells nothing of an update that was withdrawn, or of a story that became private', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Nobody is to know' });
    await api.publish(slug, { headline: 'It stays' });
    const rumour = await api.publish(slug, { headline: 'A rumour' });
    expect(await front(url)).toContain('A rumour');
    await withdraw(api, slug, rumour.id);
    await expect.poll(() => front(url)).not.toContain('A rumour');
    expect(await front(url)).toContain('It stays');
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { visibility: 'private' } });
    await expect.poll(() => front(url)).not.toContain('Nobody is to know');
    expect(await front(url)).not.toContain('It stays');
  });

  it('shows a picture of what is not over', async () => {
    const { url, api } = await serverForTest();
    const picture = { url: 'https://pictures.example/quay.jpg', creditLine: 'Ada Lund', altText: 'A quay' };
    await api.createStory({ headline: 'With a picture', picture });
    await api.createStory({
      headline: 'Over',
      status: 'ended',
      picture: { ...picture, url: 'https://pictures.example/over.jpg' },
    });
    const text = await front(url);
    expect(text.match(/<img [^>]*src="([^"]+)"/g)).toHaveLength(1);
    expect(text).toContain('src="https://pictures.example/quay.jpg" alt=""');
  });
});

describe('the language of the front page', () => {
  const TITLES: Readonly<Record<string, string>> = {
    en: 'Live coverage',
    es: 'Coberturas en directo',
    ar: 'التغطيات المباشرة',
    de: 'Liveticker',
    fr: 'Les directs',
    uk: 'Трансляції наживо',
  };

  async function asked(url: string, path: string, header?: string) {
    // `fetch` would send a header of its own.
    const headers = { 'accept-language': header ?? '' };
    const answer = await fetch(url + path, { headers });
    const text = await answer.text();
    const [, lang = '', dir = ''] = /<html lang="([^"]*)" dir="([^"]*)">/.exec(text) ?? [];
    const [, title = ''] = /<h1>([^<]*)<\/h1>/.exec(text) ?? [];
    return { answer, text, lang, dir, title };
  }

  it('is what the browser asks for, what the address names before that, and English for all else', async () => {
    const { url } = await serverForTest();
    for (const [header, path, language] of [
      ['de', '/', 'de'],
      ['de-AT,de;q=0.9,en;q=0.8', '/', 'de'],
      ['pt-BR, pt;q=0.9, en;q=0.2, es;q=0.7', '/', 'es'],
      ['ar-EG', '/', 'ar'],
      ['UK', '/', 'uk'],
      ['fr;q=0, en', '/', 'en'],
      ['*', '/', 'en'],
      ['zh', '/', 'en'],
      ['', '/', 'en'],
      [';;q=,,', '/', 'en'],
      ['de', '/?lang=fr', 'fr'],
      ['de', '/?lang=FR-ca', 'fr'],
      ['de', '/?lang=xx', 'en'],
      ['de', '/?lang=constructor', 'en'],
      ['de', '/?lang=%3Cscript%3E', 'en'],
      ['de', '/?lang=', 'de'],
      ['de', '/?lang=fr&lang=es', 'de'],
    ] as const) {
      const page = await asked(url, path, header);
      const what = `${path} for “${header}”`;
      expect(page.answer.status, what).toBe(200);
      expect(page.title, what).toBe(TITLES[language]);
      expect(page.lang, what).toBe(language === 'en' ? 'en-GB' : language);
      expect(page.dir, what).toBe(language === 'ar' ? 'rtl' : 'ltr');
      expect(page.text).toContain(`lang="${language}" hreflang="${language}" dir="${page.dir}" aria-current="true"`);
    }
  });

  it('is told to caches, which may keep each for two seconds and ask by its ETag', async () => {
    const { url, api } = await serverForTest();
    await api.createStory();
    const etags = new Set<string>();
    for (const [path, header] of [
      ['/', 'de'],
      ['/', 'ar'],
      ['/?lang=uk', 'ar'],
    ] as const) {
      const { answer } = await asked(url, path, header);
      expect(answer.headers.get('vary')).toMatch(/\bAccept-Language\b/);
      expect(answer.headers.get('vary')).toMatch(/\bAuthorization\b/);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=2');
      const etag = answer.headers.get('etag') ?? '';
      etags.add(etag);
      const again = await fetch(url + path, { headers: { 'accept-language': header, 'if-none-match': etag } });
      expect([again.status, again.headers.get('vary')]).toEqual([304, answer.headers.get('vary')]);
    }
    expect(etags.size).toBe(3);
    const withKey = await api.get('/', { headers: { 'accept-language': 'de' } });
    expect(withKey.headers.get('cache-control')).toBe('private, no-store');
  });

  it('is that of its own words, and stories keep theirs', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire', language: 'en-GB' });
    await api.publish(slug, { headline: 'Crews reach the quay', breaking: true });
    const { text } = await asked(url, '/?lang=ar');
    expect(text).toContain(`data-key="${slug}" lang="en-GB" dir="ltr">`);
    expect(text).toContain('<span class="status is-live" lang="ar" dir="rtl">مباشر</span>');
    expect(text).toContain('<span lang="ar" dir="rtl"><strong>عاجل</strong>');
    expect(text).not.toMatch(/\{\w+\}|undefined|Live now/);
  });

  it('stays what the address names by all links to the list of stories', async () => {
    const { url } = await serverForTest();
    const linksOf = async (path: string) => {
      const { text } = await asked(url, path, 'de');
      const around = text.replace(/<main.*<\/main>/s, '');
      return [...around.matchAll(/<a [^>]*href="([^"]*)"/g)]
        .map(([, href]) => href)
        .filter((href) => /^\/(\?|$)/.test(href ?? ''));
    };
    expect(await linksOf('/')).toEqual(['/', '/', '/']);
    expect(await linksOf('/?lang=uk')).toEqual(['/?lang=uk', '/?lang=uk', '/?lang=uk']);
  });

  it('goes on to older stories where the address names it', async () => {
    const { url, api } = await serverForTest();
    for (let count = 0; count <= LIMITS.pageMax; count += 1) await api.createStory();
    const olderIn = async (path: string) => /rel="next" href="([^"]*)"/.exec((await asked(url, path, 'de')).text)?.[1];
    expect(await olderIn('/')).toMatch(/^\/\?before=[^&]+$/);
    const named = (await olderIn('/?lang=uk'))?.replaceAll('&amp;', '&') ?? '';
    expect(named).toMatch(/^\/\?before=[^&]+&lang=uk$/);
    const page = await asked(url, named, 'de');
    expect(page.title).toBe(TITLES.uk);
    // It is of what was then, and does not say that it goes on.
    expect(page.text).not.toMatch(/class="says"|class="keeping"|front-page-[\w-]+\.js/);
  });
});
