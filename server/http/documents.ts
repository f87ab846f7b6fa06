import { createHash } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import type { Documents } from '../contract/documents.js';
import { holdsEtag } from '../etag.js';
import { homeOf } from '../pages/addresses.js';
import { methodNotAllowed } from './problem.js';

/** Seconds. They change when another version of the server is started. */
const KEPT = 300;

export interface DocumentParts {
  readonly documents: Documents;
  /** Where readers reach this server, without a trailing slash; absent: where each request says that it was sent. */
  readonly publicUrl: string | undefined;
}

/** What this server answers at and tells, for machines that make clients of it. */
export function documentRoutes({ documents, publicUrl }: DocumentParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/openapi.json')
    .get((req, res) => sendDocument(req, res, documents.openApi(homeOf(req, publicUrl))))
    .all(methodNotAllowed('GET'));
  router
    .route('/asyncapi.json')
    .get((req, res) => sendDocument(req, res, documents.asyncApi(homeOf(req, publicUrl))))
    .all(methodNotAllowed('GET'));

  return router;
}

function sendDocument(req: Request, res: Response, text: string): void {
  const etag = createHash('sha256').update(text).digest('base64url');
  res
    .vary('Authorization')
    .set('Cache-Control', callerOf(req).kind === 'anonymous' ? `public, max-age=${KEPT}` : 'private, no-store')
    .set('ETag', `"${etag}"`);
  if (holdsEtag(req, etag)) res.status(304).end();
  else res.type('json').send(text);
}
