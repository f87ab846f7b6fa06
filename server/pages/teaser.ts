import { isSafeUrl, type Picture } from '@slugline/client/protocol';
import { directionOf, print, storyLinks, timeTree } from '@slugline/client/view';
import { titleOf } from './excerpt.js';
import type { FrontStory } from './front-page.js';
import type { FrontTexts } from './front-texts.js';
import { Html, html } from './html.js';

/** In whose words a teaser is told of, and where its links lead. */
export interface Saying {
  readonly texts: FrontTexts;
  /** See `PageAssets`. */
  readonly base: string;
}

/**
 * A story in the list, in its own language; what we say of it is in that of the page. Its classes tell the styles what comes
 * further down in it, so that nothing moves where a page comes in little by little.
 */
export function teaser({ story, newest }: FrontStory, { texts, base }: Saying): Html {
  const { slug, headline, kicker, standfirst, language, status, picture } = story;
  const links = storyLinks({ server: base, slug, isNewest: true });
  const spoken = marks(texts.language);
  const image = status !== 'ended' && pictureOf(picture);
  const told = newest.length > 0;
  return html`<li class="teaser is-${status}${image && ' is-pictured'}${told && ' is-told'}" data-key="${slug}" lang="${language}" dir="${directionOf(language)}">
${image}
<p class="about"><span class="status is-${status}"${spoken}>${texts.story[`status.${status}`]}</span>${kicker !== undefined && html`<span class="kicker">${kicker}</span>`}</p>
<h3><a href="${links.story}">${headline}</a></h3>
${standfirst !== undefined && status !== 'ended' && html`<p class="standfirst">${standfirst}</p>`}
${told && html`<ol class="newest">${newest.map((entry) => newestEntry(entry))}</ol>`}
${!told && stamp()}
</li>
`;

  function newestEntry(entry: FrontStory['newest'][number]): Html {
    return html`<li data-key="${entry.id}"${entry.breaking && html` class="is-breaking"`}><p class="when"><span${spoken}>${entry.breaking && html`<strong>${texts.story.breaking}</strong> `}${timeOf(entry.publishedAt, texts.language)}</span></p><a href="${links.entry(entry.id)}">${titleOf(entry, story)}</a></li>`;
  }

  function stamp(): Html {
    const { coverageStart, coverageEnd, updatedAt } = story;
    const [said, at] =
      status === 'upcoming'
        ? [texts.begins, coverageStart]
        : status === 'ended'
          ? [texts.ended, coverageEnd ?? updatedAt]
          : [texts.story.updated, updatedAt];
    return html`<p class="stamp"><span${spoken}>${withTime(said, timeOf(at, texts.language))}</span></p>`;
  }
}

/** Marks what is in another language than what stands around it. */
function marks(language: string): Html {
  return html` lang="${language}" dir="${directionOf(language)}"`;
}

/** A text with the time where it says `{time}`. */
export function withTime(text: string, time: Html): Html {
  const [before, after] = text.split('{time}', 2);
  return html`${before}${time}${after}`;
}

/** A script tells it anew, in the reader's own zone. */
export function timeOf(at: string, language: string): Html {
  return new Html(print(timeTree(at, { language, timeZone: 'UTC', now: Date.now() })));
}

/** Told by the headline beside it: who cannot see it misses nothing. */
function pictureOf(picture: Picture | undefined): Html | undefined {
  if (picture === undefined || !isSafeUrl(picture.url) || /^mailto:/i.test(picture.url)) return undefined;
  return html`<img class="picture" src="${picture.url}" alt="" width="640" height="400" loading="lazy" decoding="async">`;
}
