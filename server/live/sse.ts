import { type Edition, type Goaway, LIMITS, type Position } from '@slugline/client/protocol';
import type { Response } from 'express';
import type { Access, Caller } from '../access/access.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Reach } from '../reach/reach.js';
import type { Admission } from './admission.js';
import { Behind, type PushDoor } from './behind.js';
import { changeEvent, changeEvents, resetEvent, standing } from './catch-up-text.js';
import type { DrainedDoor } from './drain.js';
import { Goaways, TO_POLLING } from './goaway.js';
import { type Room, Rooms } from './rooms.js';
import { type SlowReaderLimits, SlowReaders } from './slow-readers.js';
import type { FeedChange, StoryFeeds } from './story-feed.js';

export interface SseParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly admission: Admission;
  readonly slowReaders: SlowReaderLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly reach: Reach;
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

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // nginx would hold the events back until its buffer is full.
  'X-Accel-Buffering': 'no',
};

/** One open stream. */
interface Listener extends StreamRequest {
  readonly response: Response;
  /** Up to where it was sent the story; absent until it is first sent anything of it. */
  standing: Position | undefined;
  /** Otherwise it is being brought up to date. */
  isLive: boolean;
  /** Bytes that may wait before the reader counts as behind: more while a large start is on its way. */
  most: number;
}

/** The door of server-sent events. One timer for all streams, and one text per event for all who get it. */
export class SseDoor implements DrainedDoor {
  readonly #parts: SseParts;
  readonly #rooms: Rooms<Listener>;
  readonly #behind: Behind<Listener, Buffer>;
  readonly #goaways = new Goaways<Listener>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parts: SseParts) {
    const { slowReaders, metrics, logger } = parts;
    this.#parts = parts;
    const door: PushDoor<Listener, Buffer> = {
      name: 'sse',
      change: (room, change) => this.#send(room, change),
      reset: (room) => this.#reset(room),
      putOut: (_room, listener) => this.#end(listener),
      backlog: ({ response }) => (isOver(response) ? 0 : untaken(response)),
      cutOff: (listener) => {
        this.#behind.forget(listener);
        listener.response.destroy();
      },
      hold: (listener) => {
        listener.isLive = false;
      },
      release: (listener) => {
        listener.isLive = true;
      },
      isAsking: () => false,
      limitOf: ({ limit }) => limit,
      encode: (_room, answer, since) => changeEvents(answer, since),
      write: (listener, { encoded, leadsTo }) => {
        listener.standing = leadsTo;
        listener.response.write(encoded);
      },
      startOver: (_room, listener, answer) => {
        const event = resetEvent(answer);
        listener.standing = answer.position;
        listener.most = slowReaders.bytes + event.length;
        listener.response.write(event);
      },
      delivered: (_listener, changes) => metrics.deliveries.inc({ transport: 'sse' }, changes),
    };
    const rooms = new Rooms<Listener>(parts, door);
    const slow = new SlowReaders<Listener>(door, slowReaders, metrics);
    this.#rooms = rooms;
    parts.reach.door('sse', () => rooms.readers());
    this.#behind = new Behind<Listener, Buffer>({ door, rooms, slow, logger, metrics });
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
    const { admission, metrics, slowReaders } = this.#parts;
    const { caller, slug, edition, since, limit } = request;
    const listener: Listener = { ...request, response, standing: since, isLive: false, most: slowReaders.bytes };
    let room: Room<Listener> | undefined;
    metrics.connections.inc({ transport: 'sse' });
    response.once('close', () => {
      metrics.connections.dec({ transport: 'sse' });
      this.#behind.forget(listener);
      if (room !== undefined) this.#rooms.leave(room, listener);
    });
    room = await this.#rooms.enter(caller, slug, edition, ({ members }) => {
      if (!response.destroyed) members.set(listener, caller);
    });
    if (request.headersOnly) {
      startStream(response);
      response.end();
      return;
    }
    try {
      const answer = await this.#rooms.catchUpByChanges(room, caller, since, limit);
      if (isOver(response)) return;
      if (!room.members.has(listener)) {
        // Put out since the answer was checked: when it comes back it is told why.
        response.destroy();
        return;
      }
      startStream(response);
      this.#behind.start(listener, room, since, answer);
      if (admission.isCrowded) {
        metrics.goaways.inc({ reason: 'crowd' });
        writeGoaway(response, TO_POLLING);
      }
    } catch (error) {
      this.#rooms.leave(room, listener);
      throw error;
    }
  }

  get size(): number {
    let size = 0;
    for (const { members } of this.#rooms) size += members.size;
    return size;
  }

  /** Browsers' `EventSource` does not know what it is told and comes back when its stream ends, so it soon does. */
  sendAway(share: number, withinMs: number): void {
    for (const listener of this.#goaways.late(this.#listeners(), withinMs)) this.#end(listener);
    const chosen = this.#goaways.choose(this.#listeners(), share, withinMs);
    for (const { response } of chosen) writeGoaway(response, { reconnectWithinMs: withinMs });
    this.#parts.metrics.goaways.inc({ reason: 'drain' }, chosen.length);
  }

  /** Ends all streams: their readers come back, to another instance, with the last id they saw. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const listener of this.#listeners()) {
      this.#silence(listener);
      // To a browser an answer that is no stream is the last, a connection that broke is not.
      if (listener.response.headersSent) listener.response.end();
      else listener.response.destroy();
    }
    this.#rooms.close();
  }

  *#listeners(): Iterable<Listener> {
    for (const room of this.#rooms) yield* room.members.keys();
  }

  #send(room: Room<Listener>, change: FeedChange): void {
    const { epoch, seq, through, follows, json } = change;
    const leadsTo = standing(epoch, seq, through);
    const event = Buffer.from(changeEvent({ ...leadsTo, json }));
    let sent = 0;
    for (const listener of room.members.keys()) {
      const { standing: held } = listener;
      if (!listener.isLive || held === undefined) continue;
      if (held.epoch === epoch) {
        // Held already when a read for its start was ahead of the feed.
        if (seq <= held.seq) continue;
      } else if (held.epoch !== follows.epoch || held.seq !== follows.seq) {
        // It was ahead of the feed when the epoch ended: where it stands in the new one, if anywhere, is to be asked.
        this.#behind.start(listener, room, held);
        continue;
      }
      const { response } = listener;
      const waiting = response.writableLength;
      if (waiting > listener.most && untaken(response) > listener.most) {
        this.#behind.fall(listener, new Map([[room, held]]));
        continue;
      }
      if (waiting === 0) listener.most = this.#parts.slowReaders.bytes;
      listener.standing = leadsTo;
      response.write(event);
      sent += 1;
    }
    if (sent > 0) this.#parts.metrics.deliveries.inc({ transport: 'sse' }, sent);
    if (room.edition === 'public') {
      this.#parts.reach.handed(room.slug, change.object, 'sse', { there: room.members.size, handed: sent, asked: 0 });
    }
  }

  #reset(room: Room<Listener>): void {
    let told = 0;
    for (const listener of room.members.keys()) {
      // Of another who is being brought up to date it will show that the feed has another epoch.
      if (!listener.isLive) continue;
      told += 1;
      this.#behind.start(listener, room, undefined);
    }
    this.#parts.metrics.resets.inc({ door: 'sse' }, told);
  }

  /** What waits shows that a stream lives, or else that its reader does not. */
  #beat(): void {
    for (const { response } of this.#listeners()) {
      if (response.headersSent && !isOver(response) && response.writableLength === 0) response.write(':\n\n');
    }
  }

  /** Who reads nothing would keep the connection, and what waits in it, for as long as they like. */
  #end(listener: Listener): void {
    const { response } = listener;
    this.#silence(listener);
    if (response.writableLength > 0) response.destroy();
    // One that has not begun is refused, with the reason, by what it waits for.
    else if (response.headersSent) response.end();
  }

  /** After the end of a stream nothing may be written, though it takes a moment until it leaves its room. */
  #silence(listener: Listener): void {
    listener.isLive = false;
    this.#behind.forget(listener);
  }
}

/** Node holds back what is written within one turn, to send it together: what the link would take is no backlog. */
function untaken(response: Response): number {
  response.socket?.uncork();
  return response.writableLength;
}

function isOver({ destroyed, writableEnded }: Response): boolean {
  return destroyed || writableEnded;
}

function startStream(response: Response): void {
  response.writeHead(200, HEADERS);
  const retry = Math.round(RETRY_FROM + Math.random() * (RETRY_TO - RETRY_FROM));
  response.write(`retry: ${retry}\n\n`);
}

/** An event without an id: it is no part of the story. */
function writeGoaway(response: Response, goaway: Goaway): void {
  if (response.headersSent && !isOver(response)) {
    response.write(`event: goaway\ndata: ${JSON.stringify(goaway)}\n\n`);
  }
}
