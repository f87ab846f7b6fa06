import { RateLimiterMemory } from 'rate-limiter-flexible';
import { limiterOf } from './consume.js';
import { type RateLimiters, WINDOW_MS } from './rate-limiter.js';

/**
 * For an instance that is alone on its store. Only for subjects that not everybody can make up (keys, stories): each
 * is held for its minute, however many there are.
 */
export function memoryLimiters(): RateLimiters {
  return {
    limiter: (_name, most) => limiterOf(new RateLimiterMemory({ points: most, duration: WINDOW_MS / 1_000 }), most),
  };
}
