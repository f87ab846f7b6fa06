import { directionOf } from '@slugline/client/view';
import type { FrontLanguage } from './front-language.js';
import type { FrontPage, FrontStory } from './front-page.js';
import { FRONT_LANGUAGES, type FrontTexts, frontTextsIn } from './front-texts.js';
import { type Html, html } from './html.js';
import { feedLinks, metadataTags } from './metadata.js';
import type { PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';
import { publisherOf, type Site } from './site.js';
import { type Saying, teaser, timeOf, withTime } from './teaser.js';

export interface StoryListParts extends FrontPage, FrontLanguage {
  readonly assets: PageAssets;
  readonly site: Site;
  /** Whether this is the page of the newest stories, which then keeps itself as it should be. */
  readonly isNewest: boolean;
}

/**
 * The front page: what is live with its newest updates, the first of it in full width; then what rests, comes or is over.
 *
 * All of it is here without a script. `browser/front-page.ts` asks for this very page again and again and brings the nodes in
 * `#front` to what it says: `data-key` names those that are the same then. So nothing about a story may follow from its
 * place in the list; that is for the styles.
 */
export function storyListDocument(parts: StoryListParts): string {
  const { stories, older, assets, site, language, isNamed, isNewest } = parts;
  const texts = frontTextsIn(language);
  const saying: Saying = { texts, base: assets.base };
  const of = (status: FrontStory['story']['status']) => stories.filter(({ story }) => story.status === status);
  const [live, resting, ended] = [of('live'), [...of('paused'), ...of('upcoming')], of('ended')];
  const isQuiet = stories.length === ended.length;
  return pageDocument({
    title: site.name === undefined ? texts.title : `${texts.title} – ${site.name}`,
    language: texts.language,
    assets,
    site,
    head: html`${metadataTags({ title: publisherOf(site), url: site.addresses.front, type: 'website', language }, site)}${feedLinks(site)}`,
    scripts: isNewest ? [assets.frontScript] : [],
    kind: 'front',
    ...(isNamed ? { front: `${assets.base}/?lang=${language}` } : {}),
    alerts: {},
    main: html`${isNewest && says(texts)}
<div id="front">
<header class="front-head" data-key="head">
<h1>${texts.title}</h1>
<p class="today">${today(texts.language)}</p>
${isNewest && asOf(live, saying)}
</header>
${isQuiet && html`<p class="empty" data-key="empty">${texts.empty}</p>`}
${section('live', texts.live, live, saying)}
${section('resting', texts.resting, resting, saying)}
${section('over', texts.over, ended, saying)}
${older !== undefined && html`<p class="pager" data-key="older"><a class="button" rel="next" href="${assets.base}/?before=${encodeURIComponent(older)}${isNamed && html`&amp;lang=${language}`}">${texts.older}</a></p>`}
</div>
<nav class="languages" aria-label="${texts.languages}">
<ul>${Object.entries(FRONT_LANGUAGES).map(([tag, name]) => html`<li><a href="${assets.base}/?lang=${tag}" lang="${tag}" hreflang="${tag}" dir="${directionOf(tag)}"${tag === language && html` aria-current="true"`}>${name}</a></li>`)}</ul>
</nav>`,
  });
}

/** What the script has to say, printed with all of its texts so that those are none of its burden. */
function says({ newer, story }: FrontTexts): Html {
  return html`<div class="says" role="status">
<button type="button" class="newer" hidden>${newer}</button>
<p class="behind" hidden>${withTime(story.behind, html`<time></time>`)}</p>
</div>`;
}

/** When something was last told, and whether this page goes on telling. */
function asOf(live: readonly FrontStory[], { texts }: Saying): Html {
  const newest = live
    .map(({ newest: [entry], story }) => entry?.publishedAt ?? story.updatedAt)
    .sort()
    .at(-1);
  return html`<p class="as-of">${newest !== undefined && html`<span>${withTime(texts.story.updated, timeOf(newest, texts.language))}</span>`}<span class="keeping">${texts.keeping}</span><span class="reload">${texts.story.refresh}</span></p>`;
}

/** Tells the styles ahead how many stories come, as far as their places follow from it. */
function section(key: string, title: string, stories: readonly FrontStory[], saying: Saying): Html | false {
  const { length } = stories;
  return (
    length > 0 &&
    html`<section class="section is-${key}" data-key="${key}" aria-labelledby="${key}"><h2 id="${key}">${title}</h2>\n<ul class="stories${(length === 3 || length === 5) && ' in-twos'}">${stories.map((story) => teaser(story, saying))}</ul></section>`
  );
}

/** All who ask in a language see the same page, so the day is told in one zone, as the times are. */
function today(language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' }).format(Date.now());
}
