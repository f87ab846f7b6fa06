import type { Story } from '@slugline/client/protocol';
import { textsIn } from '@slugline/client/view';
import { dataBlock } from '../data-block.js';
import { Html, html } from '../html.js';
import { printedRoot } from '../look.js';
import type { PageAssets } from '../page-assets.js';
import { pageDocument } from '../page-document.js';
import type { Site } from '../site.js';
import { handoverOf, type StoryView } from '../story-view.js';
import {
  ANNOUNCE,
  type BuilderOptions,
  type Choices,
  chosenIn,
  HEADING_LEVEL,
  HIDE,
  KEYS,
  LANGUAGE,
  ORDER,
  THEME,
  WIDTH,
} from './builder-options.js';
import { ATTRIBUTE_DEFAULTS, elementCode, frameCode } from './embed-code.js';
import { EMBED_THEMES, themeRules } from './embed-themes.js';

export interface BuilderParts {
  /** Public ones, newest change first. */
  readonly stories: readonly Story[];
  /** The story that was chosen, or the newest; absent where there is no public story. */
  readonly view: StoryView | undefined;
  readonly options: BuilderOptions;
  readonly assets: PageAssets;
  readonly site: Site;
}

/** The themes as they stand in the preview. In the page by its digest, as the element's own look is. */
export const THEME_STYLES = EMBED_THEMES.map(({ name }) => themeRules(name, `.preview[data-theme='${name}']`))
  .filter((rules) => rules !== '')
  .join('\n');

/**
 * Where a site chooses a story and how it is to look, sees it, and takes the code along. Without a script the form is
 * sent and the page comes back as chosen; with it, all of this happens in place.
 */
export function builderDocument({ stories, view, options, assets, site }: BuilderParts): string {
  return pageDocument({
    title: 'Embed a story',
    language: 'en',
    assets,
    site,
    head: html`<meta name="robots" content="noindex">
<link rel="canonical" href="${site.addresses.front}embed">
<style>${new Html(THEME_STYLES)}</style>`,
    scripts: view === undefined ? [] : [assets.script, assets.builderScript],
    kind: 'builder',
    main: html`<h1>Embed a story</h1>
<p class="lede">Choose a story and how it is to look, and copy the code into your page. The story keeps itself current there.</p>
${
  view === undefined
    ? html`<p class="empty">There is no public story yet. As soon as one is published, it can be chosen here.</p>`
    : html`<div class="bench">${form(stories, view.story, options, { assets, site })}${result(view, options, { assets, site })}</div>`
}`,
  });
}

type Around = Pick<BuilderParts, 'assets' | 'site'>;

function form(stories: readonly Story[], chosen: Story, options: BuilderOptions, { assets, site }: Around): Html {
  const offered = stories.some(({ slug }) => slug === chosen.slug) ? stories : [chosen, ...stories];
  const { theme = 'site', order = 'newest', hide = [], limit } = options;
  const items = offered.map(
    ({ slug, headline, language }) =>
      html`<option value="${slug}" lang="${language}"${slug === chosen.slug && html` selected`}>${headline}</option>`,
  );
  return html`<form class="options" id="options" action="${assets.base}/embed" method="get" data-home="${site.addresses.front}">
<p class="field"><label for="story">Story</label><select id="story" name="story">${items}</select></p>
${boxes(THEME, 'radio', [theme])}
${boxes(ORDER, 'radio', [order])}
${boxes(HIDE, 'checkbox', hide)}
<fieldset><legend>Details</legend>
<p class="field"><label for="limit">Updates at first</label><input id="limit" name="limit" type="number" min="1" max="200" required value="${limit ?? ATTRIBUTE_DEFAULTS.limit}"></p>
${[HEADING_LEVEL, LANGUAGE, ANNOUNCE, KEYS].map((choices) => select(choices, options))}
</fieldset>
<p class="send"><button type="submit">Show it</button></p>
</form>`;
}

/** @param form id of the form that the fields are of, where they stand outside of it. */
function boxes(
  { name, title, values }: Choices,
  type: 'radio' | 'checkbox',
  ticked: readonly string[],
  form?: string,
): Html {
  const items = values.map(
    ([value, label]) =>
      html`<label class="box"><input type="${type}" name="${name}" value="${value}"${form !== undefined && html` form="${form}"`}${ticked.includes(value) && html` checked`}> ${label}</label>\n`,
  );
  return html`<fieldset><legend>${title}</legend>${items}</fieldset>`;
}

function select({ name, title, values }: Choices, options: BuilderOptions): Html {
  const chosen = chosenIn(options, '').attributes[name] ?? ATTRIBUTE_DEFAULTS[name];
  const items = values.map(
    ([value, label]) =>
      html`<option value="${value}"${name === 'lang' && value !== '' && html` lang="${value}"`}${value === chosen && html` selected`}>${label}</option>`,
  );
  return html`<p class="field"><label for="${name}">${title}</label><select id="${name}" name="${name}">${items}</select></p>`;
}

function result(view: StoryView, options: BuilderOptions, { assets, site }: Around): Html {
  const { slug, headline } = view.story;
  const choice = chosenIn(options, slug);
  const home = site.addresses.front;
  return html`<div class="result">
<section aria-labelledby="code-title">
<h2 id="code-title">Code for your page</h2>
${codeBox('code', 'Code for your page', elementCode(choice, home), html` <span class="said" role="status"></span>`)}
<details><summary>As an iframe instead</summary>
<p class="note">For pages that take no element of ours. The second line makes the frame as high as the story; a theme does not reach into it.</p>
${codeBox('frame-code', 'Code of an iframe', frameCode(choice, home, headline))}
</details>
</section>
<div class="shown">
<div class="preview-bar"><h2 id="preview-title">Preview</h2>${boxes(WIDTH, 'radio', [options.width ?? 'full'], 'options')}</div>
<div class="preview" data-theme="${choice.theme}" role="region" aria-labelledby="preview-title" tabindex="0">${previewed(view, options, assets)}</div>
</div>
</div>`;
}

function codeBox(id: string, label: string, code: string, beside?: Html): Html {
  return html`<div class="code">
<textarea id="${id}" aria-label="${label}" readonly rows="4" spellcheck="false" autocomplete="off" dir="ltr">${code}</textarea>
<p class="act"><button type="button" class="copy" data-copy="${id}" disabled>Copy the code</button>${beside}</p></div>`;
}

function previewed(view: StoryView, options: BuilderOptions, { base }: PageAssets): Html {
  const { story, entries, older, pinnedOlder } = view;
  const { order, hide = [], lang = '', 'heading-level': headingLevel = '2' } = options;
  const root = printedRoot({
    story,
    base,
    entries: [...pinnedOlder, ...entries],
    older,
    isNewest: true,
    headingLevel: Number(headingLevel),
    hidden: new Set(hide),
    texts: textsIn(lang === '' ? story.language : lang),
    ...(order !== undefined && { order }),
  });
  const { slug, attributes } = chosenIn(options, story.slug);
  const chosen = Object.entries({ slug, ...attributes }).map(([name, value]) => html` ${name}="${value}"`);
  return html`<live-story${chosen}>${root}${dataBlock('application/json', handoverOf(view))}</live-story>`;
}
