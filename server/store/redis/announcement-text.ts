import type { Edition } from '@slugline/client/protocol';
import type { AnnouncedChange, Announcement } from '../story-store.js';

/**
 * Reads what `commit.lua` publishes: the epoch, then seq, object id and change of each change, between NULs, which
 * JSON text never holds. `undefined` for a message that is none of ours.
 */
export function readAnnouncement(stream: string, edition: Edition, message: string): Announcement | undefined {
  const [epoch, ...parts] = message.split('\0');
  if (epoch === undefined || parts.length === 0 || parts.length % 3 !== 0) return undefined;
  const changes: AnnouncedChange[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    const [seq, objectId = '', json = ''] = parts.slice(at, at + 3);
    changes.push({ seq: Number(seq), objectId, json });
  }
  return { stream, edition, epoch, changes };
}
