import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import { limiterOf } from '../../limits/consume.js';
import { type RateLimiters, WINDOW_MS } from '../../limits/rate-limiter.js';
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './stream-keys.js';

const DURATION = WINDOW_MS / 1_000;
/**
 * Milliseconds after which an instance counts by itself. Above what a busy Redis takes; a command must not stand and
 * wait for the one node of a Cluster that is away and has only its count.
 */
const ANSWER_WITHIN_MS = 500;

/**
 * Limiters that all instances on one Redis share. One key for each subject, so any node of a Cluster may hold it.
 * They use the store's link but not its patience: where the link is down an instance counts by itself at once, and a
 * count must not be repeated like a read.
 */
export function redisLimiters(link: RedisLink, keys: RedisKeys): RateLimiters {
  const kept = (name: string, most: number) => ({
    storeClient: link.client,
    rejectIfRedisNotReady: true,
    keyPrefix: keys.limiter(name),
    points: most,
    duration: DURATION,
  });
  return {
    limiter: (name, most) =>
      limiterOf(
        new RLWrapperTimeouts({
          // Who is over the limit is refused from memory until the window ends: refusals cost Redis nothing.
          limiter: new RateLimiterRedis({ ...kept(name, most), inMemoryBlockOnConsumed: most + 1 }),
          timeoutMs: ANSWER_WITHIN_MS,
          insuranceLimiter: new RateLimiterMemory({ points: most, duration: DURATION }),
        }),
        most,
      ),
    shared: (name, most) => limiterOf(new RateLimiterRedis(kept(name, most)), most),
  };
}
