import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';

/** Seconds in which a withdrawal has to be gone from every answer that a cache kept. */
const PROMISED_SECONDS = 5;

/** A cache that does what the answers allow and no more: one entry for each URL, kept for its `max-age`. */
function sharedCache() {
  const kept = new Map<string, { readonly until: number; readonly body: string }>();
  return async (url: string): Promise<string> => {
    const found = kept.get(url);
    if (found !== undefined && found.until > performance.now()) return found.body;
    const response = await fetch(url);
    const body = await response.text();
    const seconds = /^public, max-age=(\d+)$/.exec(response.headers.get('cache-control') ?? '')?.[1];
    if (response.status === 200 && seconds !== undefined) {
      kept.set(url, { until: performance.now() + Number(seconds) * 1_000, body });
    }
    return body;
  };
}

describe('a cache in front', () => {
  it('has let go of what was withdrawn within seconds, at every door, and does not get it again', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const { id } = await api.publish(slug, {
      headline: 'A rumour',
      bodyMarkdown: 'It is rumoured.',
      tags: ['rumours'],
      breaking: true,
    });
    const page = encodeURIComponent(`${url}/s/${slug}/${id}`);
    const doors = [
      ...['/', `/s/${slug}`, `/s/${slug}/${id}`, `/embed/${slug}`, `/embed/${slug}?limit=5`, `/embed/${slug}/${id}`],
      ...['rss', 'atom', 'json'].flatMap((format) => [`/feed.${format}`, `/s/${slug}/feed.${format}`]),
      ...[`/s/${slug}/ninjs.json`, `/s/${slug}/${id}/ninjs.json`, `/oembed?url=${page}`],
      ...[`/v1/stories/${slug}`, `/v1/stories/${slug}/entries`, `/v1/stories/${slug}/entries/${id}`, '/v1/breaking'],
    ].map((path) => url + path);
    const cached = sharedCache();
    await Promise.all(doors.map(cached));
    const bodies = await Promise.all(doors.map(cached));
    const silent = doors.filter((_door, at) => !/rumour/i.test(bodies[at] ?? ''));
    // The list of stories tells of stories alone where it has no room, and oEmbed of frames.
    expect(silent.filter((door) => !door.includes('/oembed') && door !== `${url}/`)).toEqual([]);

    const { status } = await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, {
      body: { status: 'canceled', notice: 'This was wrong.' },
    });
    expect(status).toBe(201);
    const withdrawnAt = performance.now();
    const doorsThatTell = async () => {
      const answers = await Promise.all(doors.map(cached));
      return doors.filter((_door, at) => /rumour/i.test(answers[at] ?? ''));
    };
    await expect.poll(doorsThatTell, { timeout: 20_000, message: 'doors that still tell of it' }).toEqual([]);
    const seconds = (performance.now() - withdrawnAt) / 1_000;
    console.log(`gone from ${doors.length} cached answers after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(PROMISED_SECONDS);
    // Nor does any door tell it again to a cache that asks anew.
    const anew = sharedCache();
    expect((await Promise.all(doors.map(anew))).filter((body) => /rumour/i.test(body))).toEqual([]);
  });
});
