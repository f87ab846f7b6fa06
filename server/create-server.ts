import { once } from 'node:events';
import type { Server } from 'node:http';
import type { LookupFunction } from 'node:net';
import { clientAddressBehind } from './access/client-address.js';
import { createAccess } from './access/create-access.js';
import { ensureAdminKey } from './access/first-admin-key.js';
import { inviteFirstMember, signInUrl } from './access/people/membership.js';
import { ownPages } from './access/people/own-pages.js';
import { openRings } from './access/rings.js';
import { slowGuessers } from './access/slow-guessers.js';
import { createTokenVerifier } from './access/story-token.js';
import { createAuditor, tellAuditHead } from './audit/auditor.js';
import { type Config, ConfigError } from './config.js';
import { CONNECTION_TIMES, type ConnectionTimes } from './connection-times.js';
import { createDoors } from './doors.js';
import { answerMalformedRequests } from './http/malformed-request.js';
import { createHttpServer } from './http-server.js';
import { createLimits } from './limits/create-limits.js';
import { Admission, linksAtMost } from './live/admission.js';
import { type DrainedDoor, drain } from './live/drain.js';
import { followRoutes } from './live/follow-routes.js';
import { attachGateway } from './live/gateway.js';
import { startOutboxRelay } from './live/outbox-relay.js';
import { createFeeds } from './live/store-feeds.js';
import { createLogger, type Logger } from './logger.js';
import { createMetrics } from './metrics.js';
import { createServiceSignIn } from './oidc/sign-in.js';
import type { Phase } from './phase.js';
import { openPictures } from './pictures/open-pictures.js';
import { repeatRemovals } from './pictures/removals.js';
import { startAlerts } from './push/alerts.js';
import { createReach } from './reach/create-reach.js';
import { startSchedule } from './schedule/schedule.js';
import { openServerStore } from './store/open-store.js';
import { startWebhooks, type WebhookTimes } from './webhooks/webhooks.js';

export interface SluglineServer {
  /** Where this instance listens, without a trailing slash. Readers may reach it by another URL. */
  readonly url: string;
  readonly port: number;
  /** The admin key that was made because the store had none. To be shown once: it is not kept. */
  readonly firstAdminKey?: string;
  /** Where the first admin signs in to the console, once, made beside that key. To be shown once. */
  readonly firstSignIn?: string;
  /**
   * Lets no more readers in, sends those who are inside away over `Config.drainMs` while requests are still answered,
   * finishes what is under way and lets go of everything.
   */
  close(): Promise<void>;
}

export interface ServerParts {
  readonly logger?: Logger;
  /** A directory served under `/demo/`: the pictures of the example story. */
  readonly demoFiles?: string;
  /** Where other times suit better than those that an instance has by itself. */
  readonly connectionTimes?: Partial<ConnectionTimes>;
  readonly webhookTimes?: Partial<WebhookTimes>;
  /** How the hosts of webhooks are looked up, where it is not as the system does. */
  readonly webhookLookup?: LookupFunction;
}

/**
 * TCP connections that the system keeps until we get to them; it may have a bound of its own (Linux: `somaxconn`, 4,096).
 * Beyond Node's 511 the readers of an instance that died, coming to another one all at once, would find nobody there
 * and try again after 1, 3, 7, 15 and 31 seconds.
 */
const BACKLOG = 16_384;

/**
 * Puts one instance together and starts it. Resolves when it listens.
 *
 * @throws ConfigError for a setting that turns out unusable; Failure `store_unavailable` without a store.
 */
export async function createServer(config: Config, parts: ServerParts = {}): Promise<SluglineServer> {
  const logger = parts.logger ?? createLogger(config.logLevel);
  const closers: Closer[] = [];
  const doors: DrainedDoor[] = [];
  const addressOf = clientAddressBehind(config.trustProxy);
  const admission = new Admission({ limits: config.connections, addressOf });
  let phase: Phase = 'serving';
  let closing: Promise<void> | undefined;
  const closeOnce = async () => {
    phase = 'draining';
    admission.shut();
    if (doors.some(({ size }) => size > 0)) logger.info({ windowMs: config.drainMs }, 'sending readers away');
    await drain(doors, config.drainMs);
    phase = 'ending';
    await closeAll(closers, logger);
  };
  const close = () => {
    closing ??= closeOnce();
    return closing;
  };

  try {
    const { store, limiters, board } = await openServerStore(
      config.redisUrl === undefined ? { dataDir: config.dataDir } : { redisUrl: config.redisUrl },
    );
    closers.push(() => store.close());
    const metrics = createMetrics();

    if (config.adminKey !== undefined) await ensureAdminKey(store, config.adminKey, logger);
    const rings = await openRings(store, logger);
    closers.push(() => rings.close());
    const now = () => store.now();
    const verifyToken = config.tokens === undefined ? undefined : await createTokenVerifier(config.tokens, now);
    const limits = createLimits(limiters, config.rates, logger);
    closers.push(async () => limits.close());
    const access = slowGuessers(createAccess(rings, verifyToken, now), limits, logger);

    const feeds = createFeeds(store, { logger, metrics, headCheckMs: config.headCheckMs });
    closers.push(() => feeds.close());
    const alerts = await startAlerts({
      store,
      config: config.push,
      isAlone: config.redisUrl === undefined,
      logger,
      metrics,
    });
    if (alerts !== undefined) closers.push(() => alerts.close());
    const schedule = startSchedule({ store, logger });
    closers.push(() => schedule.close());
    const relay = startOutboxRelay({
      store,
      logger,
      auditor: createAuditor(store, logger),
      schedule,
      ...(alerts !== undefined && { alerts }),
    });
    closers.push(() => relay.close());
    await relay.ready;
    await tellAuditHead(store, logger);
    const reach = createReach({ board, now, logger });
    closers.push(() => reach.close());
    const webhooks = startWebhooks({
      store,
      targets: config.webhookTargets,
      ...(parts.webhookTimes !== undefined && { times: parts.webhookTimes }),
      ...(parts.webhookLookup !== undefined && { lookup: parts.webhookLookup }),
      isAlone: config.redisUrl === undefined,
      logger,
      metrics,
    });
    closers.push(() => webhooks.close());
    const { slowReaders } = config;
    const follow = followRoutes({ feeds, access, admission, slowReaders, logger, metrics, reach });
    doors.push(...follow.doors);

    const pictures = await openPictures(config.pictures, logger);
    await repeatRemovals({ store, pictures: pictures.store }, logger);
    const pages = ownPages(config.publicUrl);
    const { oidc } = config;
    const serviceSignIn = oidc && createServiceSignIn({ config: oidc, store, rings, logger });
    const app = createDoors({
      config,
      store,
      rings,
      access,
      ownPages: pages,
      serviceSignIn,
      limits,
      alerts,
      reach,
      webhooks,
      pictures,
      addressOf,
      follow,
      logger,
      metrics,
      demoFiles: parts.demoFiles,
      phase: () => phase,
    });
    const { server, finish } = createHttpServer({
      app,
      times: { ...CONNECTION_TIMES, ...parts.connectionTimes },
      onCutOff: () => metrics.rejections.inc({ code: 'too_many_requests' }),
    });
    answerMalformedRequests(server, { logger, metrics });
    server.maxConnections = linksAtMost(config.connections);
    server.on('drop', () => metrics.rejections.inc({ code: 'too_many_connections' }));
    const port = await listen(server, config);
    closers.push(finish);
    closers.push(async () => {
      server.close();
    });
    closers.push(() => follow.close());
    const gateway = attachGateway(server, {
      feeds,
      access,
      limits,
      admission,
      allowedOrigins: config.allowedOrigins,
      ownPages: pages,
      slowReaders,
      logger,
      metrics,
      reach,
      board,
      now,
    });
    doors.push(gateway);
    closers.push(() => gateway.close());

    logger.info({ port, store: config.redisUrl === undefined ? 'embedded' : 'redis' }, 'listening');
    const url = localUrl(config.host, port);
    // Made when nothing can go wrong any more: of a start that fails nobody is shown a key, and the next one makes no other.
    const firstAdminKey = config.adminKey === undefined ? await ensureAdminKey(store, undefined, logger) : undefined;
    const first = firstAdminKey === undefined ? undefined : await inviteFirstMember(store);
    if (first !== undefined) await Promise.all([rings.keys.refresh(), rings.members.refresh()]);
    const firstSignIn = first && signInUrl(config.publicUrl ?? url, first.link);
    return {
      ...{ url, port, close },
      ...(firstAdminKey !== undefined && { firstAdminKey }),
      ...(firstSignIn !== undefined && { firstSignIn }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closer = () => Promise<void>;

/** Lets go in the reverse of the order in which things were taken. One that fails does not keep the rest. */
async function closeAll(closers: readonly Closer[], logger: Logger): Promise<void> {
  for (const closer of closers.toReversed()) {
    await closer().catch((error: unknown) => logger.error({ err: error }, 'closing went wrong'));
  }
}

async function listen(server: Server, { port, host }: Config): Promise<number> {
  server.listen({ port, backlog: BACKLOG, ...(host === undefined ? {} : { host }) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is taken' : 'cannot be listened on';
    throw new ConfigError(`PORT ${port} ${reason}${host === undefined ? '' : ` (HOST ${host})`}.`, { cause });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function localUrl(host: string | undefined, port: number): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
