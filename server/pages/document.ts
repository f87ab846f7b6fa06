import { type Html, html } from './html.js';
import type { PageAssets } from './page-assets.js';

export interface DocumentParts {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly assets: PageAssets;
  readonly description?: string;
  /** Absolute URL under which readers are to know this page. */
  readonly canonical?: string;
  readonly script?: boolean;
  readonly main: Html;
}

/** A whole HTML document around the main part of a page. */
export function htmlDocument(parts: DocumentParts): string {
  const { assets } = parts;
  const page = html`<!doctype html>
<html lang="${parts.language}" dir="${directionOf(parts.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${parts.title}</title>
${parts.description !== undefined && html`<meta name="description" content="${parts.description}">`}
${parts.canonical !== undefined && html`<link rel="canonical" href="${parts.canonical}">`}
${assets.icon !== undefined && html`<link rel="icon" type="image/svg+xml" href="${assets.icon}">`}
${assets.styles.map((url) => html`<link rel="stylesheet" href="${url}">`)}
${parts.script === true && assets.script !== undefined && html`<script type="module" src="${assets.script}"></script>`}
</head>
<body>
${parts.main}
</body>
</html>
`;
  return page.text;
}

const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Samr', 'Mand']);

/** The direction follows from the script that the language is written in, which the tag may name or imply. */
function directionOf(language: string): 'ltr' | 'rtl' {
  const script = new Intl.Locale(language).maximize().script;
  return script !== undefined && RIGHT_TO_LEFT.has(script) ? 'rtl' : 'ltr';
}
