import { toHtml, toText } from '@slugline/client/body';
import type { Entry, Picture, PublicEntry, Story, Tombstone } from '@slugline/client/protocol';
import { newestOf, picturesIn } from '../entry-facts.js';
import { titleOf } from '../excerpt.js';
import { publisherOf, type Site } from '../site.js';
import type { StoryView } from '../story-view.js';
import { mediaTypeOf } from './media-type.js';
import { entryUrn, storyUrn } from './stable-ids.js';

/*
 * IPTC ninjs 3.1 (https://iptc.org/standards/ninjs/): stories and entries as newsrooms hand them to each other. `version`
 * and `versionCreated` tell a newer form from an older one; `uri` never changes.
 */

/** As JSON leaves out what is undefined, fields may be. */
type Ninjs = Readonly<Record<string, unknown>>;

const STANDARD = { name: 'ninjs', version: '3.1', schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json' };

/** A story with its newest entries, withdrawn ones too: whoever printed one has to learn of it. */
export function ninjsStory({ story, entries }: Pick<StoryView, 'story' | 'entries'>, site: Site): Ninjs {
  const { slug, headline, standfirst, kicker, language, picture, keyPoints, createdAt, version } = story;
  return {
    uri: storyUrn(story),
    standard: STANDARD,
    type: 'composite',
    profile: 'rolling-story',
    // One that has older entries is not told in full.
    representationType: 'partial',
    version: String(version),
    firstCreated: createdAt,
    versionCreated: newestOf([story, ...entries]),
    contentCreated: createdAt,
    pubStatus: 'usable',
    language,
    slugline: slug,
    title: headline,
    headlines: [
      { role: 'main', value: headline },
      ...(kicker === undefined ? [] : [{ role: 'kicker', value: kicker }]),
    ],
    descriptions: someOf([
      ...(standfirst === undefined ? [] : [plain('standfirst', standfirst)]),
      ...keyPoints.map(({ text }) => plain('key-point', text)),
    ]),
    infoSources: [provider(site)],
    altIds: [{ role: 'page', value: site.addresses.story(slug) }],
    associations: someOf([
      ...(picture === undefined ? [] : [pictureOf(picture, 'main-picture', story, storyUrn(story))]),
      ...entries.map((entry) => ({ name: entry.id, rel: 'update', ...contentOf(entry, story, site) })),
    ]),
  };
}

/** One entry; of one that was withdrawn, that it was. */
export function ninjsEntry(entry: PublicEntry, story: Story, site: Site): Ninjs {
  return { standard: STANDARD, ...contentOf(entry, story, site) };
}

function contentOf(entry: PublicEntry, story: Story, site: Site): Ninjs {
  return entry.status === 'usable' ? usable(entry, story, site) : withdrawn(entry, story, site);
}

function usable(entry: Entry, story: Story, site: Site): Ninjs {
  const { id, headline, body, bylines, sources, located, tags, corrections } = entry;
  const text = toText(body);
  return {
    ...frameOf(entry, story, site),
    representationType: 'full',
    urgency: entry.urgency,
    slugline: story.slug,
    title: titleOf(entry, story),
    headlines: headline === undefined ? undefined : [{ role: 'main', value: headline }],
    bodies:
      body.length === 0
        ? undefined
        : [
            { role: 'main', contentType: 'text/html', value: toHtml(body) },
            { role: 'text', contentType: 'text/plain', charCount: text.length, value: text },
          ],
    descriptions: someOf(corrections.map((one) => plain('correction', one.text))),
    by: bylines.length === 0 ? undefined : bylines.map(({ name }) => name).join(', '),
    people: someOf(bylines.map(({ name }) => ({ name, rel: 'creator' }))),
    infoSources: [provider(site), ...sources.map(({ name, role }) => ({ name, role }))],
    located,
    subjects: someOf(tags.map((name) => ({ name, rel: 'about' }))),
    associations: someOf(
      picturesIn(entry).map((picture, at) => pictureOf(picture, `picture-${at + 1}`, entry, entryUrn(story, id))),
    ),
  };
}

/** Nothing of what it said: the notice was written to stand in its place. */
function withdrawn(entry: Tombstone, story: Story, site: Site): Ninjs {
  const { notice } = entry;
  return {
    ...frameOf(entry, story, site),
    representationType: 'partial',
    descriptions: notice === undefined ? undefined : [plain('notice', notice.text)],
  };
}

function frameOf({ id, version, status, publishedAt, updatedAt }: PublicEntry, story: Story, site: Site): Ninjs {
  return {
    uri: entryUrn(story, id),
    type: 'text',
    profile: 'update',
    version: String(version),
    firstCreated: publishedAt,
    versionCreated: updatedAt,
    contentCreated: publishedAt,
    pubStatus: status,
    language: story.language,
    altIds: [{ role: 'page', value: site.addresses.entry(story.slug, id) }],
  };
}

/** @param within what the picture stands in, whose time and name it goes by: it has neither of its own. */
function pictureOf(
  { url, width, height, caption, creditLine, altText, renditions = [] }: Picture,
  name: string,
  within: { readonly updatedAt: string },
  uri: string,
): Ninjs {
  return {
    name,
    uri: `${uri}#${name}`,
    type: 'picture',
    versionCreated: within.updatedAt,
    by: creditLine,
    descriptions: [...(caption === undefined ? [] : [plain('caption', caption)]), plain('alt-text', altText)],
    renditions: [{ url, width, height }, ...renditions].map((one, at) => ({
      name: at === 0 ? 'main' : `rendition-${at}`,
      href: one.url,
      contentType: mediaTypeOf(one.url),
      width: one.width,
      height: one.height,
    })),
  };
}

/** A list without anything in it is left out. */
function someOf<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

function provider(site: Site) {
  return { name: publisherOf(site), role: 'provider', uri: site.addresses.front };
}

function plain(role: string, value: string) {
  return { role, contentType: 'text/plain', value };
}
