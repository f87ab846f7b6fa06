import type { DeskEntry, DeskStory } from '@slugline/client/protocol';
import type { Api } from './server.js';

/** A story in which every field is used that readers are shown. */
export interface WholeStory {
  readonly story: DeskStory;
  /** With everything that an entry can have. */
  readonly full: DeskEntry;
  /** With nothing but a headline. */
  readonly bare: DeskEntry;
  /** With nothing but a body. */
  readonly wordy: DeskEntry;
  readonly withheld: DeskEntry;
  readonly canceled: DeskEntry;
}

export const PICTURE = {
  url: 'https://pictures.example/quay.jpg',
  width: 1600,
  height: 900,
  caption: 'The quay at dawn.',
  creditLine: 'Ada Lund/Post',
  altText: 'Smoke above a quay',
  renditions: [
    { url: 'https://pictures.example/quay-640.webp', width: 640, height: 360 },
    { url: 'https://pictures.example/quay-240', width: 240, height: 135 },
  ],
};

/** Of the withdrawn entries: to be in no answer. */
export const RUMOUR = 'rumoured';

export async function wholeStory(api: Api, fields: Readonly<Record<string, unknown>> = {}): Promise<WholeStory> {
  const story = await api.createStory({
    headline: 'Harbour fire',
    standfirst: 'All crews are out.',
    kicker: 'Velmouth',
    language: 'en-GB',
    picture: PICTURE,
    keyPoints: [{ text: 'Nobody was hurt' }],
    coverageStart: '2026-03-01T08:00:00Z',
    coverageEnd: '2026-03-02T08:00:00Z',
    ...fields,
  });
  const { slug } = story;
  const bare = await api.publish(slug, { headline: 'Bridge closed' });
  const wordy = await api.publish(slug, { headline: undefined, bodyMarkdown: 'The wind has turned.' });
  const rumour = { headline: `It is ${RUMOUR}`, bodyMarkdown: RUMOUR, tags: [RUMOUR], bylines: [{ name: RUMOUR }] };
  const withheld = await api.publish(slug, rumour);
  const canceled = await api.publish(slug, rumour);
  const full = await api.publish(slug, {
    headline: 'Crews reach the quay',
    body: [
      { type: 'heading', level: 2, content: [{ text: 'What we know' }] },
      { type: 'paragraph', content: [{ text: 'Two engines', marks: ['strong'] }, { text: ' are on the quay.' }] },
      { type: 'quote', content: [{ text: 'Keep away.' }], speaker: 'Jon Ask' },
      { type: 'picture', picture: PICTURE },
      { type: 'embed', url: 'https://video.example/1', provider: 'Video Example' },
    ],
    bylines: [{ name: 'Tom Vale', role: 'Reporter', url: 'https://post.example/tom' }, { name: 'Ada Lund' }],
    sources: [{ name: 'Fire service', role: 'official' }],
    verification: 'confirmed',
    located: 'Velmouth',
    tags: ['fire', 'harbour'],
    breaking: true,
    keyEvent: true,
  });
  const entries = `/v1/stories/${slug}/entries`;
  const done = async (method: string, path: string, body: object) => {
    const { status } = await api.request(method, path, { body });
    if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
  };
  await done('POST', `${entries}/${full.id}/corrections`, { text: 'It was quay 4, not quay 3.' });
  await done('POST', `${entries}/${withheld.id}/withdrawal`, { status: 'withheld', notice: 'Being checked.' });
  await done('POST', `${entries}/${canceled.id}/withdrawal`, { status: 'canceled' });
  return { story, full, bare, wordy, withheld, canceled };
}
