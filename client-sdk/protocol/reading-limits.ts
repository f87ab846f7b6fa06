/**
 * The bounds that readers' programs work with, each by itself: a page that is to be small carries these and not the
 * whole of `LIMITS`.
 */

/** Entries of a page: what a reader gets unasked, and the most it may ask for. */
export const PAGE_DEFAULT = 30;
export const PAGE_MOST = 200;

/** Seconds after which the server gives a sign of life on a link that has nothing else to carry. */
export const HEARTBEAT_SECONDS = 15;
/** Seconds without such a sign after which either side takes a link for dead: it shows no error by itself. */
export const SILENCE_SECONDS = 25;

/** Entries that `@breaking` shows. */
export const BREAKING_MOST = 50;
