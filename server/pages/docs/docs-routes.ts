import { escapeHtml } from '@slugline/client/body';
import express, { type Request, type Router } from 'express';
import { once, placed } from '../../contract/documents.js';
import type { Operation } from '../../contract/operation.js';
import type { PageAssets } from '../page-assets.js';
import { failurePages, sendPage } from '../send-page.js';
import { docsDocument } from './docs-document.js';

export interface DocsRoutesParts {
  readonly operations: readonly Operation[];
  readonly assets: PageAssets;
  readonly siteName: string | undefined;
  readonly homeOf: (req: Request) => string;
}

/** `/docs`: what the server answers at and tells, for people. */
export function docsRoutes({ homeOf, assets, ...parts }: DocsRoutesParts): Router {
  const page = once(() => docsDocument({ assets, ...parts }));
  const router = express.Router();
  router.get('/docs', (req, res) => sendPage(res, placed(page(), escapeHtml(homeOf(req))), true));
  router.use(failurePages(assets));
  return router;
}
