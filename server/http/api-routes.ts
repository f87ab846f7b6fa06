import express, { type Router } from 'express';
import type { Access } from '../access/access.js';
import type { ClientAddress } from '../access/client-address.js';
import type { OwnPages } from '../access/people/own-pages.js';
import type { Rings } from '../access/rings.js';
import type { Alerts } from '../push/alerts.js';
import type { Reach } from '../reach/reach.js';
import { audienceRoutes } from './audience.js';
import { auditRoutes } from './audit.js';
import { breakingRoutes } from './breaking.js';
import type { CommandParts } from './carry-out.js';
import { correctionRoutes } from './corrections.js';
import { entryRoutes } from './entries.js';
import { ingestRoutes } from './ingest.js';
import { keyRoutes } from './keys.js';
import { memberRoutes } from './members.js';
import { pinRoutes } from './pins.js';
import { revisionRoutes } from './revisions.js';
import { sessionRoutes } from './session.js';
import { storyRoutes } from './stories.js';
import { withdrawalRoutes } from './withdrawals.js';
import { workflowRoutes } from './workflow.js';

export interface ApiParts extends CommandParts {
  readonly rings: Rings;
  readonly access: Access;
  readonly addressOf: ClientAddress;
  readonly ownPages: OwnPages;
  readonly publicUrl: string | undefined;
  readonly reach: Reach;
  /** Absent: this server sends none. */
  readonly alerts: Pick<Alerts, 'recalled'> | undefined;
}

/** Everything under `/v1` that is asked and answered; what is followed is with the live doors. */
export function apiRoutes(parts: ApiParts): Router {
  const router = express.Router();
  router.use(storyRoutes(parts));
  router.use(entryRoutes(parts));
  router.use(correctionRoutes(parts));
  router.use(workflowRoutes(parts));
  router.use(withdrawalRoutes(parts));
  router.use(pinRoutes(parts));
  router.use(revisionRoutes(parts));
  router.use(audienceRoutes(parts));
  router.use(breakingRoutes(parts));
  router.use(ingestRoutes(parts));
  router.use(keyRoutes(parts));
  router.use(auditRoutes(parts));
  router.use(memberRoutes(parts));
  router.use(sessionRoutes(parts));
  return router;
}
