import { BREAKING_SLUG, type Edition, formatPosition, type Position, parsePosition } from '@slugline/client/protocol';
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { callerOf } from '../access/authenticate.js';
import { API_SECONDS } from '../cache-times.js';
import { Failure } from '../errors.js';
import { holdsEtag } from '../etag.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Reach } from '../reach/reach.js';
import { changesQuery, parseInput, streamQuery } from '../story/requests.js';
import { slug as slugText } from '../story/text-schemas.js';
import type { Admission } from './admission.js';
import { catchUpBytes } from './catch-up-text.js';
import type { DrainedDoor } from './drain.js';
import { hasNews, PollDoor } from './long-poll.js';
import type { SlowReaderLimits } from './slow-readers.js';
import { SseDoor } from './sse.js';
import type { StoryFeeds } from './story-feed.js';

export interface FollowParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly admission: Admission;
  readonly slowReaders: SlowReaderLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly reach: Reach;
}

export interface FollowRoutes {
  readonly doors: readonly DrainedDoor[];
  /** `/v1/stories/:slug/{stream,changes}` and `/v1/breaking/{stream,changes}`; behind `authenticate`. */
  readonly router: Router;
  /** Ends what is open. Readers come back with their position. */
  close(): Promise<void>;
}

/** `@breaking` has one edition and one size. */
const breakingStreamQuery = streamQuery.pick({ since: true });
const breakingChangesQuery = changesQuery.pick({ since: true, wait: true });
const storyParams = z.object({ slug: slugText });

/**
 * Shared caches may keep an answer for a second, so that all who ask from one position cost one request per edge.
 * An answer without news differs: who gets it asks for the same again at once, and a browser that kept it would
 * answer that from its own cache, over and over, until the second is up.
 */
const CACHED_NEWS = `public, max-age=${API_SECONDS}`;
const CACHED_SILENCE = `public, max-age=0, s-maxage=${API_SECONDS}`;

/** The doors for readers without sockets: server-sent events, and plain GET that may wait. */
export function followRoutes(parts: FollowParts): FollowRoutes {
  const streams = new SseDoor(parts);
  const polls = new PollDoor(parts);
  const { admission } = parts;
  const router = express.Router({ strict: true, caseSensitive: true });

  async function stream(req: Request, res: Response, follow: Follow): Promise<void> {
    const since = lastEventId(req) ?? follow.since;
    if (res.destroyed) return;
    admission.requireOpen();
    admission.connections.take(res, admission.addressOf(req));
    res.once('close', () => admission.connections.free(res));
    await streams.open({ ...follow, since, caller: callerOf(req), headersOnly: req.method === 'HEAD' }, res);
  }

  async function changes(req: Request, res: Response, follow: Follow, waitSeconds: number): Promise<void> {
    const caller = callerOf(req);
    const address = admission.addressOf(req);
    const answer = await polls.poll({ ...follow, caller, address, waitMs: waitSeconds * 1_000 }, res);
    const etag = formatPosition(answer.position);
    // Who brings nothing is answered of public stories only, so anybody may have the same answer.
    const cache = hasNews(answer) ? CACHED_NEWS : CACHED_SILENCE;
    res.vary('Authorization').set({
      'Cache-Control': caller.kind === 'anonymous' ? cache : 'private, no-store',
      'Content-Type': 'application/json; charset=utf-8',
      ETag: `"${etag}"`,
      // Asked before this instance began to stop, perhaps: the next one is for another instance.
      ...(admission.isShut ? { Connection: 'close' } : {}),
    });
    if (holdsEtag(req, etag)) res.status(304).end();
    else res.end(catchUpBytes(answer));
  }

  router
    .route('/v1/stories/:slug/stream')
    .get((req, res) => {
      const { slug } = parseInput(storyParams, req.params);
      const query = parseInput(streamQuery, withoutToken(req), 'query');
      return stream(req, res, { slug, ...query });
    })
    .all(onlyGet);
  router
    .route('/v1/stories/:slug/changes')
    .get((req, res) => {
      const { slug } = parseInput(storyParams, req.params);
      const { wait, ...query } = parseInput(changesQuery, withoutToken(req), 'query');
      return changes(req, res, { slug, ...query }, wait);
    })
    .all(onlyGet);
  router
    .route('/v1/breaking/stream')
    .get((req, res) => {
      const query = parseInput(breakingStreamQuery, withoutToken(req), 'query');
      return stream(req, res, { slug: BREAKING_SLUG, edition: 'public', ...query });
    })
    .all(onlyGet);
  router
    .route('/v1/breaking/changes')
    .get((req, res) => {
      const { wait, ...query } = parseInput(breakingChangesQuery, withoutToken(req), 'query');
      return changes(req, res, { slug: BREAKING_SLUG, edition: 'public', ...query }, wait);
    })
    .all(onlyGet);

  return {
    router,
    doors: [streams, polls],
    async close() {
      streams.close();
      polls.close();
    },
  };
}

interface Follow {
  readonly slug: string;
  readonly edition: Edition;
  readonly since?: Position;
  readonly limit?: number;
}

/** `?token=` was the business of `authenticate`. */
function withoutToken(req: Request): unknown {
  const { token: _read, ...query } = req.query;
  return query;
}

/** Where a browser's `EventSource` stood; it wins over the URL, which still says where the page first started. */
function lastEventId(req: Request): Position | undefined {
  const text = req.get('Last-Event-ID');
  if (text === undefined || text === '') return undefined;
  const position = parsePosition(text);
  if (position !== undefined) return position;
  const message = 'must be a position (EPOCH:SEQ or EPOCH:SEQ-THROUGH) as an event’s id gave it';
  throw new Failure('invalid_input', `Last-Event-ID ${message}.`, { errors: [{ field: 'Last-Event-ID', message }] });
}

function onlyGet(req: Request, res: Response): never {
  res.set('Allow', 'GET, HEAD');
  throw new Failure('method_not_allowed', `${req.method} is not possible here; GET is.`);
}
