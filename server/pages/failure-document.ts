import { ERRORS, type ErrorCode } from '@slugline/client/protocol';
import { htmlDocument } from './document.js';
import { html } from './html.js';
import type { PageAssets } from './page-assets.js';

/** What a reader sees in place of a page. A private story looks exactly like one that never was. */
export function failureDocument(code: ErrorCode, assets: PageAssets): string {
  const notFound = ERRORS[code].status === 404;
  const title = notFound ? 'There is no such story' : 'This page cannot be shown right now';
  return htmlDocument({
    title,
    language: 'en',
    assets,
    main: html`<main class="front">
<h1>${title}</h1>
<p>${notFound ? 'The address may be mistyped, or the story is not public.' : ERRORS[code].retryable ? 'Please try again in a moment.' : ERRORS[code].meaning}</p>
<p><a href="/">All stories</a></p>
</main>`,
  });
}
