import { ERRORS } from '@slugline/client/protocol';
import type { Failure } from '../errors.js';
import { html } from './html.js';
import type { PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';

/** What a reader sees in place of a page. A private story looks exactly like one that never was. */
export function failureDocument({ code, details }: Pick<Failure, 'code' | 'details'>, assets: PageAssets): string {
  const { status, retryable, meaning } = ERRORS[code];
  const notFound = status === 404;
  const { errors = [] } = details;
  const title = notFound
    ? 'There is no such story'
    : errors.length > 0
      ? 'This page cannot be asked for like that'
      : 'This page cannot be shown right now';
  return pageDocument({
    title,
    language: 'en',
    assets,
    kind: 'plain',
    main: html`<h1>${title}</h1>
${
  errors.length > 0
    ? html`<ul>${errors.map(({ field, message }) => html`<li><code>${field}</code> ${message}</li>`)}</ul>`
    : html`<p>${notFound ? 'The address may be mistyped, or the story is not public.' : retryable ? 'Please try again in a moment.' : meaning}</p>`
}
<p><a class="button" href="${assets.base}/">All stories</a></p>`,
  });
}
