import type { Story } from '@slugline/client/protocol';
import { en, print, timeTree } from '@slugline/client/view';
import { htmlDocument } from './document.js';
import { Html, html } from './html.js';
import { feedLinks, metadataTags } from './metadata.js';
import type { PageAssets } from './page-assets.js';
import { publisherOf, type Site } from './site.js';

export interface StoryListParts {
  /** Public ones only, newest change first. */
  readonly stories: readonly Story[];
  /** Cursor of the next page. */
  readonly older: string | undefined;
  readonly assets: PageAssets;
  readonly site: Site;
}

/** The front page: what is running now, then what has ended. */
export function storyListDocument({ stories, older, assets, site }: StoryListParts): string {
  const running = stories.filter(({ status }) => status !== 'ended');
  const ended = stories.filter(({ status }) => status === 'ended');
  return htmlDocument({
    title: 'Stories',
    language: 'en',
    assets,
    head: html`${metadataTags({ title: publisherOf(site), url: site.addresses.front, type: 'website', language: 'en' }, site)}${feedLinks(site)}`,
    main: html`<main class="front">
<h1>Stories</h1>
${running.length > 0 ? html`<h2>Running now</h2>${storyList(running)}` : html`<p class="empty">No story is running right now.</p>`}
${ended.length > 0 && html`<h2>Ended</h2>${storyList(ended)}`}
${older !== undefined && html`<p class="pager"><a rel="next" href="/?before=${encodeURIComponent(older)}">Older stories</a></p>`}
</main>`,
  });
}

function storyList(stories: readonly Story[]): Html {
  const items = stories.map(
    ({ slug, headline, kicker, standfirst, language, updatedAt }) => html`<li lang="${language}">
${kicker !== undefined && html`<p class="kicker">${kicker}</p>`}
<h3><a href="/s/${slug}">${headline}</a></h3>
${standfirst !== undefined && html`<p>${standfirst}</p>`}
<p class="stamp">${new Html(print(timeTree(updatedAt, { language: en.language, timeZone: 'UTC', now: Date.now() })))}</p>
</li>
`,
  );
  return html`<ul class="stories">${items}</ul>`;
}
