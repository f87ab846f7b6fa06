import type { PublicEntry, Story } from '@slugline/client/protocol';
import { dataBlock } from './data-block.js';
import { authorsOf, picturesIn } from './entry-facts.js';
import { summaryOf, titleOf } from './excerpt.js';
import { type Html, html } from './html.js';
import { blogPosting } from './linked-data.js';
import { printedRoot } from './look.js';
import { feedLinks, metadataTags, ninjsLink, oembedLink } from './metadata.js';
import { followingScripts, type PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';
import type { Site } from './site.js';
import type { EntryView } from './story-view.js';

export interface EntryDocumentParts {
  readonly view: EntryView;
  readonly assets: PageAssets;
  readonly site: Site;
  /** Whether the page's script is to follow the entry. */
  readonly live: boolean;
}

/**
 * The page of one entry, with the way to its story. Of an entry that was withdrawn it has the notice and no word more,
 * and asks search engines to forget what they may have kept.
 */
export function entryDocument({ view, assets, site, live }: EntryDocumentParts): string {
  const { story, entry } = view;
  return pageDocument({
    site,
    kind: 'story-page entry-page',
    alerts: live ? { slug: story.slug } : undefined,
    title: entry.status === 'usable' ? `${titleOf(entry, story)} – ${story.headline}` : story.headline,
    language: story.language,
    assets,
    head: headOf(entry, story, site),
    scripts: live ? [...followingScripts(assets, story.language), ...(assets.storyScripts ?? [])] : [],
    main: oneEntry(view, live, assets),
  });
}

/** What of a story is not shown around one of its entries. */
const HIDDEN = ['header', 'picture', 'key-points', 'controls'] as const;

/** An entry under its story's headline, as it looks in the story. */
export function oneEntry({ story, entry, position }: EntryView, live: boolean, { base }: PageAssets): Html {
  const root = printedRoot({
    story,
    base,
    entries: [entry],
    isNewest: false,
    headingLevel: 1,
    hidden: new Set(HIDDEN),
  });
  const handover = { story, entries: [entry], position };
  return html`<h1 class="of-story"><a href="${base}/s/${story.slug}">${story.headline}</a></h1>
<live-story slug="${story.slug}" entry="${entry.id}" hide="${HIDDEN.join(' ')}" heading-level="1" keys="page" links="server">${root}${live && dataBlock('application/json', handover)}</live-story>`;
}

/** What machines are told of an entry's page. */
function headOf(entry: PublicEntry, story: Story, site: Site): Html {
  const { addresses } = site;
  const url = addresses.entry(story.slug, entry.id);
  const common = { url, type: 'article', language: story.language, section: story.kicker } as const;
  const links = html`${feedLinks(site, story)}${oembedLink(site, url, story.headline)}${ninjsLink(addresses.ninjs(story.slug, entry.id))}`;
  if (entry.status !== 'usable') {
    return html`${metadataTags({ ...common, title: story.headline, hidden: true }, site)}${links}`;
  }
  const metadata = metadataTags(
    {
      ...common,
      title: titleOf(entry, story),
      description: summaryOf(entry),
      picture: picturesIn(entry)[0] ?? story.picture,
      published: entry.publishedAt,
      modified: entry.updatedAt,
      authors: authorsOf(entry).map(({ name }) => name),
      tags: entry.tags,
      hidden: story.visibility !== 'public',
    },
    site,
  );
  return html`${metadata}${links}${dataBlock('application/ld+json', blogPosting(entry, story, site))}`;
}
