/**
 * The update that both servers send, in the shape each is given it. Slugline makes the change itself; the stock
 * server passes on what it gets, so it gets a change that is already whole. What travels to readers is the same
 * object, and the frames differ by a few digits at most.
 */
export const SLUG = 'norrvik-ferry';

export const STORY = { slug: SLUG, headline: 'Norrvik ferry adrift off the north harbour' };

export type PayloadMaker = (text: string) => string;

export const sluglineBody: PayloadMaker = (text) => JSON.stringify({ body: [paragraph(text)] });

export const stockBody: PayloadMaker = (text) => {
  const now = new Date().toISOString();
  return JSON.stringify({
    epoch: 'k3Qf7Zt0bXw9LmN2rYsAa',
    seq: 1_000,
    kind: 'entry.published',
    at: now,
    entry: {
      id: 'p8Hd2VuE5cGj1TqK7oRxB',
      slug: SLUG,
      version: 1,
      status: 'usable',
      body: [paragraph(text)],
      urgency: 5,
      breaking: false,
      keyEvent: false,
      bylines: [],
      sources: [],
      relations: [],
      tags: [],
      corrections: [],
      publishedAt: now,
      updatedAt: now,
    },
  });
};

function paragraph(text: string): object {
  return { type: 'paragraph', content: [{ text }] };
}
