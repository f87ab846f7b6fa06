import type { DeskEntry } from './entry.js';
import type { DeskStory } from './story.js';

/**
 * The one registry of errors, for HTTP (problem+json `code`), socket acks and the SDK alike. Codes are stable:
 * clients branch on them, never on a message. PROTOCOL.md prints this table and a test keeps the two equal.
 */
export interface ErrorDefinition {
  readonly status: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** One line for people; the answer's `detail` tells the particular case. */
  readonly meaning: string;
}

export const ERRORS = {
  invalid_json: { status: 400, retryable: false, meaning: 'The body is not valid JSON.' },
  invalid_xml: {
    status: 400,
    retryable: false,
    meaning: 'The body is not well-formed XML in UTF-8, or has a document type, or is nested too deep.',
  },
  invalid_input: {
    status: 400,
    retryable: false,
    meaning: 'A field, parameter or header is not of the allowed form; `errors` names each with what is allowed.',
  },
  invalid_picture: {
    status: 400,
    retryable: false,
    meaning: 'The body begins like a picture and is not a whole one, or cannot be decoded.',
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    meaning: 'This door needs a key or token, and none that is known and in force was brought.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    meaning: 'The key or token is known, but its role or stories do not reach this far.',
  },
  csrf_mismatch: {
    status: 403,
    retryable: false,
    meaning: 'A command of a session must have its CSRF token in `X-CSRF-Token`, and this one has not.',
  },
  no_member: {
    status: 403,
    retryable: false,
    meaning: 'The key belongs to no member, so there is nobody to sign in with it.',
  },
  story_restricted: {
    status: 403,
    retryable: false,
    meaning: 'The desk of this story is restricted to named members and admins.',
  },
  origin_forbidden: { status: 403, retryable: false, meaning: 'The page’s origin is not among the allowed origins.' },
  route_not_found: { status: 404, retryable: false, meaning: 'There is nothing at this path.' },
  story_not_found: {
    status: 404,
    retryable: false,
    meaning: 'There is no story of this slug, or not for this reader.',
  },
  entry_not_found: { status: 404, retryable: false, meaning: 'The story has no entry of this id.' },
  revision_not_found: { status: 404, retryable: false, meaning: 'The entry has no revision of this version.' },
  key_not_found: { status: 404, retryable: false, meaning: 'There is no API key of this id.' },
  member_not_found: { status: 404, retryable: false, meaning: 'There is no member of this id.' },
  webhook_not_found: { status: 404, retryable: false, meaning: 'There is no webhook of this id.' },
  delivery_not_found: { status: 404, retryable: false, meaning: 'The webhook has no dead letter of this id.' },
  picture_not_found: { status: 404, retryable: false, meaning: 'There is no picture of this digest and name.' },
  method_not_allowed: {
    status: 405,
    retryable: false,
    meaning: 'The path exists, but not with this method; `Allow` lists those it has.',
  },
  request_timeout: {
    status: 408,
    retryable: true,
    meaning: 'The request did not arrive whole in the time that one may take.',
  },
  story_exists: { status: 409, retryable: false, meaning: 'A story of this slug exists already.' },
  story_ended: {
    status: 409,
    retryable: false,
    meaning: 'The story has ended: set its status to live before publishing to it.',
  },
  version_conflict: {
    status: 409,
    retryable: false,
    meaning: 'The object moved on since the version that was expected; `currentVersion` tells where it is.',
  },
  entry_not_usable: {
    status: 409,
    retryable: false,
    meaning: 'The entry is withheld or canceled and cannot be changed this way.',
  },
  entry_not_withheld: { status: 409, retryable: false, meaning: 'Only a withheld entry can be released.' },
  entry_not_withdrawn: {
    status: 409,
    retryable: false,
    meaning: 'The entry is not withdrawn, so there is no recall to report on.',
  },
  entry_published: {
    status: 409,
    retryable: false,
    meaning: 'The entry is published: it can be corrected or withdrawn, and does not go back.',
  },
  entry_not_published: {
    status: 409,
    retryable: false,
    meaning: 'The entry is not published, and only what is can be treated so.',
  },
  embargoed: {
    status: 409,
    retryable: true,
    meaning: 'The entry is under embargo and cannot be published before that ends, or is lifted by an edit.',
  },
  second_person_required: {
    status: 409,
    retryable: false,
    meaning: 'Breaking news goes out by somebody else than who wrote it or edited it last.',
  },
  item_embargoed: {
    status: 409,
    retryable: true,
    meaning:
      'The entry is published, and this version of the item is under embargo: send it again when that has ended.',
  },
  too_many_pins: {
    status: 409,
    retryable: false,
    meaning: 'The story has as many pinned entries as it may: unpin one first.',
  },
  last_admin_key: {
    status: 409,
    retryable: false,
    meaning: 'The last admin key cannot be revoked: create another one first.',
  },
  too_many_keys: {
    status: 409,
    retryable: false,
    meaning: 'As many API keys are in force as may be: revoke one first.',
  },
  too_many_webhooks: {
    status: 409,
    retryable: false,
    meaning: 'There are as many webhooks as may be: remove one first.',
  },
  too_many_members: { status: 409, retryable: false, meaning: 'There are as many members as there may be.' },
  member_suspended: {
    status: 409,
    retryable: false,
    meaning: 'The member is suspended: set their status to active first.',
  },
  picture_removed: {
    status: 409,
    retryable: false,
    meaning: 'This picture was removed here for good, and is not taken in again.',
  },
  picture_gone: { status: 410, retryable: false, meaning: 'The picture was removed for good.' },
  body_too_large: { status: 413, retryable: false, meaning: 'The request body is larger than 256 KiB.' },
  entry_too_large: {
    status: 413,
    retryable: false,
    meaning: 'The entry is larger than 120 KiB as JSON, or the header larger than 128 KiB.',
  },
  picture_too_large: {
    status: 413,
    retryable: false,
    meaning: 'The picture has more bytes, or more pixels, than this server takes.',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    meaning: 'The body must be `application/json`, or what else the route takes.',
  },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    meaning: 'The Idempotency-Key was used before for another command.',
  },
  headers_too_large: {
    status: 431,
    retryable: false,
    meaning: 'The request line and headers are larger than 16 KiB together.',
  },
  too_many_joins: {
    status: 429,
    retryable: false,
    meaning: 'The socket follows as many stories as one socket may: leave one first.',
  },
  too_many_requests: {
    status: 429,
    retryable: true,
    meaning: 'More requests than the limit allows; `Retry-After` says when to come back.',
  },
  internal: {
    status: 500,
    retryable: true,
    meaning: 'The server failed in a way it did not foresee; the request id finds it in the logs.',
  },
  format_not_supported: {
    status: 501,
    retryable: false,
    meaning: 'The answer is not to be had in the format that was asked for.',
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    meaning:
      'The store cannot be reached or written. The command may or may not have taken effect: retry with the same Idempotency-Key.',
  },
  too_many_connections: {
    status: 503,
    retryable: true,
    meaning: 'As many readers are connected as this instance, or this address, may have: poll, or come back later.',
  },
  shutting_down: { status: 503, retryable: true, meaning: 'This instance is stopping: another one will answer.' },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

/** Whether a text from outside is one of the codes known to this version. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** One thing that was wrong with a request. */
export interface FieldError {
  /** Path of the field (`sources.0.role`), `?name` for a query parameter, or a header's name. */
  readonly field: string;
  /** What was wrong and what is allowed, in one sentence. */
  readonly message: string;
}

/** What a server may limit in a minute, by whom it counts. */
export type RateLimitName =
  | 'commands_per_key'
  | 'commands_per_story'
  | 'requests_per_address'
  | 'auth_failures_per_address'
  | 'subscriptions_per_address';

/** The body of every HTTP error: RFC 9457 problem details with the registry's `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
  readonly currentVersion?: number;
  /** The object as the desk has it now (`version_conflict` upon an `If-Match`), to be shown beside what was refused. */
  readonly current?: DeskEntry | DeskStory;
  /** Which limit was used up (`too_many_requests`). */
  readonly limit?: RateLimitName;
}

/** The error of a socket ack. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** Which limit was used up (`too_many_requests`). */
  readonly limit?: RateLimitName;
  /** Milliseconds after which another try makes sense: what `Retry-After` is to HTTP. */
  readonly retryAfterMs?: number;
}
