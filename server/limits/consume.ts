import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { type RateLimiter, WINDOW_MS } from './rate-limiter.js';

/**
 * A limiter of the library behind our interface. The library rejects with its result when too much was taken, and
 * with an error when it could not count; for us only the latter is a failure.
 *
 * @param most points that may be taken in a window.
 */
export function limiterOf(counting: RateLimiterAbstract, most: number): RateLimiter {
  const standing = ({ consumedPoints, msBeforeNext }: RateLimiterRes) => ({
    taken: consumedPoints,
    msLeft: Math.max(0, msBeforeNext),
  });
  return {
    async take(subject, points = 1, windowMs = WINDOW_MS) {
      try {
        return standing(await counting.consume(subject, points, { customDuration: Math.floor(windowMs / 1_000) || 1 }));
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        // One that it remembers as used up is told without a count.
        return { ...standing(refused), taken: Math.max(refused.consumedPoints, most + 1) };
      }
    },
  };
}
