import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { blogPosting, liveBlogPosting } from '../formats/linked-data.js';
import { serverForTest } from '../helpers/server.js';
import { PICTURE, RUMOUR, wholeStory } from '../helpers/whole-story.js';

/** What the page at a URL tells machines, as they would read it. */
async function linkedDataAt(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const [script, ...others] = scriptsOf(await response.text());
  expect([script === undefined, others.length], url).toEqual([false, 0]);
  return JSON.parse(script ?? '');
}

function scriptsOf(html: string): readonly string[] {
  const found: string[] = [];
  const look = (node: { readonly childNodes?: readonly object[] }): void => {
    for (const child of node.childNodes ?? []) {
      const {
        tagName,
        attrs = [],
        childNodes,
      } = child as Partial<{
        tagName: string;
        attrs: { name: string; value: string }[];
        childNodes: { value?: string }[];
      }>;
      if (tagName === 'script' && attrs.some(({ value }) => value === 'application/ld+json')) {
        found.push(childNodes?.[0]?.value ?? '');
      }
      look(child);
    }
  };
  look(parse(html));
  return found;
}

describe('what pages tell machines in the words of schema.org', () => {
  it('is a live blog with its updates, where the page is a story', async () => {
    const { url, api } = await serverForTest({ env: { SITE_NAME: 'The Norrvik Post' } });
    const { story, full, bare, wordy } = await wholeStory(api);
    const page = `${url}/s/${story.slug}`;
    const data = await linkedDataAt(page);
    expect(liveBlogPosting(data, 'story')).toEqual([]);
    const publisher = { '@type': 'Organization', name: 'The Norrvik Post', url: `${url}/` };
    expect(data).toMatchObject({
      '@id': page,
      headline: 'Harbour fire',
      description: 'All crews are out.',
      articleSection: 'Velmouth',
      inLanguage: 'en-GB',
      datePublished: story.createdAt,
      coverageStartTime: '2026-03-01T08:00:00.000Z',
      coverageEndTime: '2026-03-02T08:00:00.000Z',
      image: [{ url: PICTURE.url, width: 1600, height: 900, creditText: PICTURE.creditLine }],
      author: [{ '@type': 'Person', name: 'Tom Vale' }, { name: 'Ada Lund' }],
      publisher,
    });
    const [first, ...others] = data.liveBlogUpdate as readonly Record<string, unknown>[];
    expect(first).toMatchObject({
      '@type': 'BlogPosting',
      '@id': `${page}/${full.id}`,
      url: `${page}/${full.id}`,
      headline: 'Crews reach the quay',
      articleBody: expect.stringContaining('Two engines are on the quay.'),
      datePublished: full.publishedAt,
      author: [{ name: 'Tom Vale', jobTitle: 'Reporter', url: 'https://post.example/tom' }, { name: 'Ada Lund' }],
      image: [{ url: PICTURE.url, caption: 'The quay at dawn.', description: 'Smoke above a quay' }],
      keywords: ['fire', 'harbour'],
      correction: [{ '@type': 'CorrectionComment', text: 'It was quay 4, not quay 3.' }],
    });
    // The entry was corrected after it was published, and others were withdrawn after that.
    expect([full.publishedAt, first?.dateModified, data.dateModified].toSorted()).toEqual([
      full.publishedAt,
      first?.dateModified,
      data.dateModified,
    ]);
    expect(others.map(({ url: at, author }) => [at, author])).toEqual([
      [`${page}/${wordy.id}`, publisher],
      [`${page}/${bare.id}`, publisher],
    ]);
    expect(JSON.stringify(data)).not.toContain(RUMOUR);
  });

  it('is a posting as part of its story, where the page is an entry', async () => {
    const { url, api } = await serverForTest();
    const { story, full, bare, wordy } = await wholeStory(api);
    for (const { id } of [full, bare, wordy]) {
      const data = await linkedDataAt(`${url}/s/${story.slug}/${id}`);
      expect(blogPosting(data, id)).toEqual([]);
      expect(data).toMatchObject({ url: `${url}/s/${story.slug}/${id}`, isPartOf: { url: `${url}/s/${story.slug}` } });
    }
  });

  it('is nothing where the page is of an entry that was withdrawn, or of a story’s older entries', async () => {
    const { url, api } = await serverForTest();
    const { story, withheld, canceled } = await wholeStory(api);
    for (const path of [`/${withheld.id}`, `/${canceled.id}`, '?before=2099']) {
      expect(scriptsOf(await (await fetch(`${url}/s/${story.slug}${path}`)).text())).toEqual([]);
    }
  });

  it('names the address that the operator gave, whichever was asked', async () => {
    const { url, api } = await serverForTest({ env: { PUBLIC_URL: 'https://news.example/live/' } });
    const { slug } = await api.createStory();
    await api.publish(slug);
    expect(await linkedDataAt(`${url}/s/${slug}`)).toMatchObject({ url: `https://news.example/live/s/${slug}` });
  });

  it('ends where it ends, whatever an entry holds', async () => {
    const { url, api } = await serverForTest();
    const attack = '</script><script>alert(1)</script><!--<script>';
    const { slug } = await api.createStory({ headline: attack, standfirst: attack });
    const { id } = await api.publish(slug, { headline: attack, bodyMarkdown: attack.replaceAll('<', '\\<') });
    expect(await linkedDataAt(`${url}/s/${slug}`)).toMatchObject({ headline: attack, description: attack });
    expect(await linkedDataAt(`${url}/s/${slug}/${id}`)).toMatchObject({ headline: attack, articleBody: attack });
  });

  it('would not pass with a property of another name, or of another type', () => {
    const posting = { '@context': 'https://schema.org', '@type': 'BlogPosting', dateModified: 'yesterday', autor: [] };
    expect(blogPosting(posting, 'it')).toEqual(
      expect.arrayContaining([
        'it has no articleBody',
        'it knows no autor',
        'it.dateModified is to be a date and time with its offset: "yesterday"',
      ]),
    );
  });
});
