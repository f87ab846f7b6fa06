import express, { type Response, type Router } from 'express';
import type { ClientAddress } from '../access/client-address.js';
import type { OwnPages } from '../access/people/own-pages.js';
import type { Limits } from '../limits/limits.js';
import { attemptCookie } from '../oidc/attempt-cookie.js';
import { SignInTrouble } from '../oidc/provider.js';
import { type Refusal, refusedQuery } from '../oidc/refusals.js';
import type { ServiceSignIn } from '../oidc/sign-in.js';
import { loadPageAssets } from './page-assets.js';
import { failurePages, sendPage } from './send-page.js';
import { refusedDocument } from './sign-in-refused.js';

export interface SignInRoutesParts {
  /** Absent: no sign-in service was named. */
  readonly signIn: ServiceSignIn | undefined;
  readonly publicUrl: string | undefined;
  readonly ownPages: OwnPages;
  readonly limits: Pick<Limits, 'badCredential'>;
  readonly addressOf: ClientAddress;
  /** Milliseconds since 1970, by the store's clock. */
  readonly now: () => number;
}

/**
 * The way by the sign-in service and back. It ends in the console or at the page that says why not, whose addresses are
 * written down here: nothing that comes along says where to go next.
 */
export function signInRoutes(parts: SignInRoutesParts): Router {
  const { signIn, publicUrl, ownPages, limits, addressOf, now } = parts;
  const base = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  const assets = loadPageAssets(base);
  const attempts = attemptCookie(publicUrl);
  const consolePath = `${base}/console/`;
  const refusedPath = (why: Refusal) => `${base}/sign-in/refused?why=${why}`;
  const router = express.Router({ strict: true, caseSensitive: true });

  router.get('/sign-in/oidc', async (_req, res) => {
    if (signIn === undefined) return leadTo(res, consolePath);
    try {
      const { url, attempt } = await signIn.begin();
      leadTo(res.append('Set-Cookie', attempts.give(attempt)), url);
    } catch (error) {
      if (!(error instanceof SignInTrouble)) throw error;
      leadTo(res, refusedPath(error.trouble));
    }
  });

  router.get('/sign-in/oidc/callback', async (req, res) => {
    res.append('Set-Cookie', attempts.clear());
    if (signIn === undefined) return leadTo(res, consolePath);
    const query = new URLSearchParams(req.originalUrl.split('?')[1] ?? '');
    const outcome = await signIn.finish(query, attempts.read(req, now()));
    if ('refused' in outcome) {
      const { refused } = outcome;
      const tooMany = isBadCredential(refused) ? limits.badCredential(addressOf(req)) : undefined;
      if (tooMany !== undefined) throw tooMany;
      return leadTo(res, refusedPath(refused));
    }
    const { credential, lifeSeconds } = outcome.opened;
    leadTo(res.append('Set-Cookie', ownPages.cookie.give(credential, lifeSeconds)), consolePath);
  });

  router.get('/sign-in/refused', (req, res) => {
    const { why } = refusedQuery.parse(req.query);
    sendPage(res, refusedDocument(why, assets), false);
  });

  router.use('/sign-in', failurePages(assets));
  return router;
}

/** Whether nobody vouched for who came back: what they brought may be invented. */
function isBadCredential(refused: Refusal): boolean {
  return refused === 'denied' || refused === 'failed';
}

/** No step of the way stays in a cache, and what stood in its address goes to nobody. */
function leadTo(res: Response, address: string): void {
  res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  res.status(303).location(address).end();
}
