/**
 * How long others may answer for us. It is seconds, because a withdrawn text must be gone from every cache within
 * seconds and nobody purges caches for us; and it is not nothing, because it turns a crowd into one request.
 */

/** Seconds that shared caches keep answers of the API, so that any number of readers are one request a second and edge. */
export const API_SECONDS = 1;
/** Seconds that they keep pages, feeds and what else is made for machines. */
export const PAGE_SECONDS = 2;
/**
 * Seconds that anybody keeps a picture before they ask again whether it is there. What is at its address never changes, so
 * asking costs no bytes; but it may be removed, and this is how long it is then still seen.
 */
export const PICTURE_SECONDS = 3_600;
/** Milliseconds that what was read for one page serves others here, before it is in any cache. */
export const SHARED_READ_MS = 200;
/** Milliseconds within which an instance that did not hear of a change finds it, and answers nobody without it. */
const NOTICED_MS = 5_000;

/** Milliseconds after a change until no cache that does as it is told has an answer from before it. */
export const CACHES_OVER_MS = Math.max(NOTICED_MS + API_SECONDS * 1_000, SHARED_READ_MS + PAGE_SECONDS * 1_000);
