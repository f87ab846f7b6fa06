import { z } from 'zod';
import { builderQuery } from '../../pages/builder/builder-options.js';
import { frameQuery } from '../../pages/frame-options.js';
import { oembedQuery } from '../../pages/oembed-query.js';
import { HOME, SLUG } from '../examples.js';
import type { Answer, Operation } from '../operation.js';
import { UNCHANGED } from './reading.js';

const pageQuery = z.object({ before: z.string().max(200).exactOptional() });

const answersOf = (text: string, type: string): readonly [Answer, Answer] => [
  { status: 200, text, type, headers: ['ETag'] },
  UNCHANGED,
];

type Page = Pick<Operation, 'id' | 'path' | 'summary' | 'who'> & Partial<Operation>;

const page = (fields: Page): Operation => ({
  method: 'GET',
  group: 'Pages and feeds',
  isPage: true,
  headers: ['If-None-Match'],
  answers: answersOf('A page.', 'text/html'),
  ...fields,
});

const FEEDS = [
  { format: 'rss', word: 'Rss', name: 'RSS 2.0', type: 'application/rss+xml' },
  { format: 'atom', word: 'Atom', name: 'Atom', type: 'application/atom+xml' },
  { format: 'json', word: 'Json', name: 'JSON Feed 1.1', type: 'application/feed+json' },
] as const;

const feeds = FEEDS.flatMap(({ format, word, name, type }): Operation[] => {
  const shared = {
    method: 'GET',
    group: 'Pages and feeds',
    headers: ['If-None-Match'],
    answers: answersOf('A feed.', type),
  } as const;
  const ofStory = { id: `readStory${word}Feed`, path: `/s/:slug/feed.${format}`, summary: `A story as ${name}` };
  return [
    { id: `read${word}Feed`, path: `/feed.${format}`, summary: `All stories as ${name}`, who: 'anyone', ...shared },
    { ...ofStory, who: 'reader', ...shared },
  ];
});

const script = (id: string, path: string, summary: string): Operation => ({
  id,
  method: 'GET',
  path,
  group: 'Pages and feeds',
  summary,
  who: 'anyone',
  answers: [{ status: 200, text: 'A script.', type: 'text/javascript' }],
});

const item = (fields: Pick<Operation, 'id' | 'path' | 'summary'>): Operation => ({
  method: 'GET',
  group: 'Pages and feeds',
  who: 'reader',
  headers: ['If-None-Match'],
  answers: answersOf('IPTC ninjs 3.1.', 'application/json'),
  ...fields,
});

export const PAGES_AND_FEEDS: readonly Operation[] = [
  page({ id: 'showStories', path: '/', summary: 'The list of stories', who: 'anyone', query: pageQuery }),
  page({ id: 'showStory', path: '/s/:slug', summary: 'A story', who: 'reader', query: pageQuery }),
  page({ id: 'showEntry', path: '/s/:slug/:entryId', summary: 'One entry', who: 'reader' }),
  ...feeds,
  item({ id: 'readStoryItem', path: '/s/:slug/ninjs.json', summary: 'A story as ninjs' }),
  item({ id: 'readEntryItem', path: '/s/:slug/:entryId/ninjs.json', summary: 'An entry as ninjs' }),
  page({
    id: 'makeEmbed',
    path: '/embed',
    summary: 'Where an embed is made',
    who: 'anyone',
    query: builderQuery,
    errors: ['story_not_found'],
  }),
  page({
    id: 'frameStory',
    path: '/embed/:slug',
    summary: 'A story for an iframe',
    who: 'reader',
    query: frameQuery,
    asked: { order: 'oldest', hide: 'header picture' },
  }),
  page({ id: 'frameEntry', path: '/embed/:slug/:entryId', summary: 'One entry for an iframe', who: 'reader' }),
  {
    id: 'describeEmbed',
    method: 'GET',
    path: '/oembed',
    group: 'Pages and feeds',
    summary: 'How to embed a page',
    about: 'oEmbed 1.0, type `rich`. It knows public stories alone.',
    who: 'anyone',
    query: oembedQuery,
    headers: ['If-None-Match'],
    errors: ['story_not_found', 'entry_not_found', 'format_not_supported'],
    answers: answersOf('An oEmbed answer.', 'application/json'),
    asked: { url: `${HOME}/s/${SLUG}` },
  },
  page({ id: 'openConsole', path: '/console', summary: 'The editors’ page', who: 'anyone' }),
  script('loadElement', '/embed.js', 'Makes `<live-story>` work in a page'),
  script('loadFrameHost', '/embed-frame.js', 'Makes an iframe as high as its story'),
  script('loadPushWorker', '/push-worker.js', 'Shows alerts'),
];
