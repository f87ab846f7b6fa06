import type { Correction, Entry, PublicEntry, Relation, Source, Story, Tombstone } from '@slugline/client/protocol';
import { ERRORS, isErrorCode } from '@slugline/client/protocol';
import { bannerTree, en, print, sinceTree, storyLinks, storyTree } from '@slugline/client/view';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { playerOf } from '../../client-sdk/element/players.js';
import { wholeTexts } from '../../client-sdk/view/texts/en-late.js';
import { addressesAt } from '../../server/pages/addresses.js';
import { builderDocument } from '../../server/pages/builder/builder-document.js';
import { entryDocument } from '../../server/pages/entry-document.js';
import { failureDocument } from '../../server/pages/failure-document.js';
import { entryFrame, storyFrame } from '../../server/pages/frame-document.js';
import type { Site } from '../../server/pages/site.js';
import { storyDocument } from '../../server/pages/story-document.js';
import { storyListDocument } from '../../server/pages/story-list-document.js';
import { expectHarmlessPage, expectHarmlessStory } from './harmless.js';
import { blocks, href, picture, text } from './hostile-texts.js';

const RUNS = { numRuns: 300 };
const ASSETS = {
  base: '',
  styles: ['/assets/page.css'],
  icon: '/assets/icon-1.svg',
  script: '/assets/embed.js',
  storyScripts: ['/assets/story-page.js'],
  alertsScript: '/assets/alerts.js',
  builderScript: '/assets/builder-page.js',
  frameStyles: ['/assets/frame.css'],
  frameScripts: ['/assets/frame-page.js'],
};
/** Where a server is, and what it is called, is for its operator to say. */
const site: fc.Arbitrary<Site> = fc.record({
  addresses: fc.constantFrom('https://live.example', 'http://[::1]:3000', 'https://news.example/live').map(addressesAt),
  name: fc.option(text, { nil: undefined }),
  sendsAlerts: fc.boolean(),
});

const at = fc.constantFrom('2026-03-01T09:00:00.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z');
const language = fc.constantFrom('en', 'ar', 'he', 'zh-Hant', 'en-x-onload', 'th-u-ca-buddhist-nu-thai');
/** Stories and entries as a server gone wrong could send them: the right shape, anything for what is a text. */
const story: fc.Arbitrary<Story> = fc.record(
  {
    slug: text,
    headline: text,
    standfirst: text,
    kicker: text,
    language,
    status: fc.constantFrom('upcoming' as const, 'live' as const, 'paused' as const, 'ended' as const),
    visibility: fc.constant('public' as const),
    picture,
    keyPoints: fc.array(fc.record({ text, entryId: text }, { requiredKeys: ['text'] }), { maxLength: 3 }),
    pinned: fc.array(text, { maxLength: 2 }),
    coverageStart: at,
    createdAt: at,
    updatedAt: at,
    version: fc.nat(),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'slug',
      'headline',
      'language',
      'status',
      'visibility',
      'keyPoints',
      'pinned',
      'coverageStart',
      'createdAt',
      'updatedAt',
      'version',
    ],
  },
);

const source: fc.Arbitrary<Source> = fc.record(
  { name: text, role: fc.constantFrom('agency' as const, 'own' as const), via: text, url: href },
  { requiredKeys: ['name', 'role'] },
);
const relation: fc.Arbitrary<Relation> = fc.record({
  rel: fc.constantFrom('updates' as const, 'disputes' as const),
  entryId: text,
});
const correction: fc.Arbitrary<Correction> = fc.record({
  kind: fc.constant('corrected' as const),
  text,
  at,
  fromVersion: fc.constant(1),
  toVersion: fc.constant(2),
});
const usable: fc.Arbitrary<Entry> = fc.record(
  {
    id: text,
    slug: text,
    version: fc.nat(),
    status: fc.constant('usable' as const),
    headline: text,
    body: blocks,
    urgency: fc.integer({ min: 1, max: 9 }),
    breaking: fc.boolean(),
    keyEvent: fc.boolean(),
    bylines: fc.array(fc.record({ name: text, role: text, url: href }, { requiredKeys: ['name'] }), { maxLength: 2 }),
    sources: fc.array(source, { maxLength: 2 }),
    verification: fc.constantFrom('unverified' as const, 'disputed' as const),
    relations: fc.array(relation, { maxLength: 2 }),
    located: text,
    tags: fc.array(text, { maxLength: 2 }),
    corrections: fc.array(correction, { maxLength: 2 }),
    publishedAt: at,
    updatedAt: at,
  },
  {
    requiredKeys: [
      'id',
      'slug',
      'version',
      'status',
      'body',
      'urgency',
      'breaking',
      'keyEvent',
      'bylines',
      'sources',
      'relations',
      'tags',
      'corrections',
      'publishedAt',
      'updatedAt',
    ],
  },
);
const tombstone: fc.Arbitrary<Tombstone> = fc.record(
  {
    id: text,
    slug: text,
    version: fc.nat(),
    status: fc.constantFrom('withheld' as const, 'canceled' as const),
    notice: fc.record({ text, at }),
    publishedAt: at,
    updatedAt: at,
  },
  { requiredKeys: ['id', 'slug', 'version', 'status', 'publishedAt', 'updatedAt'] },
);
const entries: fc.Arbitrary<PublicEntry[]> = fc.array(fc.oneof({ weight: 3, arbitrary: usable }, tombstone), {
  maxLength: 3,
});
/** Our own, so it is text; but of what is for the store to say. */
const cursor = text.filter((words) => !/\p{Cs}/u.test(words));
const position = fc.record({ epoch: text, seq: fc.nat() });

describe('pages hold nothing that runs, whatever stories and entries hold', () => {
  test('the page of a story, and the data that its script takes over', () => {
    const view = fc.record(
      { story, entries, position, older: cursor, pinnedOlder: entries, newest: fc.boolean() },
      { requiredKeys: ['story', 'entries', 'position', 'pinnedOlder', 'newest'] },
    );
    fc.assert(
      fc.property(view, site, (shown, where) => {
        const data = expectHarmlessPage(storyDocument({ view: shown, assets: ASSETS, site: where, live: true }));
        if (!shown.newest) return;
        const { story: header, entries: list, position: place, older, pinnedOlder } = shown;
        const handover = { story: header, entries: list, position: place, older, pinnedOlder };
        expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(handover)));
      }),
      { numRuns: 150 },
    );
  });

  test('the list of stories', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ story, newest: fc.array(usable, { maxLength: 2 }) }), { maxLength: 3 }),
        fc.option(cursor, { nil: undefined }),
        site,
        (stories, older, where) => {
          const asked = { language: 'ar', isNamed: true, isNewest: true };
          expectHarmlessPage(storyListDocument({ stories, older, ...asked, assets: ASSETS, site: where }));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('the page on which embeds are made', () => {
    const slug = fc.constantFrom('harbour-fire', 'a');
    const named = fc.tuple(story, slug).map(([header, name]) => ({ ...header, slug: name }));
    const view = fc.record({ story: named, entries, position, pinnedOlder: entries, newest: fc.constant(true) });
    fc.assert(
      fc.property(
        fc.array(named, { maxLength: 3 }),
        fc.option(view, { nil: undefined }),
        site,
        (stories, shown, where) => {
          const options = { theme: 'rose', hide: ['share' as const], limit: 3, lang: 'ar' as const };
          expectHarmlessPage(builderDocument({ stories, view: shown, options, assets: ASSETS, site: where }));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the page of an entry, withdrawn or not, and of a story and an entry in a frame', () => {
    const view = fc.record({ story, entry: fc.oneof({ weight: 3, arbitrary: usable }, tombstone), position });
    fc.assert(
      fc.property(view, site, (shown, where) => {
        expectHarmlessPage(entryDocument({ view: shown, assets: ASSETS, site: where, live: true }));
        expectHarmlessPage(entryFrame({ view: shown, assets: ASSETS, site: where, live: true }));
        const { story: header, entry, position: place } = shown;
        const whole = { story: header, entries: [entry], position: place, pinnedOlder: [], newest: true };
        const options = { hide: ['share' as const], order: 'oldest' as const, limit: 3 };
        expectHarmlessPage(storyFrame({ view: whole, options, live: true, assets: ASSETS, site: where }));
      }),
      { numRuns: 50 },
    );
  });

  test('what stands in place of a page', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ field: text, message: text }), { maxLength: 2 }), (errors) => {
        for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
          expectHarmlessPage(failureDocument({ code, details: { errors } }, ASSETS));
        }
      }),
      { numRuns: 3 },
    );
  });

  test('a story in any state that its reader may find it in', () => {
    const look = fc.record(
      {
        story,
        entries,
        texts: fc.constant(wholeTexts(en)),
        clock: fc.constant({ language: 'en', now: 0 }),
        links: fc.constant(storyLinks({ server: '', slug: 's', isNewest: true })),
        headingLevel: fc.integer({ min: 1, max: 4 }),
        hidden: fc.constant(new Set<never>()),
        choice: fc.record({ order: fc.constant('newest' as const), keyEvents: fc.boolean(), tag: text }),
        trouble: fc.option(fc.record({ kind: fc.constantFrom('behind' as const, 'offline' as const), since: at }), {
          nil: undefined,
        }),
        gathered: fc.nat(),
        older: fc.constantFrom('none' as const, 'more' as const, 'failed' as const),
        players: fc.webUrl().map((url) => ({ get: () => playerOf(url) })),
        marks: fc.constant({ get: () => 'new' as const }),
        copied: fc.record({ entry: text, text }),
      },
      {
        requiredKeys: [
          'story',
          'entries',
          'texts',
          'clock',
          'links',
          'headingLevel',
          'hidden',
          'choice',
          'trouble',
          'gathered',
          'older',
          'players',
          'marks',
        ],
      },
    );
    const since = fc.record({ updates: fc.nat(), corrections: fc.nat(), withdrawals: fc.nat(), orMore: fc.boolean() });
    fc.assert(
      fc.property(look, usable, since, (view, broken, left) => {
        const notices = [bannerTree(broken, view), sinceTree(left, view)];
        expectHarmlessStory(print(storyTree({ ...view, notices })));
      }),
      RUNS,
    );
  });
});
