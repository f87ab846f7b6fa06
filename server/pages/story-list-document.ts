import { isSafeUrl, type Picture } from '@slugline/client/protocol';
import { directionOf, en, print, storyLinks, timeTree } from '@slugline/client/view';
import { titleOf } from './excerpt.js';
import type { FrontPage, FrontStory } from './front-page.js';
import { Html, html } from './html.js';
import { feedLinks, metadataTags } from './metadata.js';
import type { PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';
import { publisherOf, type Site } from './site.js';

export interface StoryListParts extends FrontPage {
  readonly assets: PageAssets;
  readonly site: Site;
}

/** Of the page's own words; stories have languages of their own. */
const LANGUAGE = 'en-GB';
const MARKS = { lang: LANGUAGE, dir: 'ltr' };
/** All who ask see the same page, so times are told in one zone. */
const ZONE = 'UTC';

/** The front page: what is live with its newest updates, the first of it in full width; then what rests, comes or is over. */
export function storyListDocument({ stories, older, assets, site }: StoryListParts): string {
  const of = (status: FrontStory['story']['status']) => stories.filter(({ story }) => story.status === status);
  const [live, resting, ended] = [of('live'), [...of('paused'), ...of('upcoming')], of('ended')];
  const isQuiet = stories.length === ended.length;
  return pageDocument({
    title: site.name ?? 'Stories',
    language: LANGUAGE,
    assets,
    site,
    head: html`${metadataTags({ title: publisherOf(site), url: site.addresses.front, type: 'website', language: 'en' }, site)}${feedLinks(site)}`,
    kind: 'front',
    alerts: {},
    main: html`<h1 class="visually-hidden">Stories</h1>
<p class="today">${today()}</p>
${isQuiet && html`<p class="empty">No story is running right now.</p>`}
${section('Live now', live, assets.base)}
${section('Paused and coming up', resting, assets.base)}
${section('Ended', ended, assets.base)}
${older !== undefined && html`<p class="pager"><a class="button" rel="next" href="${assets.base}/?before=${encodeURIComponent(older)}">Older stories</a></p>`}`,
  });
}

function section(title: string, stories: readonly FrontStory[], base: string): Html | false {
  return (
    stories.length > 0 &&
    html`<h2 class="section">${title}</h2>\n<ul class="stories">${stories.map((story, at) => teaser(story, at === 0, base))}</ul>`
  );
}

function teaser({ story, newest }: FrontStory, isFirst: boolean, base: string): Html {
  const { slug, headline, kicker, standfirst, language, status, picture } = story;
  const links = storyLinks({ server: base, slug, isNewest: true });
  const isLead = status === 'live' && isFirst;
  const shownPicture = status !== 'ended' && pictureOf(picture);
  return html`<li class="teaser${isLead && ' lead'}" lang="${language}" dir="${directionOf(language)}">
${shownPicture}
<p class="about"><span class="status is-${status}" lang="${LANGUAGE}" dir="ltr">${en[`status.${status}`]}</span>${kicker}</p>
<h3><a href="${links.story}">${headline}</a></h3>
${standfirst !== undefined && (isLead || newest.length === 0) && html`<p class="standfirst">${standfirst}</p>`}
${newest.length > 0 ? newestList(newest.slice(0, isLead ? newest.length : 1), links, story) : stamp(story)}
</li>
`;
}

function newestList(
  entries: FrontStory['newest'],
  links: ReturnType<typeof storyLinks>,
  story: FrontStory['story'],
): Html {
  const items = entries.map(
    (entry) =>
      html`<li${entry.breaking && html` class="is-breaking"`}>${timeOf(entry.publishedAt)}<a href="${links.entry(entry.id)}">${titleOf(entry, story)}</a></li>`,
  );
  return html`<ul class="newest">${items}</ul>`;
}

function stamp({ status, coverageStart, coverageEnd, updatedAt }: FrontStory['story']): Html {
  const said =
    status === 'upcoming'
      ? html`Coverage begins ${timeOf(coverageStart)}`
      : html`${status === 'ended' ? 'Ended' : 'Updated'} ${timeOf((status === 'ended' && coverageEnd) || updatedAt)}`;
  return html`<p class="stamp" lang="${LANGUAGE}" dir="ltr">${said}</p>`;
}

/** Told by the headline beside it: who cannot see it misses nothing. */
function pictureOf(picture: Picture | undefined): Html | undefined {
  if (picture === undefined || !isSafeUrl(picture.url) || /^mailto:/i.test(picture.url)) return undefined;
  return html`<img class="picture" src="${picture.url}" alt="" width="640" height="400" loading="lazy" decoding="async">`;
}

function timeOf(at: string): Html {
  return new Html(print(timeTree(at, { language: LANGUAGE, timeZone: ZONE, now: Date.now() }, MARKS)));
}

function today(): string {
  return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeZone: ZONE }).format(Date.now());
}
