import { once } from 'node:events';
import express, { type Response, type Router } from 'express';
import { callerOf } from '../access/authenticate.js';
import { requireRole } from '../access/policy.js';
import { auditExport } from '../audit/audit-export.js';
import { auditExportQuery, auditQuery } from '../audit/audit-query.js';
import { searchAudit } from '../audit/search.js';
import type { StoryStore } from '../store/story-store.js';
import { parseInput } from '../story/requests.js';
import { methodNotAllowed } from './problem.js';
import { sendJson } from './send.js';

/** Records in one answer: some megabytes, which a slow link takes in the time that an answer has. */
const EXPORT_MOST = 5_000;

export function auditRoutes({ store }: { store: StoryStore }): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/audit')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'admin');
      const { records, head, older } = await searchAudit(store, parseInput(auditQuery, req.query, 'query'));
      const rest = older === undefined ? '' : `,"older":${older}`;
      sendJson(res, `{"records":[${records.join(',')}],"head":${JSON.stringify(head)}${rest}}`);
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/v1/audit/export')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'admin');
      const { after } = parseInput(auditExportQuery, req.query, 'query');
      await sendLines(res, auditExport(store, after, EXPORT_MOST));
    })
    .all(methodNotAllowed('GET'));

  return router;
}

/** Lines as fast as they are taken, and no faster. What fails half-way is broken off: the end line tells a whole answer. */
async function sendLines(res: Response, lines: AsyncGenerator<string>): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    for await (const line of lines) {
      // Only here, so that a store that is away is still answered as a problem.
      if (!res.headersSent) res.set('Cache-Control', 'private, no-store').type('application/x-ndjson');
      if (!res.write(`${line}\n`)) await once(res, 'drain', { signal: gone.signal });
      if (gone.signal.aborted) return;
    }
    res.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    if (!res.headersSent) throw error;
    res.destroy();
  }
}
