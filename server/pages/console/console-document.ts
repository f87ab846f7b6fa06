import { html } from '../html.js';
import type { PageAssets } from '../page-assets.js';
import type { ConsoleAssets } from './console-assets.js';

export interface ConsoleDocumentParts {
  /** Where `<live-story>` comes from: the preview is what readers have. */
  readonly assets: PageAssets;
  /** Absent: it was not built. */
  readonly console: ConsoleAssets | undefined;
  readonly siteName: string | undefined;
}

/** The page of the console. Who is not signed in is asked to be by its script: there is nothing in it to keep from anybody. */
export function consoleDocument({ assets, console, siteName = 'Slugline' }: ConsoleDocumentParts): string {
  const page = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Desk · ${siteName}</title>
${assets.icon !== undefined && html`<link rel="icon" type="image/svg+xml" href="${assets.icon}">`}
${
  console !== undefined &&
  html`<link rel="stylesheet" href="${console.styles}">
<script type="module" src="${console.script}"></script>`
}
${assets.script !== undefined && html`<script type="module" src="${assets.script}"></script>`}
</head>
<body>
<noscript><p class="no-script">The console needs JavaScript.</p></noscript>
${
  console === undefined
    ? html`<p>The console was not built: run <code>npm run build</code>.</p>`
    : html`<slugline-console data-site="${siteName}"></slugline-console>`
}
</body>
</html>
`;
  return page.text;
}
