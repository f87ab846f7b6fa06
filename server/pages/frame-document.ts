import type { Story } from '@slugline/client/protocol';
import { textsIn } from '@slugline/client/view';
import { dataBlock } from './data-block.js';
import { htmlDocument } from './document.js';
import { oneEntry } from './entry-document.js';
import type { FrameOptions } from './frame-options.js';
import { type Html, html } from './html.js';
import { printedRoot } from './look.js';
import { metadataTags } from './metadata.js';
import { followingScripts, type PageAssets } from './page-assets.js';
import type { Site } from './site.js';
import { type EntryView, handoverOf, type StoryView } from './story-view.js';

interface FrameParts {
  readonly assets: PageAssets;
  readonly site: Site;
}

export interface StoryFrameParts extends FrameParts {
  readonly view: StoryView;
  readonly options: FrameOptions;
  /** Whether the page's script is to follow the story. */
  readonly live: boolean;
}

/** A story for other sites to show in an iframe, as the element would show it in their page. */
export function storyFrame({ view, options, live, assets, site }: StoryFrameParts): string {
  const { story, entries, older, pinnedOlder } = view;
  const { 'heading-level': headingLevel = 1, hide = [], order, keys = 'page', lang, limit, announce } = options;
  const root = printedRoot({
    story,
    base: assets.base,
    entries: [...pinnedOlder, ...entries],
    older,
    isNewest: true,
    headingLevel,
    hidden: new Set(hide),
    ...(lang !== undefined && { texts: textsIn(lang) }),
    ...(order !== undefined && { order }),
  });
  const chosen = html`${attribute('lang', lang)}${attribute('order', order)}${attribute('hide', hide.join(' '))}${attribute('limit', limit)}${attribute('announce', announce)}`;
  return frameDocument(
    {
      story,
      kind: 'story-page',
      url: site.addresses.story(story.slug),
      assets,
      site,
      scripts: live ? followingScripts(assets, lang ?? story.language) : [],
    },
    html`<live-story slug="${story.slug}" heading-level="${headingLevel}" keys="${keys}" links="server"${chosen}>${root}${live && dataBlock('application/json', handoverOf(view))}</live-story>`,
  );
}

export interface EntryFrameParts extends FrameParts {
  readonly view: EntryView;
  readonly live: boolean;
}

/** One entry for other sites to show in an iframe. */
export function entryFrame({ view, live, assets, site }: EntryFrameParts): string {
  const { story, entry } = view;
  return frameDocument(
    {
      story,
      kind: 'entry-page',
      url: site.addresses.entry(story.slug, entry.id),
      assets,
      site,
      scripts: live ? followingScripts(assets, story.language) : [],
    },
    oneEntry(view, live, assets),
  );
}

interface Framed extends FrameParts {
  readonly story: Story;
  /** The page that is not framed. */
  readonly url: string;
  /** Class of the main part. */
  readonly kind: string;
  /** What follows it, where anything does. */
  readonly scripts: readonly (string | undefined)[];
}

/** Links lead out of the frame, into a page of their own: where it stands, our pages would not be shown. */
function frameDocument({ story, kind, url, assets, site, scripts }: Framed, main: Html): string {
  const { headline, standfirst, picture, language } = story;
  const metadata = metadataTags(
    { title: headline, description: standfirst, url, type: 'article', language, picture, hidden: true },
    site,
  );
  return htmlDocument({
    title: headline,
    language,
    assets: { ...assets, styles: assets.frameStyles ?? [] },
    head: html`<base target="_blank">\n${metadata}`,
    scripts: [...scripts, ...(assets.frameScripts ?? [])],
    main: html`<main class="${kind}">${main}</main>`,
  });
}

/** Nothing where the site left it to us. */
function attribute(name: string, value: string | number | undefined): Html | false {
  return value !== undefined && value !== '' && html` ${name}="${value}"`;
}
