import type { Cluster, Redis } from 'ioredis';
import type { Announcement, AnnouncementListener, Unsubscribe } from '../story-store.js';
import { keepTrying, type RedisLink, subscriberClient } from './redis-link.js';
import type { RedisTarget } from './redis-url.js';

export type AnnouncementReader = (message: string) => Announcement | undefined;

interface Channel {
  readonly read: AnnouncementReader;
  readonly listeners: Set<Listener>;
  readonly acknowledged: Promise<void>;
}

/** An object of its own for each, so that one function may listen twice. */
interface Listener {
  readonly hear: AnnouncementListener;
}

/**
 * Who listens to which channel: one subscription per channel in Redis, however many listen here. Broken links are
 * made anew and their channels subscribed again without anyone asking; what was said meanwhile is lost.
 */
export class Subscriptions {
  readonly #door: SubscriptionDoor;
  readonly #link: RedisLink;
  readonly #channels = new Map<string, Channel>();

  constructor(link: RedisLink, target: RedisTarget) {
    this.#link = link;
    // Read once, for all listeners.
    const hear = (name: string, message: string): void => {
      const channel = this.#channels.get(name);
      const announcement = channel?.read(message);
      if (channel === undefined || announcement === undefined) return;
      for (const listener of channel.listeners) listener.hear(announcement);
    };
    this.#door = openDoor(link, target, hear);
  }

  /** Resolves once Redis has acknowledged the subscription. Rejects with `store_unavailable`. */
  async add(name: string, read: AnnouncementReader, hear: AnnouncementListener): Promise<Unsubscribe> {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { read, listeners: new Set(), acknowledged: this.#link.run(() => this.#door.subscribe(name)) };
      this.#channels.set(name, channel);
    }
    const listener = { hear };
    channel.listeners.add(listener);
    const remove = (): void => this.#remove(name, channel, listener);
    try {
      await channel.acknowledged;
    } catch (error) {
      remove();
      throw error;
    }
    return remove;
  }

  close(): void {
    this.#channels.clear();
    this.#door.close();
  }

  #remove(name: string, channel: Channel, listener: Listener): void {
    channel.listeners.delete(listener);
    if (channel.listeners.size > 0 || this.#channels.get(name) !== channel) return;
    this.#channels.delete(name);
    // Not heard any more is what matters; that Redis knows it too only saves it work.
    this.#door.unsubscribe(name).catch(() => undefined);
  }
}

interface SubscriptionDoor {
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  close(): void;
}

type Hear = (channel: string, message: string) => void;

function openDoor(link: RedisLink, target: RedisTarget, hear: Hear): SubscriptionDoor {
  if (link.cluster !== undefined) return shardedDoor(link.cluster, hear);
  if (target.kind === 'cluster') throw new Error('a cluster has a cluster client');
  return plainDoor(subscriberClient(target), hear);
}

const PING_EVERY_MS = 5_000;

/**
 * The channels are subscribed again from here rather than by ioredis, which leaves a refusal (a channel that Redis
 * no longer grants us) as an unhandled rejection and so ends the process. Refused ones are asked for again with the
 * next ping; until then the feeds' head checks find what was not heard.
 */
function plainDoor(client: Redis, hear: Hear): SubscriptionDoor {
  const wanted = new Set<string>();
  let isComplete = true;
  let isClosed = false;
  const subscribeAgain = (): void => {
    if (wanted.size === 0) return;
    client.subscribe(...wanted).then(
      () => {
        isComplete = true;
      },
      () => {
        isComplete = false;
      },
    );
  };
  client.on('ready', subscribeAgain);
  client.on('message', hear);
  client.on('error', () => undefined);
  keepTrying(client, () => isClosed);
  client.connect().catch(() => undefined);
  // A link on which nothing is ever sent would not notice that the other side has gone.
  const pinging = setInterval(() => {
    if (client.status !== 'ready') return;
    client.ping().catch(() => undefined);
    if (!isComplete) subscribeAgain();
  }, PING_EVERY_MS);
  pinging.unref();
  return {
    subscribe: async (channel) => {
      wanted.add(channel);
      await client.subscribe(channel);
    },
    unsubscribe: async (channel) => {
      wanted.delete(channel);
      await client.unsubscribe(channel);
    },
    close: () => {
      isClosed = true;
      clearInterval(pinging);
      client.disconnect();
    },
  };
}

/** A Cluster's client keeps a link to each master for this, and closes them with itself. */
function shardedDoor(client: Cluster, hear: Hear): SubscriptionDoor {
  client.on('smessage', hear);
  return {
    subscribe: async (channel) => {
      await client.ssubscribe(channel);
    },
    unsubscribe: async (channel) => {
      await client.sunsubscribe(channel);
    },
    close: () => {
      client.off('smessage', hear);
    },
  };
}
