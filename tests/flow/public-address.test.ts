import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';

/** As `fetch` does it, with whatever `Host` somebody may send. */
function askAs(url: string, host: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request(url, { headers: { ...headers, host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    sent.on('error', reject).end();
  });
}

const homeIn = (body: string) => /"home_page_url":"([^"]*)"/.exec(body)?.[1];
const canonicalIn = (body: string) => /<link rel="canonical" href="([^"]*)">/.exec(body)?.[1];

describe('absolute addresses', () => {
  it('are those that the operator gave, whatever a request says', async () => {
    const { url, api } = await serverForTest({ env: { PUBLIC_URL: 'https://news.example' } });
    const { slug } = await api.createStory();
    for (const host of ['evil.example', '"><script>', 'a b']) {
      const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
      const feed = await askAs(`${url}/s/${slug}/feed.json`, host, forwarded);
      expect(homeIn(feed.body)).toBe(`https://news.example/s/${slug}`);
      const page = await askAs(`${url}/s/${slug}`, host, forwarded);
      expect(canonicalIn(page.body)).toBe(`https://news.example/s/${slug}`);
      expect(page.body).not.toContain('evil.example');
    }
  });

  it('are else where the request was sent, over what the proxies in front say that it came', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (const [host, headers, home] of [
      ['live.example', {}, 'http://live.example'],
      ['Live.Example:8080', {}, 'http://live.example:8080'],
      ['[::1]:3000', {}, 'http://[::1]:3000'],
      ['live.example', { 'x-forwarded-proto': 'https' }, 'https://live.example'],
      ['live.example', { 'x-forwarded-proto': 'javascript' }, 'http://live.example'],
      ['live.example', { 'x-forwarded-host': 'evil.example' }, 'http://live.example'],
      ['live.example', { forwarded: 'host=evil.example;proto=https' }, 'http://live.example'],
    ] as const) {
      const feed = await askAs(`${url}/s/${slug}/feed.json`, host, headers);
      expect(homeIn(feed.body), JSON.stringify([host, headers])).toBe(`${home}/s/${slug}`);
      expect(canonicalIn((await askAs(`${url}/s/${slug}`, host, headers)).body)).toBe(`${home}/s/${slug}`);
    }
  });

  it('are below the path that the operator gave, those of files and links within a page too', async () => {
    const { url, api } = await serverForTest({ env: { PUBLIC_URL: 'https://news.example/live/' } });
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    await api.publish(slug, { headline: 'Breaking', breaking: true });
    for (const page of [
      '/',
      `/s/${slug}`,
      `/s/${slug}/${id}`,
      `/embed/${slug}`,
      `/embed/${slug}/${id}`,
      '/embed',
      '/s/no',
    ]) {
      const { body } = await askAs(`${url}${page}`, 'live.example');
      const paths = [...body.matchAll(/ (?:href|src|action)="(\/[^"]*)"/g)].map(([, path = '']) => path);
      expect(paths.length, page).toBeGreaterThan(2);
      for (const path of new Set(paths)) {
        expect(path, page).toMatch(/^\/live\//);
        // As a proxy asks for it, that takes the path away.
        const { status } = await fetch(`${url}${path.slice('/live'.length).replaceAll('&amp;', '&')}`);
        expect([status, path]).toEqual([200, path]);
      }
    }
    expect(await (await fetch(`${url}/embed.js`)).text()).toMatch(/"\.\/assets\/embed-[\w-]+\.js"/);
  });

  it('believe nobody who is no proxy of ours', async () => {
    const { url, api } = await serverForTest({ env: { TRUST_PROXY: 'none' } });
    const { slug } = await api.createStory();
    const feed = await askAs(`${url}/s/${slug}/feed.json`, 'live.example', { 'x-forwarded-proto': 'https' });
    expect(homeIn(feed.body)).toBe(`http://live.example/s/${slug}`);
  });

  it('are none where Host is none', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    for (const host of ['"><script>alert(1)</script>', 'a b', 'user@host', 'host/path', 'host?', '-', 'a:b']) {
      for (const path of [`/s/${slug}`, `/s/${slug}/feed.rss`, '/feed.json', '/']) {
        const { status, body, headers } = await askAs(`${url}${path}`, host);
        expect(status, `${host} at ${path}`).toBe(400);
        expect(headers['cache-control']).toMatch(/no-store/);
        expect(body).not.toContain('<script>alert');
      }
    }
  });
});
