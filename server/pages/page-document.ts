import { alertsControl } from './alerts/control.js';
import { type DocumentParts, htmlDocument } from './document.js';
import { type Html, html } from './html.js';
import { type PageTexts, pageTextsIn } from './page-texts.js';
import type { Site } from './site.js';

export interface PageParts extends Omit<DocumentParts, 'main'> {
  /** Absent: the page names nobody, and has no feeds. */
  readonly site?: Site;
  /** Class of the main part. */
  readonly kind: string;
  readonly main: Html;
  /** Where all stories are, in the words that the reader asked for by name; absent: in those that their browser asks for. */
  readonly front?: string;
  /** Present where readers are offered alerts, if the site sends any: of this story, and of all breaking news. */
  readonly alerts?: { readonly slug?: string } | undefined;
}

/** A page of ours as readers see it: masthead, main part and foot, with a way past the masthead for who goes by keyboard. */
export function pageDocument({ site, kind, main, alerts, front, ...parts }: PageParts): string {
  const texts = pageTextsIn(parts.language);
  const stories = front ?? `${parts.assets.base}/`;
  const offered = site?.sendsAlerts === true ? alerts : undefined;
  return htmlDocument({
    ...parts,
    scripts: [...(parts.scripts ?? []), offered === undefined ? undefined : parts.assets.alertsScript],
    main: html`<a class="skip" href="#main"${marks(texts, parts.language)}>${texts.skip}</a>
<header class="bar"><div class="masthead"${marks(texts, parts.language)}>
<a class="brand" href="${stories}">${site?.name ?? 'Slugline'}</a>
<nav><a href="${stories}">${texts.stories}</a></nav>
${offered !== undefined && alertsControl({ language: parts.language, slug: offered.slug })}
</div></header>
<main id="main" class="${kind}" tabindex="-1">
${main}
</main>
<footer class="foot"><div class="colophon"${marks(texts, parts.language)}>
<a href="${stories}">${texts.stories}</a>
<a href="${parts.assets.base}/embed">${texts.embed}</a>
${site !== undefined && html`<a href="${site.addresses.feed('rss')}">RSS</a>`}
</div></footer>`,
  });
}

/** Where the page's language is not one that we speak, our words are told to be in theirs. */
function marks({ language, direction }: PageTexts, ofPage: string): Html | false {
  return language !== ofPage && html` lang="${language}" dir="${direction}"`;
}
