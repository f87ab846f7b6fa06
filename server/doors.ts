import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Access } from './access/access.js';
import { authenticate } from './access/authenticate.js';
import type { ClientAddress } from './access/client-address.js';
import type { OwnPages } from './access/people/own-pages.js';
import type { Rings } from './access/rings.js';
import type { Config } from './config.js';
import { documentsOf, operationsOf } from './contract/documents.js';
import { Failure } from './errors.js';
import { apiRoutes } from './http/api-routes.js';
import { originRules } from './http/cors.js';
import { documentRoutes } from './http/documents.js';
import { healthRoutes } from './http/health.js';
import { pictureRoutes } from './http/pictures.js';
import { problemHandler, routeNotFound } from './http/problem.js';
import { pushRoutes } from './http/push.js';
import { signInWays } from './http/sign-in.js';
import { webhookRoutes } from './http/webhooks.js';
import type { Limits } from './limits/limits.js';
import type { FollowRoutes } from './live/follow-routes.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import type { ServiceSignIn } from './oidc/sign-in.js';
import { pageRoutes } from './pages/page-routes.js';
import { signInRoutes } from './pages/sign-in-routes.js';
import type { Phase } from './phase.js';
import type { Pictures } from './pictures/take-picture.js';
import type { Alerts } from './push/alerts.js';
import type { Reach } from './reach/reach.js';
import { requestLog } from './request-log.js';
import type { StoryStore } from './store/story-store.js';
import type { Webhooks } from './webhooks/webhooks.js';

export interface DoorParts {
  readonly config: Pick<
    Config,
    'allowedOrigins' | 'publicUrl' | 'siteName' | 'trustProxy' | 'metricsToken' | 'secondPerson'
  >;
  readonly store: StoryStore;
  readonly rings: Rings;
  readonly access: Access;
  readonly ownPages: OwnPages;
  /** Absent: no sign-in service was named. */
  readonly serviceSignIn: ServiceSignIn | undefined;
  readonly limits: Limits;
  /** Absent: this server sends none. */
  readonly alerts: Alerts | undefined;
  readonly reach: Reach;
  readonly webhooks: Webhooks;
  readonly pictures: Pictures;
  readonly addressOf: ClientAddress;
  readonly follow: FollowRoutes;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly demoFiles: string | undefined;
  readonly phase: () => Phase;
}

/**
 * Every HTTP door of one instance, in the order in which a request meets them. Apart from the server around it, so
 * that what doors there are can be told without opening one.
 */
export function createDoors(parts: DoorParts): Express {
  const {
    config,
    store,
    rings,
    access,
    ownPages,
    serviceSignIn,
    limits,
    alerts,
    webhooks,
    reach,
    pictures,
    addressOf,
  } = parts;
  const { follow, logger, metrics, demoFiles, phase } = parts;
  const { publicUrl, siteName, allowedOrigins, secondPerson } = config;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', [...config.trustProxy]);
  app.use(requestLog(logger));
  app.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));
  app.use(leaveTaking(phase));
  app.use(healthRoutes({ store, access, addressOf, metrics, metricsToken: config.metricsToken, phase }));
  app.use(originRules(config.allowedOrigins));
  app.use(refuseAtTheEnd(phase));
  // Behind the rules of origins, so that a page is allowed to read when to come back.
  app.use(countRequests(limits, addressOf));
  app.use(authenticate({ access, addressOf, ownPages }));
  const people = { rings, access, addressOf, ownPages, publicUrl };
  app.use(apiRoutes({ ...people, store, limits, metrics, reach, alerts, secondPerson }));
  const serviceUrl = serviceSignIn && `${publicUrl ?? ''}/sign-in/oidc`;
  app.use(signInWays({ serviceUrl }));
  if (alerts !== undefined) app.use(pushRoutes({ store, limits, addressOf, alerts }));
  app.use(webhookRoutes({ limits, webhooks }));
  app.use(follow.router);
  app.use(pictureRoutes({ store, pictures, limits, publicUrl }));
  const sendsAlerts = alerts !== undefined;
  app.use(documentRoutes({ documents: documentsOf(operationsOf({ sendsAlerts })), publicUrl }));
  app.use(signInRoutes({ signIn: serviceSignIn, publicUrl, ownPages, limits, addressOf, now: () => store.now() }));
  app.use(pageRoutes({ store, publicUrl, siteName, sendsAlerts, allowedOrigins, demoFiles }));
  app.use(routeNotFound);
  app.use(problemHandler({ logger, metrics }));
  return app;
}

function countRequests(limits: Limits, addressOf: ClientAddress): RequestHandler {
  return function countRequest(req, _res, next) {
    limits.request(addressOf(req));
    next();
  };
}

/** Nobody is to count on this connection for their next request. */
function leaveTaking(phase: () => Phase): RequestHandler {
  return function takeLeave(_req, res, next) {
    if (phase() !== 'serving') res.set('Connection', 'close');
    next();
  };
}

function refuseAtTheEnd(phase: () => Phase): RequestHandler {
  return function refuseWhenEnding(_req, _res, next) {
    if (phase() === 'ending') throw new Failure('shutting_down');
    next();
  };
}
