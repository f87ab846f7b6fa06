import { type Edition, type Goaway, LIMITS, type Position } from '@slugline/client/protocol';
import type { Response } from 'express';
import type { Access, Caller } from '../access/access.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Admission } from './admission.js';
import { catchUpEvents, changeEvent } from './catch-up-text.js';
import type { DrainedDoor } from './drain.js';
import { Goaways, TO_POLLING } from './goaway.js';
import { type Room, Rooms } from './rooms.js';
import type { FeedChange, StoryFeeds } from './story-feed.js';

export interface SseParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly admission: Admission;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface StreamRequest {
  readonly caller: Caller;
  readonly slug: string;
  readonly edition: Edition;
  readonly since: Position | undefined;
  readonly limit?: number;
  /** A HEAD request: authorised like any other, and told no more than that. */
  readonly headersOnly: boolean;
}

/** Milliseconds between two comments, which keep proxies from closing a quiet stream and show that it lives. */
const HEARTBEAT = LIMITS.heartbeatSeconds * 1000;
/** Milliseconds that browsers are told to wait before they reconnect: a random time in this range, against herds. */
const RETRY_FROM = 1_000;
const RETRY_TO = 5_000;
/** Bytes of changes that may wait for one reader before its stream is ended. It comes back with its Last-Event-ID. */
const BACKLOG_MOST = 1024 * 1024;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // nginx would hold the events back until its buffer is full.
  'X-Accel-Buffering': 'no',
};

/** One open stream. */
interface Listener extends StreamRequest {
  readonly response: Response;
  /** The last `seq` sent. Meaningful while `isLive`: otherwise a catch-up is on its way. */
  seq: number;
  isLive: boolean;
  /** Bytes that may wait: a catch-up may be larger than all that may wait of changes. */
  most: number;
}

/** The door of server-sent events. One timer for all streams, and one text per event for all who get it. */
export class SseDoor implements DrainedDoor {
  readonly #parts: SseParts;
  readonly #rooms: Rooms<Listener>;
  readonly #goaways = new Goaways<Listener>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parts: SseParts) {
    this.#parts = parts;
    this.#rooms = new Rooms<Listener>(parts, {
      name: 'sse',
      change: (room, change) => this.#send(room, change),
      reset: (room) => this.#reset(room),
      putOut: (_room, { response }) => putOut(response),
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT);
    // A server that could not start, its port being taken, must not be kept alive by a beat for nobody.
    this.#heartbeat.unref();
  }

  /**
   * Answers with a stream that stays open. Into the room first and reading second, like a join.
   *
   * @throws Failure before the first byte; later the stream just ends.
   */
  async open(request: StreamRequest, response: Response): Promise<void> {
    if (response.destroyed) return;
    const { metrics } = this.#parts;
    const listener: Listener = { ...request, response, seq: 0, isLive: false, most: BACKLOG_MOST };
    let room: Room<Listener> | undefined;
    metrics.connections.inc({ transport: 'sse' });
    response.once('close', () => {
      metrics.connections.dec({ transport: 'sse' });
      if (room !== undefined) this.#rooms.leave(room, listener);
    });
    room = await this.#rooms.enter(request.caller, request.slug, request.edition, ({ members }) => {
      if (!response.destroyed) members.set(listener, request.caller);
    });
    if (request.headersOnly) {
      startStream(response);
      response.end();
      return;
    }
    try {
      await this.#bringUpToDate(room, listener, request.since);
      if (this.#parts.admission.isCrowded) {
        metrics.goaways.inc({ reason: 'crowd' });
        writeGoaway(response, TO_POLLING);
      }
    } catch (error) {
      this.#rooms.leave(room, listener);
      throw error;
    }
  }

  get size(): number {
    return [...this.#listeners()].length;
  }

  /** Browsers' `EventSource` does not know what it is told and comes back when its stream ends, so it soon does. */
  sendAway(share: number, withinMs: number): void {
    for (const { response } of this.#goaways.late(this.#listeners(), withinMs)) putOut(response);
    const chosen = this.#goaways.choose(this.#listeners(), share, withinMs);
    for (const { response } of chosen) writeGoaway(response, { reconnectWithinMs: withinMs });
    this.#parts.metrics.goaways.inc({ reason: 'drain' }, chosen.length);
  }

  /** Ends all streams: their readers come back, to another instance, with the last id they saw. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const { response } of this.#listeners()) response.end();
    this.#rooms.close();
  }

  *#listeners(): Iterable<Listener> {
    for (const room of this.#rooms) yield* room.members.keys();
  }

  /** Catches up until there is nothing between what was sent and what the feed delivers next. */
  async #bringUpToDate(room: Room<Listener>, listener: Listener, since: Position | undefined): Promise<void> {
    const { response, caller, limit } = listener;
    let from = since;
    for (;;) {
      const answer = await this.#rooms.catchUp(room, caller, from, limit);
      if (response.destroyed || response.writableEnded) return;
      if (!response.headersSent) startStream(response);
      const text = catchUpEvents(answer, from?.seq ?? 0);
      listener.most = BACKLOG_MOST + Buffer.byteLength(text);
      if (text !== '') this.#write(room, listener, text);
      from = answer.position;
      listener.seq = from.seq;
      const { position } = room.feed;
      if (position.epoch === from.epoch && position.seq <= from.seq) break;
    }
    listener.isLive = true;
  }

  #send(room: Room<Listener>, change: FeedChange): void {
    const event = Buffer.from(changeEvent(change));
    let sent = 0;
    for (const listener of room.members.keys()) {
      // Held already when a read for the catch-up was ahead of the feed.
      if (!listener.isLive || change.seq <= listener.seq) continue;
      listener.seq = change.seq;
      this.#write(room, listener, event);
      sent += 1;
    }
    if (sent > 0) this.#parts.metrics.deliveries.inc({ transport: 'sse' }, sent);
  }

  #reset(room: Room<Listener>): void {
    this.#parts.metrics.resets.inc({ door: 'sse' }, room.members.size);
    for (const listener of room.members.keys()) {
      // Without it, a catch-up is under way, and will find that the feed has another epoch.
      if (!listener.isLive) continue;
      listener.isLive = false;
      this.#bringUpToDate(room, listener, undefined).catch((error: unknown) => {
        this.#parts.logger.warn({ err: error, slug: room.slug }, 'a stream could not be reset and was ended');
        listener.response.destroy();
      });
    }
  }

  #beat(): void {
    for (const room of this.#rooms) {
      for (const listener of room.members.keys()) {
        if (listener.response.headersSent) this.#write(room, listener, ':\n\n');
      }
    }
  }

  #write(room: Room<Listener>, listener: Listener, text: string | Buffer): void {
    const { response } = listener;
    if (response.writableLength === 0 && listener.isLive) listener.most = BACKLOG_MOST;
    response.write(text);
    if (response.writableLength <= listener.most) return;
    this.#parts.metrics.slowReaders.inc({ door: 'sse', outcome: 'closed' });
    // Its end is told a moment later; nothing more is to be tried until then.
    this.#rooms.leave(room, listener);
    response.destroy();
  }
}

/** Who reads nothing would keep the connection, and what waits in it, for as long as they like. */
function putOut(response: Response): void {
  if (response.writableLength > 0) response.destroy();
  else response.end();
}

function startStream(response: Response): void {
  response.writeHead(200, HEADERS);
  const retry = Math.round(RETRY_FROM + Math.random() * (RETRY_TO - RETRY_FROM));
  response.write(`retry: ${retry}\n\n`);
}

/** An event without an id: it is no part of the story. */
function writeGoaway(response: Response, goaway: Goaway): void {
  if (response.headersSent) response.write(`event: goaway\ndata: ${JSON.stringify(goaway)}\n\n`);
}
