import { directionOf } from '@slugline/client/view';
import { type Html, html } from './html.js';
import type { PageAssets } from './page-assets.js';

export interface DocumentParts {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly assets: PageAssets;
  /** What machines are told of the page. */
  readonly head?: Html;
  /** URLs of our own modules; absent ones were not built. */
  readonly scripts?: readonly (string | undefined)[];
  readonly main: Html;
}

/** A whole HTML document around the main part of a page. */
export function htmlDocument(parts: DocumentParts): string {
  const { assets, scripts = [] } = parts;
  const page = html`<!doctype html>
<html lang="${parts.language}" dir="${directionOf(parts.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${parts.title}</title>
${parts.head}
${assets.icon !== undefined && html`<link rel="icon" type="image/svg+xml" href="${assets.icon}">`}
${assets.styles.map((url) => html`<link rel="stylesheet" href="${url}">`)}
${scripts.map((url) => url !== undefined && html`<script type="module" src="${url}"></script>`)}
</head>
<body>
${parts.main}
</body>
</html>
`;
  return page.text;
}
