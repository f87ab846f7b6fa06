/** How much of a limit a subject has taken in the window that is running. */
export interface Standing {
  /** Points taken in this window by all who count together, the ones just taken included. Once beyond the limit: at least. */
  readonly taken: number;
  /** Milliseconds until the window is over and all points are back. */
  readonly msLeft: number;
}

/**
 * Counts the points that each subject (a key, a story, an address) takes of one limit. Windows are fixed: a subject's
 * window begins with its first point and ends `WINDOW_MS` later, whatever is taken meanwhile.
 *
 * It only counts. Whether too much was taken, and what is said then, is for the caller.
 */
export interface RateLimiter {
  /**
   * MUST count what several instances take at once as if they had taken it one after the other, where they share a
   * store. MUST NOT let one subject's points count for another.
   *
   * @param points a whole number above 0.
   * @param windowMs length of the window, should it begin now.
   */
  take(subject: string, points?: number, windowMs?: number): Promise<Standing>;
}

/** Where limiters are kept: in a store that instances share, or in the memory of the one that there is. */
export interface RateLimiters {
  /**
   * A limiter that is asked each time. MUST answer while the shared store is away too, from what this instance has
   * counted since: never rejects.
   *
   * @param name tells it from others in the same store.
   * @param most points that may be taken in a window; beyond it, counting MAY stop.
   */
  limiter(name: string, most: number): RateLimiter;

  /**
   * A limiter for points that an instance counted by itself and tells now and then. Rejects while the shared store
   * is away: the points stay with their instance. Absent where nothing is shared.
   */
  readonly shared?: (name: string, most: number) => RateLimiter;
}

/** Milliseconds of a window: limits are set per minute. */
export const WINDOW_MS = 60_000;
