import { createHash } from 'node:crypto';
import { ERRORS, isSlug, LIMITS } from '@slugline/client/protocol';
import { STYLES } from '@slugline/client/view';
import express from 'express';
import { callerOf } from '../access/authenticate.js';
import { requireRead } from '../access/policy.js';
import { Failure } from '../errors.js';
import type { StoryStore } from '../store/story-store.js';
import { publicStoryOf } from '../story/stored.js';
import { embedLoader } from './embed-loader.js';
import { failureDocument } from './failure-document.js';
import { ASSETS_PATH, loadPageAssets } from './page-assets.js';
import { storyDocument } from './story-document.js';
import { storyListDocument } from './story-list-document.js';
import { loadStoryView, type StoryView } from './story-view.js';

export interface PageOptions {
  readonly store: StoryStore;
  /** Where readers reach this server, without a trailing slash; absent: pages name no canonical URL. */
  readonly publicUrl?: string | undefined;
  /** A directory whose files are served under `/demo/`: the pictures of the example story. */
  readonly demoFiles?: string | undefined;
}

/** Milliseconds that a story read for one page serves others: readers of a popular story arrive together. */
const SHARED_FOR_MS = 200;
/** Stories kept so at a time; above it the oldest go. Bounds what a crawl over all stories can pin down. */
const SHARED_STORIES = 200;

/**
 * Nothing but our own files, the pictures of a story, and what its reader asks third parties for: no inline script, and
 * no inline style but the element's, so that a text that should ever slip through unescaped still could not run.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'sha256-${createHash('sha256').update(STYLES).digest('base64')}'`,
  "img-src 'self' http: https:",
  "connect-src 'self'",
  'frame-src http: https:',
  "require-trusted-types-for 'script'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The plain reader pages: `/` lists stories, `/s/:slug` shows one. They need no script; with it they are live. */
export function pageRoutes(options: PageOptions): express.Router {
  const { store, publicUrl, demoFiles } = options;
  const assets = loadPageAssets();
  const views = shareViews(store);
  const router = express.Router();

  if (assets.directory !== undefined) {
    router.use(ASSETS_PATH, express.static(assets.directory, { immutable: true, maxAge: '365d', index: false }));
  }
  router.get('/embed.js', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').type('text/javascript').send(embedLoader(assets));
  });
  if (demoFiles !== undefined) {
    router.use('/demo', express.static(demoFiles, { index: false, maxAge: '1h' }));
  }

  router.get('/', async (req, res) => {
    const before = cursorOf(req.query.before);
    const page = await store.streams('public', { limit: LIMITS.pageMax, ...(before === undefined ? {} : { before }) });
    const stories = page.streams.flatMap(({ header }) => (header === undefined ? [] : [publicStoryOf(header)]));
    const shown = stories.filter((story) => story.visibility === 'public');
    sendPage(res, 200, storyListDocument({ stories: shown, older: page.older, assets }), true);
  });

  router.get('/s/:slug', async (req, res) => {
    const { slug } = req.params;
    if (!isSlug(slug)) throw new Failure('story_not_found');
    const before = cursorOf(req.query.before);
    const view = await (before === undefined ? views(slug) : loadStoryView(store, slug, before));
    if (view === undefined) throw new Failure('story_not_found');
    requireRead(callerOf(req), view.story, 'public');
    // A key that opened a private story here is not the script's to use: that page is printed, not live.
    const isPublic = view.story.visibility === 'public';
    const canonical = publicUrl === undefined ? undefined : `${publicUrl}/s/${slug}`;
    sendPage(res, 200, storyDocument({ view, assets, canonical, live: isPublic }), isPublic);
  });

  router.use((error: unknown, _req: express.Request, res: express.Response, next: express.NextFunction) => {
    if (!(error instanceof Failure) || res.headersSent) {
      next(error);
      return;
    }
    const { retryAfterSeconds } = error.details;
    if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
    sendPage(res, ERRORS[error.code].status, failureDocument(error.code, assets), false);
  });
  return router;
}

function sendPage(res: express.Response, status: number, page: string, cacheable: boolean): void {
  res
    .status(status)
    .set('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    .set('Referrer-Policy', 'strict-origin-when-cross-origin')
    .set('X-Content-Type-Options', 'nosniff')
    // Two seconds let a cache answer for a crowd and are over before a withdrawal could be said to linger.
    .set('Cache-Control', cacheable ? 'public, max-age=2' : 'private, no-store')
    .set('Vary', 'Authorization')
    .set('ETag', `"${createHash('sha256').update(page).digest('base64url')}"`)
    .type('html')
    .send(page);
}

function cursorOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;
}

function shareViews(store: StoryStore): (slug: string) => Promise<StoryView | undefined> {
  const shared = new Map<string, { readonly at: number; readonly view: Promise<StoryView | undefined> }>();
  return (slug) => {
    const now = performance.now();
    const known = shared.get(slug);
    if (known !== undefined && now - known.at < SHARED_FOR_MS) return known.view;
    const view = loadStoryView(store, slug);
    shared.delete(slug);
    shared.set(slug, { at: now, view });
    for (const oldest of shared.keys()) {
      if (shared.size <= SHARED_STORIES) break;
      shared.delete(oldest);
    }
    return view;
  };
}
