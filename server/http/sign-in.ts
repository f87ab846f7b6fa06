import express, { type Router } from 'express';
import { noQuery, parseInput } from '../story/requests.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

export interface SignInParts {
  /** Where signing in by a service begins; absent: no service was named. */
  readonly serviceUrl: string | undefined;
}

/** What a page offers to who wants to sign in, beside a link and a key. */
export function signInWays({ serviceUrl }: SignInParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/sign-in')
    .get((req, res) => {
      parseInput(noQuery, req.query, 'query');
      sendJson(res, JSON.stringify(serviceUrl === undefined ? {} : { service: { url: serviceUrl } }));
    })
    .all(methodNotAllowed('GET'));
  return router;
}
