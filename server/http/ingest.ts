import type { FieldError } from '@slugline/client/protocol';
import express, { type Request, type Response, type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import { requireRole } from '../access/policy.js';
import { itemsFromNewsml } from '../story/ingest/newsml-g2.js';
import { itemsFromNinjs } from '../story/ingest/ninjs.js';
import type { ReadItem } from '../story/ingest/wire-item.js';
import { ingestQuery, parseInput } from '../story/requests.js';
import type { CommandParts } from './carry-out.js';
import { methodNotAllowed } from './problem.js';
import { readBody, readXmlBody } from './read-body.js';
import { type TakenIn, takeIn } from './take-in.js';

/**
 * Where the items of wires come in. An item is named by its guid and its version, so that sending one again needs no
 * `Idempotency-Key`: it says the same, and finds that it was said.
 */
export function ingestRoutes(parts: CommandParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/ingest/ninjs')
    .post((req, res) => ingest(req, res, async () => itemsFromNinjs(await readBody(req, res))))
    .all(methodNotAllowed('POST'));

  router
    .route('/v1/ingest/newsml-g2')
    .post((req, res) => ingest(req, res, async () => itemsFromNewsml(await readXmlBody(req, res))))
    .all(methodNotAllowed('POST'));

  return router;

  /** All items are read before the first is taken in: what cannot be read leaves nothing half-done. */
  async function ingest(req: Request, res: Response, read: () => Promise<readonly ReadItem[]>): Promise<void> {
    const caller = callerOf(req);
    requireRole(caller, 'editor');
    const { story } = parseInput(ingestQuery, req.query, 'query');
    const items: (TakenIn & { readonly leftOut?: readonly FieldError[] })[] = [];
    for (const { item, leftOut } of await read()) {
      const taken = await takeIn(parts, caller, item, story);
      items.push({ ...taken, ...(leftOut.length > 0 && { leftOut }) });
    }
    const [first, ...others] = items;
    if (first?.outcome === 'created' && others.length === 0) {
      res.status(201).location(`/v1/stories/${first.slug}/entries/${first.entryId}`);
    }
    res.set('Cache-Control', 'no-store').type('json').send(JSON.stringify({ items }));
  }
}
