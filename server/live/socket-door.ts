import { LIMITS, type Position } from '@slugline/client/protocol';
import type { Access } from '../access/access.js';
import { Failure, isFailure, toWireError } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { Reach } from '../reach/reach.js';
import type { NoticeBoard } from '../store/notice-board.js';
import { Behind, type PushDoor, type Sent } from './behind.js';
import { catchUpText, netChanges } from './catch-up-text.js';
import { DeskPresence } from './desk-presence.js';
import { EncodedAnswer } from './encoded-answer.js';
import { eventFrame, type Frame, fanOut } from './fan-out.js';
import { forgetRoom, join, leave, leaveAll } from './join.js';
import type { Reader } from './reader.js';
import { type Room, Rooms } from './rooms.js';
import { Sample } from './sample.js';
import { type SlowReaderLimits, SlowReaders } from './slow-readers.js';
import type { FeedChange, StoryFeeds } from './story-feed.js';

export interface SocketDoorParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly limits: Limits;
  readonly slowReaders: SlowReaderLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly reach: Reach;
  readonly board: NoticeBoard;
  readonly now: () => number;
}

/** What sockets follow: joins answered, changes fanned out, and those who are behind brought up to date. */
export class SocketDoor {
  readonly #parts: SocketDoorParts;
  readonly #rooms: Rooms<Reader>;
  readonly #slow: SlowReaders<Reader>;
  readonly #behind: Behind<Reader, Frame>;
  readonly #presence: DeskPresence;
  readonly #sample: Sample;

  constructor(parts: SocketDoorParts) {
    this.#parts = parts;
    const door: PushDoor<Reader, Frame> = {
      name: 'socket',
      change: (room, change) => this.#change(room, change),
      reset: (room) => this.#reset(room),
      putOut: (room, reader) => {
        // Joining again will tell the reader why.
        forgetRoom(room, reader);
        reader.push(resetFrame(room));
      },
      left: (room, reader) => this.#sample.left(room, reader),
      backlog: (reader) => reader.backlog,
      cutOff: (reader) => this.#cutOff(reader),
      hold: (reader) => reader.hold(),
      release: (reader) => reader.release(),
      isAsking: (reader) => reader.joining > 0,
      // A reader is only told to join again, so the page may be any.
      limitOf: () => undefined,
      *encode(room, answer, since) {
        for (const { json, ...leadsTo } of netChanges(answer, since)) {
          yield { encoded: changeFrame(room, { json }), leadsTo, changes: 1 };
        }
      },
      write: (reader, { encoded }) => reader.push(encoded),
      startOver: (room, reader) => reader.push(resetFrame(room)),
      delivered: (reader, changes) => parts.metrics.deliveries.inc({ transport: reader.transport }, changes),
    };
    const { slowReaders, logger, metrics, reach, board, now } = parts;
    const rooms = new Rooms<Reader>(parts, door);
    this.#rooms = rooms;
    reach.door('socket', () => rooms.readers());
    this.#presence = new DeskPresence({ rooms, board, now, logger });
    this.#slow = new SlowReaders<Reader>(door, slowReaders, metrics);
    this.#behind = new Behind<Reader, Frame>({ door, rooms, slow: this.#slow, logger, metrics });
    this.#sample = new Sample({ reach, behind: this.#behind });
  }

  /** Answers a join, whatever was sent as one. */
  async join(reader: Reader, request: unknown, ack: (answer: unknown) => void): Promise<void> {
    const { access, limits, metrics } = this.#parts;
    reader.joining += 1;
    try {
      if (reader.joining > LIMITS.joinsPerSocket) {
        if (!this.#slow.hasRoom(reader)) return this.#cutOffAsker(reader);
        throw new Failure('too_many_joins');
      }
      limits.request(reader.address);
      const parts = { rooms: this.#rooms, behind: this.#behind, slow: this.#slow, access };
      await join(parts, reader, request, ({ room, catchUp }) => {
        const sampled = this.#sample.take(room, reader, catchUp.position) ? '"sampled":true,' : '';
        const text = `{"ok":true,"audience":${room.members.size},${sampled}${catchUpText(catchUp).slice(1)}`;
        reader.expect(text.length);
        ack(new EncodedAnswer(text));
        metrics.joins.inc({ result: catchUp.reset ? 'reset' : 'resumed' });
        this.#presence.joined(reader, room);
      });
    } catch (error) {
      await this.#slow.room(reader);
      ack({ ok: false, error: refusal(error, this.#parts).data });
      metrics.joins.inc({ result: 'refused' });
    } finally {
      reader.joining -= 1;
    }
  }

  leave(reader: Reader, request: unknown): void {
    leave(this.#rooms, reader, request);
  }

  /** Takes what a reader has applied. Answers nothing. */
  seen(reader: Reader, request: unknown): void {
    this.#sample.seen(reader, request);
  }

  /** Takes who edits what. Answers nothing: what cannot be read, or is too much, does nothing. */
  editing(reader: Reader, request: unknown): void {
    try {
      this.#parts.limits.request(reader.address);
    } catch (error) {
      refusal(error, this.#parts);
      return;
    }
    this.#presence.editing(reader, request);
  }

  /** The reader's connection is over. */
  forget(reader: Reader): void {
    this.#presence.forget(reader);
    this.#behind.forget(reader);
    leaveAll(this.#rooms, reader);
  }

  close(): void {
    this.#presence.close();
    this.#rooms.close();
  }

  #change(room: Room<Reader>, change: FeedChange): void {
    const { sent, behind } = fanOut(room.members.keys(), changeFrame(room, change));
    const { deliveries } = this.#parts.metrics;
    if (sent.websocket > 0) deliveries.inc({ transport: 'websocket' }, sent.websocket);
    if (sent.polling > 0) deliveries.inc({ transport: 'polling' }, sent.polling);
    if (room.edition === 'public') {
      const handed = sent.websocket + sent.polling;
      const asked = this.#sample.ask(room);
      this.#parts.reach.handed(room.slug, change.object, 'socket', { there: room.members.size, handed, asked });
    }
    for (const reader of behind) this.#fall(reader, room, change.follows);
  }

  #reset(room: Room<Reader>): void {
    const { sent, behind } = fanOut(room.members.keys(), resetFrame(room));
    this.#parts.metrics.resets.inc({ door: 'socket' }, sent.websocket + sent.polling);
    // Those who were behind before are told by what they are sent next: their position is of the past.
    for (const reader of behind) this.#fall(reader, room, undefined);
  }

  /** @param position up to where the reader was sent this room. It was sent all of the others. */
  #fall(reader: Reader, room: Room<Reader>, position: Position | undefined): void {
    if (this.#behind.has(reader)) return;
    const sent: Sent<Reader> = new Map();
    for (const followed of reader.rooms) sent.set(followed, followed === room ? position : followed.feed.told);
    this.#behind.fall(reader, sent);
  }

  /** Its end is told a moment later; nothing more is to be tried until then. */
  #cutOff(reader: Reader): void {
    reader.terminate();
    this.forget(reader);
  }

  /** For a reader who asks and does not listen: refusals are short, but must not pile up without end either. */
  #cutOffAsker(reader: Reader): void {
    // What had arrived before it was cut off is still read.
    if (reader.link?.destroyed !== true) this.#slow.disconnect(reader);
  }
}

/** An error in the form in which Socket.IO's middleware and acknowledgements take it. */
export function refusal(
  error: unknown,
  { logger, metrics }: Pick<SocketDoorParts, 'logger' | 'metrics'>,
): Error & { data: ReturnType<typeof toWireError> } {
  if (!isFailure(error)) logger.error({ err: error }, 'a socket request failed');
  const data = toWireError(error);
  metrics.rejections.inc({ code: data.code });
  return Object.assign(new Error(data.message), { data });
}

function changeFrame({ slug }: Room<Reader>, { json }: Pick<FeedChange, 'json'>): Frame {
  return eventFrame('story:change', JSON.stringify(slug), json);
}

function resetFrame({ slug }: Room<Reader>): Frame {
  return eventFrame('story:reset', JSON.stringify(slug));
}
