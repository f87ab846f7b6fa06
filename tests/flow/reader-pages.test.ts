import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';

const page = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the front page', () => {
  it('says so when no story is running', async () => {
    const { url } = await serverForTest();
    const { status, headers, text } = await page(`${url}/`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('No story is running right now.');
  });

  it('lists public stories, the running ones first, and no private one', async () => {
    const { url, api } = await serverForTest();
    await api.createStory({ slug: 'over', headline: 'It is over', status: 'ended' });
    await api.createStory({ slug: 'running', headline: 'It is running', kicker: 'Storm' });
    await api.createStory({ slug: 'secret', headline: 'Nobody knows', visibility: 'private' });
    const { text } = await page(`${url}/`);
    expect(text).toMatch(/<a href="\/s\/running">It is running<\/a>(.|\n)*<a href="\/s\/over">It is over<\/a>/);
    expect(text).not.toContain('Nobody knows');
  });
});

describe('the page of a story', () => {
  it('is whole without a script', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({
      headline: 'Harbour fire',
      standfirst: 'All crews are out.',
      language: 'en-GB',
    });
    const first = await api.publish(slug, {
      headline: 'Flash',
      body: [{ type: 'quote', content: [{ text: 'Keep away' }], speaker: 'Ada Lund' }],
      breaking: true,
      sources: [{ name: 'Fire service', role: 'official' }],
      bylines: [{ name: 'Tom Vale', role: 'reporter' }],
    });
    await api.request('POST', `/v1/stories/${slug}/entries/${first.id}/corrections`, {
      body: { text: 'It was quay 4.' },
    });
    const gone = await api.publish(slug, { headline: 'Rumour' });
    await api.request('POST', `/v1/stories/${slug}/entries/${gone.id}/withdrawal`, {
      body: { status: 'canceled', notice: 'This was wrong.' },
    });
    await api.request('PATCH', `/v1/stories/${slug}`, {
      body: { keyPoints: [{ text: 'Quay closed', entryId: first.id }] },
    });

    const { text } = await page(`${url}/s/${slug}`);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en-GB" dir="ltr">/);
    for (const part of [
      '<h1 class="story-headline" part="headline">Harbour fire</h1>',
      'All crews are out.',
      'Ada Lund',
      'Fire service',
      'Tom Vale (reporter)',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(new RegExp(`<a href="/s/${slug}/${first.id}"[^>]*>Quay closed</a>`));
    expect(text).toContain('It was quay 4.');
    expect(text).toContain('This was wrong.');
    expect(text).not.toContain('Rumour');
  });

  it('is written from right to left where the language is', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'حريق في الميناء', language: 'ar' });
    expect((await page(`${url}/s/${slug}`)).text).toContain('<html lang="ar" dir="rtl">');
  });

  it('lets no text become markup, and no script run that is not ours', async () => {
    const { url, api } = await serverForTest();
    const attack = '</script><script>alert(1)</script>"\'><img src=x onerror=alert(2)>';
    const { slug } = await api.createStory({ headline: attack, standfirst: attack, kicker: attack.slice(0, 60) });
    const body = [{ type: 'paragraph', content: [{ text: attack }] }];
    await api.publish(slug, { headline: attack, body, located: attack, sources: [{ name: attack, role: 'social' }] });
    const { text, headers } = await page(`${url}/s/${slug}`);
    expect(text).not.toMatch(/<script>|<img/);
    // Three files of ours, what machines are told, and what the script takes over.
    expect(text.match(/<\/script>/g)).toHaveLength(5);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  it('leads to older entries by a link, and keeps what is pinned in sight', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const oldest = await api.publish(slug, { headline: 'Oldest of all' });
    for (let number = 1; number <= 31; number += 1) await api.publish(slug, { headline: `Number ${number}.` });
    const before = (await page(`${url}/s/${slug}`)).text;
    expect(before).not.toContain('Oldest of all');
    const href = /rel="next" href="([^"]+)"/.exec(before)?.[1] ?? '';
    const older = (await page(url + href)).text;
    expect(older).toContain('Oldest of all');
    expect(older).not.toContain('Number 31.');
    expect(older).not.toContain('<script');

    await api.request('PUT', `/v1/stories/${slug}/pins/${oldest.id}`);
    await expect.poll(async () => (await page(`${url}/s/${slug}`)).text).toMatch(/Oldest of all(.|\n)*Number 31\./);
  });

  it('is the same for an unknown and a private story: there is none', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Nobody knows', visibility: 'private' });
    const unknown = await page(`${url}/s/no-such-story`);
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain('There is no such story');
    for (const other of [slug, 'NOT-A-SLUG', '%00']) {
      const { status, text } = await page(`${url}/s/${other}`);
      expect({ status, text }).toEqual({ status: 404, text: unknown.text });
    }
  });

  it('is there the moment after its story was made, whoever asked for it before', async () => {
    const { url, api } = await serverForTest();
    expect((await page(`${url}/s/not-yet`)).status).toBe(404);
    await api.createStory({ slug: 'not-yet', headline: 'Now' });
    expect((await page(`${url}/s/not-yet`)).text).toContain('Now');
  });

  it('opens a private story to a key, and lets nobody keep a copy', async () => {
    const { url, api, adminKey } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'For members', visibility: 'private' });
    const { status, text, headers } = await page(`${url}/s/${slug}`, { authorization: `Bearer ${adminKey}` });
    expect(status).toBe(200);
    expect(text).toContain('For members');
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  it('may be kept for two seconds, and is not sent again unchanged', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const first = await page(`${url}/s/${slug}`);
    expect(first.headers.get('cache-control')).toBe('public, max-age=2');
    // Without a word on caching, fetch would ask for a fresh copy whatever it holds.
    const holding = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
    expect((await page(`${url}/s/${slug}`, holding)).status).toBe(304);
    await api.publish(slug);
    await expect.poll(async () => (await page(`${url}/s/${slug}`, holding)).status).toBe(200);
  });
});
