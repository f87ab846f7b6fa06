import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { wholeStory } from '../helpers/whole-story.js';

const at = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const ancestorsIn = (headers: Headers) =>
  /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];

describe('a page that stands in a frame', () => {
  it('may be framed by whoever may use the server, and no other page may', async () => {
    for (const [allowed, ancestors] of [
      ['*', '*'],
      ['https://news.example,https://other.example:8443', "'self' https://news.example https://other.example:8443"],
    ] as const) {
      const { url, api } = await serverForTest({ env: { ALLOWED_ORIGINS: allowed } });
      const { slug } = await api.createStory();
      const { id } = await api.publish(slug);
      for (const path of [
        `/embed/${slug}`,
        `/embed/${slug}/${id}`,
        '/embed/no-such-story',
        `/embed/${slug}?order=up`,
      ]) {
        const { headers } = await at(url + path);
        expect([ancestorsIn(headers), headers.get('x-frame-options')], path).toEqual([ancestors, null]);
      }
      for (const path of ['/', `/s/${slug}`, `/s/${slug}/${id}`, '/s/no-such-story']) {
        const { headers } = await at(url + path);
        expect([ancestorsIn(headers), headers.get('x-frame-options')], path).toEqual(["'self'", 'SAMEORIGIN']);
      }
    }
  });

  it('shows the story as the site chose', async () => {
    const { url, api } = await serverForTest();
    const { story, full, bare } = await wholeStory(api);
    const options = 'hide=header+key-points&order=oldest&heading-level=3&announce=off&keys=focus&lang=es-MX&limit=2';
    const { status, text, headers } = await at(`${url}/embed/${story.slug}?${options}&from=a-campaign`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=2']);
    for (const attribute of [
      `slug="${story.slug}"`,
      'hide="header key-points"',
      'order="oldest"',
      'heading-level="3"',
      'announce="off"',
      'keys="focus"',
      'lang="es-MX"',
      'limit="2"',
    ]) {
      expect(/<live-story ([^>]*)>/.exec(text)?.[1]).toContain(attribute);
    }
    expect(text).toContain('<h4 class="headline"');
    expect(text).not.toContain('class="story-headline"');
    expect(text).toContain(full.headline);
    expect(text).not.toContain(bare.headline);
    // Of the texts of the interface, which is in Spanish as asked.
    expect(text).toContain('Confirmado');
  });

  it('leads out of the frame, and is for no search engine', async () => {
    const { url, api } = await serverForTest();
    const { story, full } = await wholeStory(api);
    for (const path of [story.slug, `${story.slug}/${full.id}`]) {
      const { text } = await at(`${url}/embed/${path}`);
      expect(text).toContain('<base target="_blank">');
      expect(text).toContain('<meta name="robots" content="noindex">');
      expect(text).toContain(`<link rel="canonical" href="${url}/s/${path}">`);
      expect(text).toMatch(/<script type="module" src="\/assets\/frame-page-[\w-]+\.js">/);
    }
  });

  it('refuses what it does not know how to show, and says what it would', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (const [query, said] of [
      ['order=up', '?order'],
      ['hide=header+everything', 'key-points'],
      ['heading-level=9', '?heading-level'],
      ['limit=0', '?limit'],
      ['limit=many', '?limit'],
      ['announce=loud', '?announce'],
      ['keys=all', '?keys'],
      ['lang=%22%3E%3Cscript%3E', '?lang'],
      ['order=oldest&order=newest', '?order'],
    ]) {
      const { status, text, headers } = await at(`${url}/embed/${slug}?${query}`);
      expect([status, headers.get('cache-control')], query).toEqual([400, 'private, no-store']);
      expect(text, query).toContain(said);
      expect(text).not.toContain('"><script>');
    }
  });

  it('of a private story is there for who may read it alone, and does not follow it', async () => {
    const { url, api, adminKey } = await serverForTest();
    const { slug } = await api.createStory({ visibility: 'private', headline: 'For members' });
    const hidden = await at(`${url}/embed/${slug}`);
    expect({ status: hidden.status, text: hidden.text }).toEqual({
      status: 404,
      text: (await at(`${url}/embed/no-such-story`)).text,
    });
    const opened = await at(`${url}/embed/${slug}`, { authorization: `Bearer ${adminKey}` });
    expect(opened.text).toContain('For members');
    expect(opened.text).not.toContain('application/json"');
    expect(opened.headers.get('cache-control')).toBe('private, no-store');
  });

  it('comes with a script for the page around it', async () => {
    const { url } = await serverForTest();
    const { status, headers, text } = await at(`${url}/embed-frame.js`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(text).toContain('slugline:height');
    // A classic script: nothing that only a module may hold.
    expect(() => new Function(text)).not.toThrow();
  });
});
