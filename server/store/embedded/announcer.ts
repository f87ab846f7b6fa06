import type { Edition } from '@slugline/client/protocol';
import { changeText } from '../change-text.js';
import type { AnnouncementListener, StoredObject, Unsubscribe } from '../story-store.js';

/** Announcements within this process, which is the only one there is. */
export class Announcer {
  readonly #listeners = new Map<string, Set<{ readonly hear: AnnouncementListener }>>();

  listen(stream: string, edition: Edition, hear: AnnouncementListener): Unsubscribe {
    const topic = topicOf(stream, edition);
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const listener = { hear };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  announce(stream: string, edition: Edition, epoch: string, objects: readonly StoredObject[]): void {
    const listeners = this.#listeners.get(topicOf(stream, edition));
    if (listeners === undefined || objects.length === 0) return;
    const changes = objects.map((object) => ({
      seq: object.seq,
      objectId: object.objectId,
      json: changeText(epoch, object),
    }));
    const announcement = { stream, edition, epoch, changes };
    for (const listener of [...listeners]) guarded(() => listener.hear(announcement));
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Listeners must not throw. One that does is a defect, but not one of the commit that it heard of. */
export function guarded(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function topicOf(stream: string, edition: Edition): string {
  return `${edition} ${stream}`;
}
