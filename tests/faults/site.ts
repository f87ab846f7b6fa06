import { type Instance, type InstanceOptions, startInstance } from '../helpers/instance.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { addressOf, type TcpProxy, tcpProxy } from '../helpers/tcp-proxy.js';

/** Instances on one Redis, and the balancer in front of them. */
export interface Site {
  readonly redis: RedisServer;
  /** In the order of their places; a place may be taken by another process later on. */
  readonly instances: Instance[];
  /** Addresses of all places, whoever is alive: desks find out by trying. */
  readonly urls: () => readonly string[];
  /** Starts an instance in a place, in addition to or instead of the one that is there. */
  start(place: number, env?: InstanceOptions['env']): Promise<Instance>;
  /**
   * A reader's own way to the site: each new link leads to the next place that is in service, never to the one that
   * the last link led to while there is another.
   */
  way(first: number): Promise<Way>;
  /** Places that new links lead to: all from the beginning. */
  readonly inService: Set<number>;
}

export interface Way {
  readonly proxy: TcpProxy;
  /** Where the newest link leads. */
  readonly place: number;
  /** When it was made, by `performance.now()`. */
  readonly linkedAt: number;
  /** Resolves when the next link is made. Asked again before that, the earlier one never resolves. */
  nextLink(): Promise<void>;
}

/**
 * Starts a site for one test. Instances find Redis under `redisUrl(place)` where it is given.
 *
 * @param given the Redis to use; absent: one of its own, which keeps nothing.
 */
export async function startSite(
  places: number,
  redisUrl?: (place: number, redis: RedisServer) => Promise<string>,
  given?: RedisServer,
): Promise<Site> {
  const redis = given ?? (await redisForTest());
  const instances: Instance[] = [];
  const inService = new Set<number>();

  async function start(place: number, env: InstanceOptions['env'] = {}): Promise<Instance> {
    const REDIS_URL = (await redisUrl?.(place, redis)) ?? redis.url;
    const instance = await startInstance({ env: { REDIS_URL, ...env } });
    instances[place] = instance;
    inService.add(place);
    return instance;
  }

  await Promise.all(Array.from({ length: places }, (_, place) => start(place)));

  async function way(first: number): Promise<Way> {
    let place = (first + places - 1) % places;
    let linkedAt = 0;
    let linked = (): void => undefined;
    const addressIn = (at: number) => addressOf(instances[at]?.url ?? '');
    const proxy = await tcpProxy(addressIn(first % places));
    proxy.onLink = () => {
      for (let step = 1; step <= places; step += 1) {
        const next = (place + step) % places;
        if (!inService.has(next)) continue;
        place = next;
        break;
      }
      proxy.target = addressIn(place);
      linkedAt = performance.now();
      linked();
    };
    return {
      proxy,
      get place() {
        return place;
      },
      get linkedAt() {
        return linkedAt;
      },
      nextLink: () =>
        new Promise((resolve) => {
          linked = resolve;
        }),
    };
  }

  return { redis, instances, urls: () => instances.map(({ url }) => url), start, way, inService };
}
