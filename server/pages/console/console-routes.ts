import express, { type Router } from 'express';
import { pagePolicy } from '../content-policy.js';
import type { PageAssets } from '../page-assets.js';
import { sendPage } from '../send-page.js';
import { CONSOLE_ASSETS_PATH, loadConsoleAssets } from './console-assets.js';
import { consoleDocument } from './console-document.js';

export interface ConsoleRoutesParts {
  readonly assets: PageAssets;
  readonly siteName: string | undefined;
}

/**
 * What readers' pages may, with the two policies by which the console makes nodes of its own templates and reads what is
 * pasted, and pictures that were chosen and are not sent yet. No page may frame it: who works in it is not to be led to
 * press what they do not see.
 */
const POLICY = pagePolicy({
  ancestors: "'none'",
  images: ['blob:'],
  trustedTypes: ['lit-html', 'ProseMirrorClipboard'],
});

/** `/console`: the editors' page, and the files that it loads. What it does goes through the same doors as all else. */
export function consoleRoutes({ assets, siteName }: ConsoleRoutesParts): Router {
  const built = loadConsoleAssets(assets.base);
  const page = consoleDocument({ assets, console: built, siteName });
  const router = express.Router();
  if (built !== undefined) {
    router.use(CONSOLE_ASSETS_PATH, express.static(built.directory, { immutable: true, maxAge: '365d', index: false }));
  }
  router.get('/console', (_req, res) => sendPage(res, page, true, POLICY));
  return router;
}
