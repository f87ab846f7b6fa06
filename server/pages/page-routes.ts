import express, { type Request, type Response, type Router } from 'express';
import type { AllowedOrigins } from '../config.js';
import { operationsOf } from '../contract/documents.js';
import type { StoryStore } from '../store/story-store.js';
import { addressesAt, homeOf } from './addresses.js';
import { builderRoutes } from './builder/builder-routes.js';
import { consoleRoutes } from './console/console-routes.js';
import { docsRoutes } from './docs/docs-routes.js';
import { embedLoader } from './embed-loader.js';
import { entryDocument } from './entry-document.js';
import { frameRoutes } from './frame-routes.js';
import { frontLanguageOf } from './front-language.js';
import { loadFrontPage } from './front-page.js';
import { machineRoutes } from './machine-routes.js';
import { ASSETS_PATH, loadPageAssets, type PageAssets } from './page-assets.js';
import { createReading, type Reading } from './reading.js';
import { failurePages, sendPage } from './send-page.js';
import { shareBriefly } from './shared-load.js';
import type { Site } from './site.js';
import { storyDocument } from './story-document.js';
import { storyListDocument } from './story-list-document.js';

export interface PageOptions {
  readonly store: StoryStore;
  /** Where readers reach this server, without a trailing slash; absent: where each request says that it was sent. */
  readonly publicUrl?: string | undefined;
  /** Who publishes; absent: nobody is named. */
  readonly siteName?: string | undefined;
  /** Whether readers can get alerts. */
  readonly sendsAlerts: boolean;
  /** Whose pages may show ours in a frame. */
  readonly allowedOrigins: AllowedOrigins;
  /** A directory whose files are served under `/demo/`: the pictures of the example story. */
  readonly demoFiles?: string | undefined;
}

/** Seconds that a script may be kept whose address never changes. */
const SCRIPT_SECONDS = 300;

/** What is served beside the API: pages for readers, the files that those load, and what machines read of the same. */
export function pageRoutes(options: PageOptions): Router {
  const { store, publicUrl, siteName, sendsAlerts, allowedOrigins, demoFiles } = options;
  const assets = loadPageAssets(publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, ''));
  const reading = createReading(store);
  const siteOf = (req: Request): Site => ({
    addresses: addressesAt(homeOf(req, publicUrl)),
    name: siteName,
    sendsAlerts,
  });
  const router = express.Router();

  if (assets.directory !== undefined) {
    router.use(ASSETS_PATH, express.static(assets.directory, { immutable: true, maxAge: '365d', index: false }));
  }
  router.get('/embed.js', (_req, res) => sendScript(res, embedLoader(assets)));
  router.get('/embed-frame.js', (_req, res) => sendScript(res, assets.frameHostScript ?? ''));
  // A worker stays until another text is found here, so that it is looked for each time.
  router.get('/push-worker.js', (_req, res) => sendScript(res, assets.pushWorker ?? '', 0));
  if (demoFiles !== undefined) {
    router.use('/demo', express.static(demoFiles, { index: false, maxAge: '1h' }));
  }
  router.use(machineRoutes({ store, reading, siteOf }));
  router.use(frameRoutes({ reading, assets, siteOf, allowedOrigins }));
  router.use(builderRoutes({ store, assets, siteOf }));
  router.use(consoleRoutes({ assets, siteName }));
  const operations = operationsOf({ sendsAlerts });
  router.use(docsRoutes({ operations, assets, siteName, homeOf: (req) => homeOf(req, publicUrl) }));
  router.use(readerPages({ store, reading, assets, siteOf }));
  return router;
}

interface ReaderPagesParts {
  readonly store: StoryStore;
  readonly reading: Reading;
  readonly assets: PageAssets;
  readonly siteOf: (req: Request) => Site;
}

/**
 * `/` lists stories, `/s/:slug` shows one, `/s/:slug/:entryId` one of its entries. They need no script; with it a story is
 * live.
 */
function readerPages({ store, reading, assets, siteOf }: ReaderPagesParts): Router {
  const newestFront = shareBriefly(() => loadFrontPage(store));
  const router = express.Router();

  router.get('/', async (req, res) => {
    // Whatever is answered, and where the address names a language too: who stands in between may have put it there.
    res.vary('Accept-Language');
    const before = cursorOf(req.query.before);
    const isNewest = before === undefined;
    const page = await (isNewest ? newestFront('') : loadFrontPage(store, before));
    sendPage(res, storyListDocument({ ...page, ...frontLanguageOf(req), isNewest, assets, site: siteOf(req) }), true);
  });

  router.get('/s/:slug', async (req, res) => {
    const view = await reading.story(req, { before: cursorOf(req.query.before) });
    // A key that opened a private story here is not the script's to use: that page is printed, not live.
    const isPublic = view.story.visibility === 'public';
    sendPage(res, storyDocument({ view, assets, site: siteOf(req), live: isPublic }), isPublic);
  });

  router.get('/s/:slug/:entryId', async (req, res) => {
    const view = await reading.entry(req);
    if (view.entry.status !== 'usable') res.set('X-Robots-Tag', 'noindex');
    const isPublic = view.story.visibility === 'public';
    sendPage(res, entryDocument({ view, assets, site: siteOf(req), live: isPublic }), isPublic);
  });

  router.use(failurePages(assets));
  return router;
}

function sendScript(res: Response, text: string, seconds = SCRIPT_SECONDS): void {
  res
    .set('Cache-Control', seconds === 0 ? 'no-cache' : `public, max-age=${seconds}`)
    .type('text/javascript')
    .send(text);
}

function cursorOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;
}
