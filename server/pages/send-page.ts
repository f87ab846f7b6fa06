import { ERRORS } from '@slugline/client/protocol';
import type { ErrorRequestHandler, Response } from 'express';
import { Failure } from '../errors.js';
import { pagePolicy } from './content-policy.js';
import { failureDocument } from './failure-document.js';
import type { PageAssets } from './page-assets.js';
import { isForAll } from './reading.js';
import { sendText } from './send.js';

const PAGE_POLICY = pagePolicy();

/** Sends a page with what it may load. `isPublic`: whether it shows nothing but what everybody may read. */
export function sendPage(res: Response, text: string, isPublic: boolean, policy = PAGE_POLICY): void {
  res
    .set('Content-Security-Policy', policy)
    .set('Referrer-Policy', 'strict-origin-when-cross-origin')
    .set('X-Content-Type-Options', 'nosniff');
  sendText(res, { text, type: 'text/html; charset=utf-8', isForAll: isForAll(res.req, isPublic) });
}

/** Says what is wrong by a page, to those who asked for one. */
export function failurePages(assets: PageAssets, send: typeof sendPage = sendPage): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (!(error instanceof Failure) || res.headersSent) {
      next(error);
      return;
    }
    const { retryAfterSeconds } = error.details;
    if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
    send(res.status(ERRORS[error.code].status), failureDocument(error, assets), false);
  };
}
