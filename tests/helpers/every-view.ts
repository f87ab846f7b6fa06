import type { Block, Entry, PublicEntry, Story, Tombstone } from '@slugline/client/protocol';
import { bannerTree, missingTree, type StoryView, sinceTree, storyLinks, textsIn } from '@slugline/client/view';
import { playerOf } from '../../client-sdk/element/players.js';

/** What a story in some language says, for tests of how it looks; the words matter to nobody. */
interface Words {
  readonly headline: string;
  readonly sentence: string;
  readonly name: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  en: {
    headline: 'Fire crews reach the north quay',
    sentence: 'Two engines are on the north quay and a third is on its way.',
    name: 'Ada Lund',
  },
  ar: {
    headline: 'فرق الإطفاء تصل إلى الرصيف الشمالي',
    sentence: 'وصلت سيارتا إطفاء إلى الرصيف الشمالي، والثالثة في الطريق.',
    name: 'سلمى حداد',
  },
};

const AT = '2026-03-01T09:30:00.000Z';
/** A picture that is in the page's own text: nothing is to be fetched for it. */
const PIXELS = 'https://pictures.example/quay.jpg';

/** Each state in which a reader may find a story, by its name. */
export function everyView(language: 'en' | 'ar'): Readonly<Record<string, StoryView>> {
  const { headline, sentence, name } = WORDS[language] ?? { headline: '', sentence: '', name: '' };
  const story: Story = {
    slug: 'harbour-fire',
    headline,
    standfirst: sentence,
    kicker: name,
    language,
    status: 'live',
    visibility: 'public',
    keyPoints: [{ text: sentence, entryId: 'whole' }, { text: headline }],
    pinned: [],
    coverageStart: AT,
    createdAt: AT,
    updatedAt: AT,
    version: 1,
  };
  const picture = { url: PIXELS, width: 1600, height: 900, caption: sentence, creditLine: name, altText: headline };
  const body: readonly Block[] = [
    {
      type: 'paragraph',
      content: [
        { text: sentence, marks: ['strong'] },
        { text: ` ${sentence}`, href: 'https://post.example/' },
      ],
    },
    { type: 'heading', level: 4, content: [{ text: headline }] },
    {
      type: 'paragraph',
      content: [
        { text: sentence, marks: ['emphasis'] },
        { text: ' 7f3a', marks: ['code'] },
      ],
    },
    { type: 'list', ordered: false, items: [[{ text: sentence }], [{ text: headline }]] },
    { type: 'heading', level: 2, content: [{ text: headline }] },
    { type: 'list', ordered: true, items: [[{ text: sentence }], [{ text: headline }]] },
    { type: 'quote', content: [{ text: sentence }], speaker: name, speakerRole: name, source: 'Efe' },
    { type: 'picture', picture },
    { type: 'embed', url: 'https://video.example/1', provider: 'Video Example', title: headline },
    { type: 'embed', url: 'about:blank#https://video.example/2', provider: 'Video Example' },
    { type: 'embed', url: 'https://video.example/3', provider: 'Video Example' },
  ];
  const plain: Entry = {
    id: 'plain',
    slug: story.slug,
    version: 1,
    status: 'usable',
    headline,
    body: [{ type: 'paragraph', content: [{ text: sentence }] }],
    urgency: 4,
    breaking: false,
    keyEvent: false,
    bylines: [],
    sources: [],
    relations: [],
    tags: [],
    corrections: [],
    publishedAt: AT,
    updatedAt: AT,
  };
  const whole: Entry = {
    ...plain,
    id: 'whole',
    version: 3,
    body,
    breaking: true,
    keyEvent: true,
    verification: 'disputed',
    bylines: [{ name, role: sentence, url: 'https://post.example/ada' }, { name: 'Tom Vale' }],
    sources: [
      { name: 'Efe', role: 'agency', url: 'https://agency.example/' },
      { name, role: 'witness', via: 'Lusa' },
    ],
    relations: [
      { rel: 'updates', entryId: 'plain' },
      { rel: 'disputes', entryId: 'bare' },
    ],
    located: name,
    tags: [headline.slice(0, 8), name],
    corrections: [{ kind: 'corrected', text: sentence, at: AT, fromVersion: 1, toVersion: 2 }],
    updatedAt: '2026-03-01T09:45:00.000Z',
  };
  const { headline: _, ...nameless } = plain;
  const tombstone: Tombstone = { ...plainTombstone(story), status: 'canceled' };
  const entries: readonly PublicEntry[] = [
    { ...plain, id: 'pinned', verification: 'confirmed' },
    whole,
    { ...nameless, id: 'bare', verification: 'unverified' },
    tombstone,
    { ...tombstone, id: 'held', status: 'withheld', notice: { text: sentence, at: AT } },
    { ...plain, verification: 'attributed', keyEvent: true },
  ];
  const texts = textsIn(language);
  const live: StoryView = {
    story: { ...story, pinned: ['pinned'] },
    entries,
    texts,
    clock: { language: texts.language, now: Date.parse(AT) + 20 * 60_000 },
    links: storyLinks({ server: '', slug: story.slug, isNewest: true }),
    headingLevel: 2,
    hidden: new Set(),
    choice: { order: 'newest', keyEvents: false, tag: undefined },
    trouble: undefined,
    gathered: 0,
    older: 'more',
    players: new Map([['whole 10', playerOf('https://video.example/1')]]),
    marks: new Map(),
  };
  const few = { ...live, entries: [plain], players: new Map() };
  const none = { ...live, entries: [], older: 'none' as const };
  return {
    live,
    empty: none,
    upcoming: { ...none, story: { ...story, status: 'upcoming' } },
    paused: { ...few, story: { ...story, status: 'paused' } },
    ended: { ...few, story: { ...story, status: 'ended' }, older: 'none' },
    filtered: { ...few, choice: { order: 'oldest', keyEvents: true, tag: name } },
    unmatched: { ...none, choice: { order: 'newest', keyEvents: true, tag: undefined } },
    gathering: { ...few, gathered: 3 },
    missed: { ...few, notices: [missingTree({ ...few, texts })] },
    returning: {
      ...few,
      notices: [sinceTree({ updates: 6, corrections: 1, withdrawals: 2, orMore: true }, { ...few, texts })],
    },
    breaking: { ...few, notices: [bannerTree(whole, { ...few, texts })] },
    marked: { ...few, marks: new Map([['plain', 'linked']]), copied: { entry: 'plain', text: texts['share.copied'] } },
    connecting: { ...few, trouble: { kind: 'connecting' } },
    reconnecting: { ...few, trouble: { kind: 'reconnecting' } },
    behind: { ...few, trouble: { kind: 'behind', since: AT } },
    offline: { ...few, trouble: { kind: 'offline', since: AT } },
    refused: { ...few, trouble: { kind: 'refused' } },
    loading: { ...few, older: 'loading' },
    failed: { ...few, older: 'failed' },
    'an older page': { ...few, links: storyLinks({ server: '', slug: story.slug, older: 'x', isNewest: false }) },
    'with less around it': { ...few, hidden: new Set(['header', 'picture', 'key-points', 'controls', 'share']) },
    'in another language': { ...live, players: few.players, texts: textsIn(language === 'en' ? 'de' : 'fr') },
  };
}

function plainTombstone({ slug }: Story): Omit<Tombstone, 'status'> {
  return { id: 'gone', slug, version: 2, publishedAt: AT, updatedAt: AT };
}
