import { toText } from '@slugline/client/body';
import type { Byline, Correction, Entry, Picture, Story } from '@slugline/client/protocol';
import { authorsOf, newestOf, picturesIn } from './entry-facts.js';
import { titleOf } from './excerpt.js';
import type { Site } from './site.js';
import type { StoryView } from './story-view.js';

/*
 * Stories and entries in the vocabulary of schema.org, as JSON-LD. As JSON leaves out what is undefined, fields may be.
 */

type LinkedData = Readonly<Record<string, unknown>>;

const CONTEXT = 'https://schema.org';

/** A story with the entries of its newest page: `LiveBlogPosting`. */
export function liveBlogPosting({ story, entries }: Pick<StoryView, 'story' | 'entries'>, site: Site): LinkedData {
  const url = site.addresses.story(story.slug);
  const { standfirst, kicker, picture, coverageStart, coverageEnd } = story;
  const usable = entries.filter((entry) => entry.status === 'usable');
  return {
    '@context': CONTEXT,
    '@type': 'LiveBlogPosting',
    '@id': url,
    url,
    mainEntityOfPage: { '@type': 'WebPage', '@id': url },
    headline: story.headline,
    description: standfirst,
    articleSection: kicker,
    inLanguage: story.language,
    isAccessibleForFree: story.visibility === 'public',
    datePublished: story.createdAt,
    dateModified: newestOf([story, ...entries]),
    coverageStartTime: coverageStart,
    coverageEndTime: coverageEnd,
    image: picture === undefined ? undefined : [imageOf(picture)],
    author: writersOf(distinct(usable.flatMap(authorsOf)), site),
    publisher: publisherOf(site),
    liveBlogUpdate: usable.map((entry) => postingOf(entry, story, site)),
  };
}

/** One entry by itself: `BlogPosting`, as part of its story. */
export function blogPosting(entry: Entry, story: Story, site: Site): LinkedData {
  const url = site.addresses.story(story.slug);
  return {
    '@context': CONTEXT,
    ...postingOf(entry, story, site),
    isPartOf: { '@type': 'LiveBlogPosting', '@id': url, url, headline: story.headline },
  };
}

function postingOf(entry: Entry, story: Story, site: Site): LinkedData {
  const url = site.addresses.entry(story.slug, entry.id);
  const { body, tags, corrections, located } = entry;
  const images = picturesIn(entry).map(imageOf);
  return {
    '@type': 'BlogPosting',
    '@id': url,
    url,
    mainEntityOfPage: { '@type': 'WebPage', '@id': url },
    headline: titleOf(entry, story),
    articleBody: toText(body).trim() || titleOf(entry, story),
    inLanguage: story.language,
    isAccessibleForFree: story.visibility === 'public',
    datePublished: entry.publishedAt,
    dateModified: entry.updatedAt,
    author: writersOf(authorsOf(entry), site),
    publisher: publisherOf(site),
    image: images.length === 0 ? undefined : images,
    keywords: tags.length === 0 ? undefined : tags,
    locationCreated: located === undefined ? undefined : { '@type': 'Place', name: located },
    correction: corrections.length === 0 ? undefined : corrections.map(correctionOf),
  };
}

function imageOf({ url, width, height, caption, creditLine, altText }: Picture): LinkedData {
  return { '@type': 'ImageObject', url, width, height, caption, creditText: creditLine, description: altText };
}

function correctionOf({ text, at }: Correction): LinkedData {
  return { '@type': 'CorrectionComment', text, datePublished: at };
}

/** Who wrote it; whoever publishes it where nobody is named. */
function writersOf(bylines: readonly Byline[], site: Site) {
  if (bylines.length === 0) return publisherOf(site);
  return bylines.map(({ name, role, url }) => ({ '@type': 'Person', name, jobTitle: role, url }));
}

function publisherOf({ name, addresses }: Site) {
  return name === undefined ? undefined : { '@type': 'Organization', name, url: addresses.front };
}

function distinct(bylines: readonly Byline[]): readonly Byline[] {
  return [...new Map(bylines.map((byline) => [byline.name, byline])).values()];
}
