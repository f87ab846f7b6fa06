import type { ErrorCode } from '@slugline/client/protocol';
import type { z } from 'zod';
import { keyIdText } from '../access/key-forms.js';
import { pictureDigest, pictureName } from '../pictures/picture-names.js';
import { subscriptionIdText } from '../push/subscription.js';
import { memberIdText, objectId, slug } from '../story/text-schemas.js';
import { deliveryIdText, webhookIdText } from '../webhooks/webhook-forms.js';
import {
  ENTRY_ID,
  KEY_ID,
  MEMBER_ID,
  MESSAGE_ID,
  PICTURE_DIGEST,
  PICTURE_NAME,
  SLUG,
  SUBSCRIPTION_ID,
  WEBHOOK_ID,
} from './examples.js';

/** What one method does at one path: all that there is to say of it to who wants to ask. */
export interface Operation {
  /** Names it in documents and in addresses; never changes. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the router has it: `/v1/stories/:slug`. */
  readonly path: string;
  readonly group: Group;
  /** What it does, in a few words. */
  readonly summary: string;
  /** What else is to be known, in Markdown. */
  readonly about?: string;
  readonly who: Who;
  /** Whether people look at the answer: what is wrong is told by a page too. */
  readonly isPage?: true;
  readonly query?: z.ZodObject;
  readonly headers?: readonly HeaderName[];
  readonly body?: Body;
  /** Those of success; what is usual comes first. */
  readonly answers: readonly [Answer, ...Answer[]];
  /** Beside those that every operation of its kind may have; see `errorsOf`. */
  readonly errors?: readonly ErrorCode[];
  /** Parameters of the example, by name; the address asked for at `url` is under `HOME`. */
  readonly asked?: Readonly<Record<string, string | number | boolean>>;
}

export interface Body {
  /** JSON unless another is named. */
  readonly type?: string;
  /** Absent: a format that others wrote down. */
  readonly schema?: z.ZodType;
  readonly example: object | string;
}

export interface Answer {
  readonly status: 200 | 201 | 204 | 303 | 304;
  readonly text: string;
  /** JSON unless another is named. */
  readonly type?: string;
  /** Of the public edition first, then of the desk's where it differs. Absent: another format than JSON, or no body. */
  readonly schemas?: readonly z.ZodType[];
  readonly example?: object | string;
  readonly headers?: readonly AnswerHeaderName[];
}

/** In the order in which people come to need them. */
export const GROUPS = {
  Reading: 'Snapshots, pages and single entries. All of it is plain GET and can be cached.',
  Following: 'Changes as they happen, from one position that works at every door.',
  'Breaking news': 'All public breaking entries of all stories, read and followed like a story.',
  Publishing: 'What the desk does. A command that was answered with 2xx is durable and on its way to every reader.',
  Pictures: 'Files of pictures, for stories and entries to show.',
  Wires: 'Items of news agencies, as IPTC writes them down, become entries: each once, and in its newest version.',
  Alerts: 'Web Push for readers whose page is closed. A server may send none; it then has none of these.',
  Webhooks: 'Signed messages to other systems about what changes, for admins. What is sent is under `webhooks`.',
  Keys: 'API keys, for admins.',
  'Audit log': 'Who did what, and when, for admins: each record holds the hash of the one before.',
  People: 'Members of the newsroom: who they are, how they sign in, and their personal keys.',
  'Pages and feeds': 'What people see, and what machines read of the same.',
  Operating: 'For whoever runs the server.',
  Documents: 'What this is made of.',
} as const;
export type Group = keyof typeof GROUPS;

/** Who may. Those who bring a credential that is void are refused by all but the doors for probes. */
export const WHO = {
  probe: 'Everybody. No credential is looked at.',
  anyone: 'Everybody.',
  reader: 'Everybody where the story is public; else a key of any role, a session, or a token that names the story.',
  writer: 'Keys and sessions of a contributor, for what they wrote and nobody decided upon, and of an editor or admin.',
  contributor: 'Keys and sessions of a contributor, editor or admin.',
  editor: 'Keys and sessions of an editor or admin.',
  admin: 'Keys and sessions of an admin.',
  member: 'The member of whom it is, by key or session, and admins.',
  session: 'Who is signed in.',
  operator: 'Everybody, unless METRICS_TOKEN is set: then who brings it.',
} as const;
type Who = keyof typeof WHO;

interface Described {
  readonly text: string;
  readonly example: string;
}

/** What stands in a path. */
export const PATH_PARAMETERS: Readonly<Record<string, Described & { readonly schema: z.ZodType }>> = {
  slug: { schema: slug, text: 'The story’s slug.', example: SLUG },
  entryId: { schema: objectId, text: 'The entry’s id.', example: ENTRY_ID },
  keyId: { schema: keyIdText, text: 'The key’s id.', example: KEY_ID },
  webhookId: { schema: webhookIdText, text: 'The webhook’s id.', example: WEBHOOK_ID },
  deliveryId: { schema: deliveryIdText, text: 'The `webhook-id` of the message.', example: MESSAGE_ID },
  memberId: { schema: memberIdText, text: 'The member’s id.', example: MEMBER_ID },
  digest: { schema: pictureDigest, text: 'Of what the picture holds.', example: PICTURE_DIGEST },
  name: { schema: pictureName, text: 'Of one of its files.', example: PICTURE_NAME },
  subscriptionId: { schema: subscriptionIdText, text: 'The subscription’s id.', example: SUBSCRIPTION_ID },
};

export const HEADERS = {
  'Idempotency-Key': {
    text: 'Makes a retry safe: the same key with the same command takes effect once, and is answered as the first time. At most 255 visible ASCII characters.',
    example: '2026-03-01/desk-2/17',
  },
  'If-Match': {
    text: 'The version that the command builds upon, in quotes. Where the object moved on, nothing is done.',
    example: '"1"',
  },
  'If-None-Match': { text: 'The ETag that the asker holds.', example: '"mB4xQ2c9:2"' },
  'Last-Event-ID': {
    text: 'The position of the asker, as browsers send it; it wins over `since`.',
    example: 'mB4xQ2c9:2',
  },
} as const satisfies Readonly<Record<string, Described>>;
export type HeaderName = keyof typeof HEADERS;

/** Of what webhooks are sent. */
export const WEBHOOK_HEADERS: Readonly<Record<string, Described>> = {
  'webhook-id': { text: 'Names the message; the same at each try.', example: MESSAGE_ID },
  'webhook-timestamp': { text: 'Seconds since 1970, of this try.', example: '1772357400' },
  'webhook-signature': {
    text: 'Signatures, parted by spaces: `v1,` and the base64 of HMAC-SHA256 of `ID.TIMESTAMP.BODY`.',
    example: 'v1,ermzLN4ck4FHrlAz/KJOS0eHzWcwZjTFuJwrdHE5zYM=',
  },
};

export const ANSWER_HEADERS = {
  ETag: 'Names this very answer, or the version of the object, for a later request.',
  Location: 'Where what was made is read.',
  'Set-Cookie': 'The session’s cookie, or its end.',
  'Idempotency-Replayed': '`true`: the command was carried out before; this is how it was answered.',
} as const;
type AnswerHeaderName = keyof typeof ANSWER_HEADERS;

const FOR_ALL: readonly ErrorCode[] = ['origin_forbidden', 'too_many_requests', 'internal', 'shutting_down'];
const FOR_PROBES: readonly ErrorCode[] = ['internal', 'shutting_down'];
/** Of whatever looks at what is stored, and at who asks. */
const FOR_API: readonly ErrorCode[] = ['invalid_input', 'unauthenticated', 'store_unavailable'];
const FOR_BODIES: readonly ErrorCode[] = [
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
  'headers_too_large',
];

/** Every code that the operation may be refused with, but for those that say that there is no such operation. */
export function errorsOf(operation: Operation): readonly ErrorCode[] {
  const { who, method, path, body, headers = [], errors = [] } = operation;
  const codes = new Set(who === 'probe' || who === 'operator' ? FOR_PROBES : [...FOR_ALL, ...FOR_API]);
  if (who === 'writer' || who === 'contributor' || who === 'editor' || who === 'admin' || who === 'member')
    codes.add('forbidden');
  if (path.includes(':memberId')) codes.add('member_not_found');
  if (who === 'operator') codes.add('unauthenticated');
  if (body !== undefined) for (const code of FOR_BODIES) codes.add(code);
  if (body !== undefined && body.type === undefined) codes.add('invalid_json');
  if (path.includes(':slug')) codes.add('story_not_found');
  if (path.includes(':webhookId')) codes.add('webhook_not_found');
  if (path.includes(':entryId')) codes.add('entry_not_found');
  if (headers.includes('If-Match')) codes.add('version_conflict');
  if (headers.includes('Idempotency-Key')) codes.add('idempotency_key_reused');
  for (const code of errors) codes.add(code);
  if (method !== 'GET' && who !== 'anyone' && (codes.has('forbidden') || who === 'session')) codes.add('csrf_mismatch');
  if (path.includes(':slug') && codes.has('forbidden')) codes.add('story_restricted');
  return [...codes];
}
