import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import type { Edition, Position } from '../../../client-sdk/protocol/index.js';
import type { Access } from '../../../server/access/access.js';
import { authenticate } from '../../../server/access/authenticate.js';
import { clientAddressBehind } from '../../../server/access/client-address.js';
import type { MemberRing } from '../../../server/access/people/member-ring.js';
import { ownPages } from '../../../server/access/people/own-pages.js';
import { entryRoutes } from '../../../server/http/entries.js';
import { problemHandler } from '../../../server/http/problem.js';
import { storyRoutes } from '../../../server/http/stories.js';
import type { Limits } from '../../../server/limits/limits.js';
import { Admission } from '../../../server/live/admission.js';
import { drain } from '../../../server/live/drain.js';
import { type FollowRoutes, followRoutes } from '../../../server/live/follow-routes.js';
import { attachGateway, type Gateway } from '../../../server/live/gateway.js';
import { createFeeds } from '../../../server/live/store-feeds.js';
import type { StoryFeed, StoryFeeds } from '../../../server/live/story-feed.js';
import { createLogger } from '../../../server/logger.js';
import { createMetrics } from '../../../server/metrics.js';
import { createReach } from '../../../server/reach/create-reach.js';
import type { Reach } from '../../../server/reach/reach.js';
import { memoryBoard } from '../../../server/store/memory-board.js';
import type { Line } from './line.js';
import type { StoreLink } from './store-link.js';

/** One for all: making a registry takes longer than a whole schedule. */
const METRICS = createMetrics();
/** Who works here does so by keys. */
const NO_MEMBERS: MemberRing = {
  find: async () => undefined,
  get: () => undefined,
  onChanged: () => () => undefined,
  refresh: async () => undefined,
  close: async () => undefined,
};
const logger = createLogger('silent');

/** Readers connected to any instance now, by transport. */
export async function connectionsNow(): Promise<ReadonlyMap<string, number>> {
  const { values } = await METRICS.connections.get();
  return new Map(values.map(({ labels, value }) => [String(labels.transport), value]));
}

const UNLIMITED: Limits = {
  command: async () => undefined,
  request: () => undefined,
  badCredential: () => undefined,
  subscription: () => undefined,
  close: () => undefined,
};

const addressOf = clientAddressBehind([]);

/** So little that a reader who stalls is soon behind: some ten changes. */
const SLOW = { bytes: 4_000, ms: 10_000 };
/** Milliseconds over which an instance that stops sends its readers away. */
const DRAIN = 3_000;
/** Milliseconds that requests under way get then, and between two looks at them. */
const GRACE = 5_000;
const GRACE_TICK = 50;

/** What one process is made of, from its start to its end. */
interface Life {
  readonly link: StoreLink;
  readonly feeds: StoryFeeds;
  readonly admission: Admission;
  readonly follow: FollowRoutes;
  readonly server: Server;
  readonly gateway: Gateway;
  readonly reach: Reach;
  /** Requests under way. */
  requests: number;
  /** The feed opened last of each edition. */
  readonly stands: Map<Edition, StoryFeed | undefined>;
}

export interface InstanceOptions {
  /** Makes the way to the store of one process. */
  readonly connect: (name: string) => StoreLink;
  readonly access: Access;
  /** Connections above which new readers are sent to polling; 0: never. */
  readonly pollAbove: number;
}

/** One instance of the server, doors and all, on a store that is reached turn by turn. */
export class Instance {
  readonly name: string;
  /** Connections that it holds. */
  readonly lines = new Set<Line>();
  readonly #options: InstanceOptions;
  #life: Life | undefined;
  #starts = 0;
  /** Started while it was still about to stop: it comes up again when it has. */
  #isToReturn = false;

  constructor(name: string, options: InstanceOptions) {
    this.name = name;
    this.#options = options;
    this.start();
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  get link(): StoreLink | undefined {
    return this.#life?.link;
  }

  /** Where its feed of an edition stands, as long as it has one. */
  standsAt(edition: Edition): Position | undefined {
    return this.#life?.stands.get(edition)?.position;
  }

  start(): void {
    if (this.#life !== undefined) {
      this.#isToReturn = true;
      return;
    }
    this.#isToReturn = false;
    this.#starts += 1;
    const { connect, access, pollAbove } = this.#options;
    const link = connect(`${this.name}${this.#starts}`);
    const metrics = METRICS;
    const feeds = this.#watched(createFeeds(link.store, { logger, metrics }));
    const admission = new Admission({ limits: { most: 1_000, perAddress: 0, pollAbove }, addressOf });
    const board = memoryBoard();
    const now = () => link.store.now();
    const reach = createReach({ board, now, logger });
    const parts = { feeds, access, admission, slowReaders: SLOW, logger, metrics, reach };
    const follow = followRoutes(parts);
    const rings = { members: NO_MEMBERS };
    const commands = { store: link.store, rings, limits: UNLIMITED, metrics };
    const app = express()
      .set('query parser', 'simple')
      .use(
        authenticate({ access, addressOf, ownPages: ownPages(undefined) }),
        storyRoutes(commands),
        entryRoutes(commands),
        follow.router,
      )
      .use(problemHandler({ logger, metrics }));
    const server = createServer(app);
    const gateway = attachGateway(server, { ...parts, board, now, limits: UNLIMITED, allowedOrigins: '*' });
    this.#life = { link, feeds, admission, follow, server, gateway, reach, requests: 0, stands: new Map() };
  }

  /** `kill -9`, or with `silently` a machine that loses its power: nobody is told. */
  crash(silently: boolean): void {
    const life = this.#life;
    if (life === undefined) return;
    if (silently) for (const line of this.lines) line.becomeHole();
    this.#end(life);
  }

  /** SIGTERM: resolves when the process is gone. As `create-server.ts` does it. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined || life.admission.isShut) return;
    this.#isToReturn = false;
    life.admission.shut();
    await drain([life.gateway, ...life.follow.doors], DRAIN);
    await life.gateway.close();
    await life.follow.close();
    for (let waited = 0; life.requests > 0 && waited < GRACE; waited += GRACE_TICK) await delay(GRACE_TICK);
    if (this.#life !== life) return;
    this.#end(life);
    if (this.#isToReturn) this.start();
  }

  /** The process is gone, and its connections with it. */
  #end(life: Life): void {
    this.#life = undefined;
    life.link.sever();
    for (const line of [...this.lines]) line.cut();
    this.lines.clear();
    // Its timers are this process's. What they would have sent has no way out any more.
    void letGo(life);
  }

  /** Takes a request on a connection of its own. */
  request(socket: Socket, url: string, headers: Readonly<Record<string, string>>): void {
    const life = this.#life;
    if (life === undefined) {
      socket.destroy();
      return;
    }
    const request = requestOn(socket, url, headers);
    const response = new ServerResponse(request);
    life.requests += 1;
    response.once('close', () => {
      life.requests -= 1;
    });
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    life.server.emit('request', request, response);
  }

  /** Takes a request to go over to WebSocket. */
  upgrade(socket: Socket): void {
    const server = this.#life?.server;
    if (server === undefined) socket.destroy();
    else server.emit('upgrade', requestOn(socket, UPGRADE_URL, UPGRADE_HEADERS), socket, Buffer.alloc(0));
  }

  #watched(feeds: StoryFeeds): StoryFeeds {
    return {
      open: async (stream, edition) => {
        const lease = await feeds.open(stream, edition);
        this.#life?.stands.set(edition, lease?.feed);
        return lease;
      },
      close: () => feeds.close(),
    };
  }
}

async function letGo({ gateway, follow, feeds, reach }: Life): Promise<void> {
  await gateway.close();
  await follow.close();
  await reach.close();
  await feeds.close();
}

const UPGRADE_URL = '/socket.io/?EIO=4&transport=websocket';
const UPGRADE_HEADERS = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-key': 'c2x1Z2xpbmUtcmVhZGVyIQ==',
  'sec-websocket-version': '13',
};

function requestOn(socket: Socket, url: string, headers: Readonly<Record<string, string>>): IncomingMessage {
  const request = new IncomingMessage(socket);
  Object.assign(request, { method: 'GET', url, headers: { host: 'simulated', ...headers }, httpVersionMajor: 1 });
  Object.assign(request, { httpVersionMinor: 1, httpVersion: '1.1', complete: true });
  // There is no body.
  request.push(null);
  return request;
}
