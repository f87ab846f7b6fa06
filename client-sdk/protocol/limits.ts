import { BREAKING_MOST, HEARTBEAT_SECONDS, PAGE_DEFAULT, PAGE_MOST, SILENCE_SECONDS } from './reading-limits.js';
import { SLUG_MOST } from './slug.js';

/** Every bound of the wire in one place, so that a client can check before it sends. */
export const LIMITS = {
  /** Characters. */
  slug: SLUG_MOST,
  headline: 300,
  standfirst: 1_000,
  kicker: 80,
  name: 200,
  url: 2_048,
  tag: 64,
  notice: 1_000,
  correctionText: 2_000,
  edNote: 4_000,
  keyPoint: 500,
  caption: 1_000,
  altText: 1_000,
  blockText: 20_000,
  /** Of `bodyMarkdown` or `bodyHtml`: more than an entry can hold as blocks. */
  bodySource: 100_000,
  idempotencyKey: 255,
  /** Counts. */
  blocks: 200,
  spans: 500,
  listItems: 200,
  bylines: 20,
  sources: 20,
  relations: 20,
  tags: 32,
  keyPoints: 20,
  pinned: 10,
  corrections: 50,
  renditions: 12,
  /** Bytes of an entry in its desk form as JSON: one above it is refused (`entry_too_large`). */
  entryBytes: 120 * 1024,
  /** Bytes of any object as JSON: a header above it is refused, and an entry may grow so far by being withdrawn. */
  objectBytes: 128 * 1024,
  /** Bytes of an HTTP request body (`body_too_large`). */
  requestBytes: 256 * 1024,
  /** Levels of objects and lists within each other in a request body or a reader's message. */
  nesting: 16,
  /** Bytes of one Socket.IO message from a reader. */
  socketMessageBytes: 16 * 1024,
  pageDefault: PAGE_DEFAULT,
  pageMax: PAGE_MOST,
  /** A catch-up with more changed objects than this becomes a reset. */
  netChanges: 500,
  /** Seconds that `wait` may ask a long poll to stay open. */
  waitSeconds: 25,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  silenceSeconds: SILENCE_SECONDS,
  /** Hours that a command's answer is kept for retries with the same Idempotency-Key. */
  idempotencyHours: 24,
  breaking: BREAKING_MOST,
  /** Stories that one socket may follow at a time. */
  joinsPerSocket: 50,
  /** Seconds after which a socket that follows nothing is closed. */
  idleSeconds: 60,
} as const;
