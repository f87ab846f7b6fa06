import { LIMITS } from '@slugline/client/protocol';
import type { Access } from '../access/access.js';
import { Failure } from '../errors.js';
import { parseInput } from '../story/requests.js';
import type { Behind } from './behind.js';
import { beginEntrance, endEntrance } from './entrances.js';
import { joinRequest, leaveRequest } from './join-request.js';
import type { Reader } from './reader.js';
import type { Room, Rooms } from './rooms.js';
import type { SlowReaders } from './slow-readers.js';
import type { FeedCatchUp } from './story-feed.js';

export interface JoinParts {
  readonly rooms: Rooms<Reader>;
  readonly behind: Pick<Behind<Reader, unknown>, 'entered' | 'answered'>;
  readonly slow: SlowReaders<Reader>;
  readonly access: Access;
}

/**
 * Lets a reader into a story's room. Into the room first, reading second, answering third: a change that is
 * committed meanwhile comes by one of the two ways, or by both, and never by none.
 *
 * @param answer sends the answer. Called at most once, when the reader's link has room for it.
 * @throws Failure, for the answer.
 */
export async function join(
  { rooms, behind, slow, access }: JoinParts,
  reader: Reader,
  request: unknown,
  answer: (joined: Joined) => void,
): Promise<void> {
  const wanted = parseInput(joinRequest, request);
  const caller = wanted.token === undefined ? reader.caller : await access.authenticate(wanted.token, reader.address);
  const room = await rooms.enter(caller, wanted.slug, wanted.edition, (entered) => {
    const isNew = !entered.members.has(reader);
    if (isNew) admit(rooms, entered, reader);
    entered.members.set(reader, caller);
    if (isNew) behind.entered(reader, entered);
    beginEntrance(entered, reader, isNew);
  });
  let answered = false;
  try {
    while (!answered) {
      const catchUp = await rooms.catchUp(room, caller, wanted.position, wanted.limit);
      if (slow.hasRoom(reader)) {
        answer({ room, catchUp });
        behind.answered(reader, room, catchUp.position);
        answered = true;
      } else {
        // Read again afterwards: an entry of this answer may be withdrawn by then, or the story be hidden.
        await slow.room(reader);
      }
    }
  } finally {
    if (!endEntrance(room, reader, answered)) leaveRoom(rooms, room, reader);
  }
}

export interface Joined {
  readonly room: Room<Reader>;
  readonly catchUp: FeedCatchUp;
}

/** A socket follows one edition of a story at a time: readers are told changes by slug alone. */
function admit(rooms: Rooms<Reader>, room: Room<Reader>, reader: Reader): void {
  // Gone while it waited: nobody would ever take it out again.
  if (!reader.socket.connected) throw new Failure('shutting_down', 'The connection was closed.');
  const other = reader.rooms.find(({ slug }) => slug === room.slug);
  if (other !== undefined) leaveRoom(rooms, other, reader);
  else if (reader.rooms.length >= LIMITS.joinsPerSocket) throw new Failure('too_many_joins');
  reader.rooms = reader.rooms.concat(room);
}

/** Stops following. A request for what is not followed, or in no readable form, does nothing. */
export function leave(rooms: Rooms<Reader>, reader: Reader, request: unknown): void {
  const wanted = leaveRequest.safeParse(request);
  if (!wanted.success) return;
  const { slug, edition } = wanted.data;
  const room = reader.rooms.find((followed) => followed.slug === slug);
  if (room !== undefined && (edition === undefined || edition === room.edition)) leaveRoom(rooms, room, reader);
}

export function leaveAll(rooms: Rooms<Reader>, reader: Reader): void {
  const { rooms: left } = reader;
  reader.rooms = [];
  for (const room of left) rooms.leave(room, reader);
}

function leaveRoom(rooms: Rooms<Reader>, room: Room<Reader>, reader: Reader): void {
  forgetRoom(room, reader);
  rooms.leave(room, reader);
}

/** For a reader that is in the room no more. */
export function forgetRoom(room: Room<Reader>, reader: Reader): void {
  reader.rooms = reader.rooms.filter((followed) => followed !== room);
}
