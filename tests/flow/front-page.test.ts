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

  it('tells the three newest updates of the first live story, and one of the others', async () => {
    const { url, api } = await serverForTest();
    for (const slug of ['second', 'first']) {
      await api.createStory({ slug, headline: slug });
      for (const number of [1, 2, 3, 4]) await api.publish(slug, { headline: `${slug}: number ${number}.` });
    }
    const text = await front(url);
    const told = text.match(/(?:first|second): number \d/g);
    expect(told).toEqual(['first: number 4', 'first: number 3', 'first: number 2', 'second: number 4']);
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
