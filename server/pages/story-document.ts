import {
  type StoryView as Look,
  pinnedFirst,
  print,
  STYLES,
  storyLinks,
  storyTree,
  textsIn,
} from '@slugline/client/view';
import { htmlDocument } from './document.js';
import { Html, html } from './html.js';
import type { PageAssets } from './page-assets.js';
import type { StoryView } from './story-view.js';

export interface StoryDocumentParts {
  readonly view: StoryView;
  readonly assets: PageAssets;
  readonly canonical: string | undefined;
  /** Whether the page's script is to follow the story. */
  readonly live: boolean;
}

/**
 * The page of one story, whole without a script: the element's shadow root is printed as it will be built, so that the
 * script takes it over and nothing moves.
 */
export function storyDocument({ view, assets, canonical, live }: StoryDocumentParts): string {
  const { story } = view;
  const goesLive = live && view.newest;
  return htmlDocument({
    title: story.headline,
    language: story.language,
    assets,
    script: goesLive,
    ...(story.standfirst === undefined ? {} : { description: story.standfirst }),
    ...(canonical === undefined ? {} : { canonical }),
    main: html`<main class="story-page">
<live-story slug="${story.slug}" heading-level="1" keys="page" document-title="headline"><template shadowrootmode="open"><style>${new Html(STYLES)}</style><div class="root">${new Html(print(storyTree(lookOf(view))))}</div></template>${goesLive && snapshotScript(view)}</live-story>
</main>
<footer><a href="/">All stories</a></footer>`,
  });
}

function lookOf(view: StoryView): Look {
  const { story } = view;
  const texts = textsIn(story.language);
  return {
    story,
    entries: pinnedFirst(story, [...view.pinnedOlder, ...view.entries]),
    texts,
    clock: { language: texts.language, timeZone: 'UTC', now: Date.now() },
    links: storyLinks({ server: '', slug: story.slug, older: view.older, isNewest: view.newest }),
    headingLevel: 1,
    hidden: new Set(),
    choice: { order: 'newest', keyEvents: false },
    gathered: 0,
    older: view.older === undefined ? 'none' : 'more',
    loadedEmbeds: new Set(),
  };
}

/**
 * The snapshot that this page shows, for the script to go on from. A data block: the browser does not run it. No
 * `<` may stand in it as such, since that is where the end of a script element would begin.
 */
function snapshotScript({ story, entries, position, older, pinnedOlder }: StoryView): Html {
  const json = JSON.stringify({ story, entries, position, older, pinnedOlder });
  return new Html(`<script type="application/json">${json.replaceAll('<', '\\u003c')}</script>`);
}
