import { dataBlock } from './data-block.js';
import { newestOf } from './entry-facts.js';
import { html } from './html.js';
import { liveBlogPosting } from './linked-data.js';
import { printedRoot } from './look.js';
import { feedLinks, metadataTags, ninjsLink, oembedLink } from './metadata.js';
import { followingScripts, type PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';
import type { Site } from './site.js';
import { handoverOf, type StoryView } from './story-view.js';

export interface StoryDocumentParts {
  readonly view: StoryView;
  readonly assets: PageAssets;
  readonly site: Site;
  /** Whether the page's script is to follow the story, and readers may get alerts of it. */
  readonly live: boolean;
}

/** The page of one story, whole without a script. */
export function storyDocument({ view, assets, site, live }: StoryDocumentParts): string {
  const { story, entries, newest } = view;
  const { slug, headline, standfirst } = story;
  const url = site.addresses.story(slug);
  const goesLive = live && newest;
  const metadata = metadataTags(
    {
      title: headline,
      description: standfirst,
      url,
      type: 'article',
      language: story.language,
      picture: story.picture,
      published: story.createdAt,
      modified: newestOf([story, ...entries]),
      section: story.kicker,
      hidden: story.visibility !== 'public',
    },
    site,
  );
  return pageDocument({
    site,
    kind: 'story-page',
    alerts: goesLive ? { slug } : undefined,
    title: headline,
    language: story.language,
    assets,
    head: html`${metadata}${feedLinks(site, story)}${oembedLink(site, url, headline)}${ninjsLink(site.addresses.ninjs(slug))}${newest && dataBlock('application/ld+json', liveBlogPosting(view, site))}`,
    scripts: goesLive ? [...followingScripts(assets, story.language), ...(assets.storyScripts ?? [])] : [],
    main: html`<live-story slug="${slug}" heading-level="1" keys="page" links="server" document-title="headline">${printedRoot(
      {
        story,
        base: assets.base,
        entries: [...view.pinnedOlder, ...entries],
        older: view.older,
        isNewest: newest,
      },
    )}${goesLive && dataBlock('application/json', handoverOf(view))}</live-story>`,
  });
}
