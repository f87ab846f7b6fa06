import type { DeskEditor } from '@slugline/client/protocol';
import { z } from 'zod';
import { requireRole } from '../access/policy.js';
import type { Logger } from '../logger.js';
import type { NoticeBoard } from '../store/notice-board.js';
import { eventFrame, type Frame, fanOut } from './fan-out.js';
import { editingRequest } from './join-request.js';
import type { Reader } from './reader.js';
import type { Room } from './rooms.js';

export interface PresenceParts {
  /** Of the socket door, whatever the edition. */
  readonly rooms: Iterable<Room<Reader>>;
  readonly board: NoticeBoard;
  /** Milliseconds since 1970, by the store's clock. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Milliseconds between two looks at what other instances tell, and at who of ours is gone. */
const LOOK_EVERY = 1_000;
/** Milliseconds in which what changes here is gathered before all are told: who jumps about is not told at each jump. */
const GATHER = 50;
/** Milliseconds after which a note is put up again though nothing changed, and for which one is believed. */
const REPEAT_EVERY = 4_000;
const KEPT = 10_000;
/** Sockets of this instance that may say that they edit; one more is not heard. */
const EDITING_MOST = 500;
/** Editors of one story that are told of, the first ones. */
const TOLD_MOST = 100;
const TOPIC = 'editing';

/** Who edits, by story. */
type Editors = Readonly<Record<string, readonly DeskEditor[]>>;

const note: z.ZodType<Editors> = z.record(
  z.string(),
  z.array(
    z.object({
      memberId: z.string().exactOptional(),
      name: z.string(),
      entryId: z.string(),
      since: z.string(),
    }),
  ),
);

/**
 * Who edits which entry, told to those who follow the story's desk edition by sockets. It says nothing of what may be
 * edited: two who edit the same entry are kept apart by its version. It lives as long as the socket that said it, and
 * what another instance told lives as long as that goes on telling.
 */
export class DeskPresence {
  readonly #parts: PresenceParts;
  /** What each socket edits, by story. */
  readonly #here = new Map<Reader, Map<string, Omit<DeskEditor, 'memberId' | 'name'>>>();
  #elsewhere: readonly Editors[] = [];
  /** What each room was told last; absent: nothing, which says that nobody edits. */
  readonly #told = new WeakMap<Room<Reader>, string>();
  /** Those of each room who could not be told, since too much waits for them. */
  readonly #missed = new WeakMap<Room<Reader>, readonly Reader[]>();
  readonly #looking: NodeJS.Timeout;
  #gathering: NodeJS.Timeout | undefined;
  #posted = '{}';
  #postedAt = 0;
  #isLooking = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY);
    this.#looking.unref();
  }

  /** Takes what a reader says that it edits, whatever that is. */
  editing(reader: Reader, request: unknown): void {
    const { data } = editingRequest.safeParse(request);
    if (data === undefined || deskRoomOf(reader, data.slug) === undefined) return;
    const { slug, entryId } = data;
    const edits = this.#here.get(reader) ?? new Map();
    if (entryId === null) {
      if (!edits.delete(slug)) return;
    } else {
      if (edits.get(slug)?.entryId === entryId) return;
      if (!this.#here.has(reader) && this.#here.size >= EDITING_MOST) return;
      edits.set(slug, { entryId, since: new Date(this.#parts.now()).toISOString() });
      this.#here.set(reader, edits);
    }
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#tell();
      void this.#post();
    }, GATHER);
  }

  /** Tells who is new in a room what the others know. */
  joined(reader: Reader, room: Room<Reader>): void {
    const told = this.#told.get(room);
    if (room.edition === 'desk' && told !== undefined) fanOut([reader], presenceFrame(room.slug, told));
  }

  /** The reader's connection is over. */
  forget(reader: Reader): void {
    if (!this.#here.delete(reader)) return;
    this.#tell();
    void this.#post();
  }

  close(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#gathering);
    this.#here.clear();
    void this.#post();
  }

  /** Once a second while somebody follows a desk edition here, whatever the number of stories. */
  async #look(): Promise<void> {
    const isNeeded = this.#here.size > 0 || this.#posted !== '{}' || this.#deskRooms().next().done !== true;
    if (!isNeeded || this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#forgetThoseWhoLeft();
      await this.#post();
      const { board } = this.#parts;
      const notes = await board.read(TOPIC);
      this.#elsewhere = [...notes].flatMap(([instance, text]) => (instance === board.instance ? [] : readNote(text)));
    } catch (error) {
      this.#parts.logger.debug({ err: error }, 'who edits elsewhere could not be found out');
    } finally {
      this.#isLooking = false;
    }
    this.#tell();
  }

  /** Whoever left the story, or may not read its desk edition any more, does not edit it either. */
  #forgetThoseWhoLeft(): void {
    for (const [reader, edits] of this.#here) {
      for (const slug of edits.keys()) if (deskRoomOf(reader, slug) === undefined) edits.delete(slug);
      if (edits.size === 0) this.#here.delete(reader);
    }
  }

  async #post(): Promise<void> {
    const text = JSON.stringify(this.#editorsHere());
    const isOld = performance.now() - this.#postedAt > REPEAT_EVERY;
    if (text === this.#posted && (text === '{}' || !isOld)) return;
    this.#posted = text;
    this.#postedAt = performance.now();
    await this.#parts.board.put(TOPIC, text, KEPT).catch((error: unknown) => {
      this.#postedAt = 0;
      this.#parts.logger.debug({ err: error }, 'who edits here could not be told');
    });
  }

  #editorsHere(): Editors {
    const editors = new Map<string, DeskEditor[]>();
    for (const [reader, edits] of this.#here) {
      for (const [slug, edit] of edits) {
        const caller = deskRoomOf(reader, slug)?.members.get(reader);
        if (caller === undefined) continue;
        const { name, memberId } = requireRole(caller, 'contributor');
        const who = { ...(memberId !== undefined && { memberId }), name };
        editors.set(slug, [...(editors.get(slug) ?? []), { ...who, ...edit }]);
      }
    }
    return Object.fromEntries(editors);
  }

  #tell(): void {
    const all = [this.#editorsHere(), ...this.#elsewhere];
    for (const room of this.#deskRooms()) {
      const editors = all.flatMap((one) => one[room.slug] ?? []).sort((a, b) => (a.since < b.since ? -1 : 1));
      const text = JSON.stringify(editors.slice(0, TOLD_MOST));
      const isNew = text !== (this.#told.get(room) ?? '[]');
      const missed = this.#missed.get(room) ?? [];
      if (!isNew && missed.length === 0) continue;
      const readers = isNew ? room.members.keys() : missed.filter((reader) => room.members.has(reader));
      const { behind } = fanOut(readers, presenceFrame(room.slug, text));
      this.#told.set(room, text);
      // They are sent what there is then.
      this.#missed.set(room, behind);
    }
  }

  *#deskRooms(): Generator<Room<Reader>, undefined> {
    for (const room of this.#parts.rooms) if (room.edition === 'desk') yield room;
    return undefined;
  }
}

/** The room in which a reader follows the desk edition of a story. Those who are put out of it are not in it. */
function deskRoomOf(reader: Reader, slug: string): Room<Reader> | undefined {
  return reader.rooms.find((room) => room.slug === slug && room.edition === 'desk' && room.members.has(reader));
}

function readNote(text: string): readonly Editors[] {
  try {
    const { data } = note.safeParse(JSON.parse(text));
    return data === undefined ? [] : [data];
  } catch {
    return [];
  }
}

/** @param editors JSON text of a list. */
function presenceFrame(slug: string, editors: string): Frame {
  return eventFrame('desk:presence', JSON.stringify(slug), editors);
}
