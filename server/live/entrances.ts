import type { Reader } from './reader.js';
import type { Room } from './rooms.js';

/** The joins of one reader to one room that are under way at the same time. */
interface Entrance {
  joins: number;
  /** Whether one of them was answered, or the reader was in the room before. */
  stays: boolean;
}

/**
 * A join that fails must not take the reader out of a room in which another join of the same socket was answered:
 * it would wait there for changes that never come. So the last of them decides.
 */
const entrances = new WeakMap<Room<Reader>, Map<Reader, Entrance>>();

export function beginEntrance(room: Room<Reader>, reader: Reader, isNew: boolean): void {
  const ofRoom = entrances.get(room) ?? new Map<Reader, Entrance>();
  entrances.set(room, ofRoom);
  const entrance = ofRoom.get(reader) ?? { joins: 0, stays: !isNew };
  entrance.joins += 1;
  ofRoom.set(reader, entrance);
}

/** Answers whether the reader stays, for now or for good. */
export function endEntrance(room: Room<Reader>, reader: Reader, answered: boolean): boolean {
  const entrance = entrances.get(room)?.get(reader);
  if (entrance === undefined) return answered;
  entrance.joins -= 1;
  entrance.stays ||= answered;
  if (entrance.joins > 0) return true;
  entrances.get(room)?.delete(reader);
  return entrance.stays;
}
