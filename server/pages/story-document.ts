import { htmlDocument } from './document.js';
import { Html, html } from './html.js';
import type { PageAssets } from './page-assets.js';
import { entryArticle, keyPoints, pinnedFirst, storyHead, storyState } from './story-html.js';
import type { StoryView } from './story-view.js';

export interface StoryDocumentParts {
  readonly view: StoryView;
  readonly assets: PageAssets;
  readonly canonical: string | undefined;
  /** Whether the page's script is to follow the story. */
  readonly live: boolean;
}

/** The page of one story, whole without a script. */
export function storyDocument({ view, assets, canonical, live }: StoryDocumentParts): string {
  const { story } = view;
  const options = { timeZone: 'UTC' };
  const entries = pinnedFirst(story, [...view.pinnedOlder, ...view.entries]);
  const goesLive = live && view.newest;
  return htmlDocument({
    title: story.headline,
    language: story.language,
    assets,
    script: goesLive,
    ...(story.standfirst === undefined ? {} : { description: story.standfirst }),
    ...(canonical === undefined ? {} : { canonical }),
    main: html`<main class="story" data-slug="${story.slug}">
<header id="story-head">
${storyHead(story)}
</header>
<p id="state" class="state">${storyState(story, entries, options)}</p>
<p id="connection" class="connection" role="status" hidden></p>
<p id="announcement" class="visually-hidden" aria-live="polite"></p>
<section id="key-points" class="key-points" aria-label="Key points">${keyPoints(story)}</section>
${!view.newest && html`<p class="pager"><a href="/s/${story.slug}">Back to the newest entries</a></p>`}
<section id="entries" class="entries" aria-label="Entries">
${entries.map((entry) => html`${entryArticle(entry, story, options)}\n`)}</section>
<p id="empty" class="empty"${entries.length > 0 && html` hidden`}>Nothing has been published yet.</p>
<p class="pager"${view.older === undefined && html` hidden`}><a id="older" rel="next" href="/s/${story.slug}?before=${encodeURIComponent(view.older ?? '')}">Older entries</a></p>
</main>
<footer><a href="/">All stories</a></footer>
${goesLive && snapshotScript(view)}`,
  });
}

/**
 * The snapshot that this page shows, for the script to go on from. A data block: the browser does not run it. No
 * `<` may stand in it as such, since that is where the end of a script element would begin.
 */
function snapshotScript({ story, entries, position, older, pinnedOlder }: StoryView): Html {
  const json = JSON.stringify({ snapshot: { story, entries, position, older }, pinnedOlder });
  return new Html(`<script type="application/json" id="story-snapshot">${json.replaceAll('<', '\\u003c')}</script>`);
}
