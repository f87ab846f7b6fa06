import express, { type Request, type Router } from 'express';
import type { AllowedOrigins } from '../config.js';
import { parseInput } from '../story/requests.js';
import { framePolicy } from './content-policy.js';
import { entryFrame, storyFrame } from './frame-document.js';
import { frameQuery } from './frame-options.js';
import type { PageAssets } from './page-assets.js';
import type { Reading } from './reading.js';
import { failurePages, sendPage } from './send-page.js';
import type { Site } from './site.js';

export interface FrameRoutesParts {
  readonly reading: Reading;
  readonly assets: PageAssets;
  readonly siteOf: (req: Request) => Site;
  /** Whose pages may show ours in a frame. */
  readonly allowedOrigins: AllowedOrigins;
}

/** Pages that are made to stand in an iframe on other sites: `/embed/:slug` a story, `/embed/:slug/:entryId` one entry. */
export function frameRoutes({ reading, assets, siteOf, allowedOrigins }: FrameRoutesParts): Router {
  const policy = framePolicy(allowedOrigins);
  const send: typeof sendPage = (res, text, isPublic) => {
    // It is older than the policy, knows no list of who may, and would forbid what the policy allows.
    res.removeHeader('X-Frame-Options');
    sendPage(res, text, isPublic, policy);
  };
  const router = express.Router();

  router.get('/embed/:slug', async (req, res) => {
    const options = parseInput(frameQuery, req.query, 'query');
    const view = await reading.story(req, { limit: options.limit });
    const isPublic = view.story.visibility === 'public';
    send(res, storyFrame({ view, options, live: isPublic, assets, site: siteOf(req) }), isPublic);
  });

  router.get('/embed/:slug/:entryId', async (req, res) => {
    const view = await reading.entry(req);
    const isPublic = view.story.visibility === 'public';
    send(res, entryFrame({ view, live: isPublic, assets, site: siteOf(req) }), isPublic);
  });

  router.use(failurePages(assets, send));
  return router;
}
