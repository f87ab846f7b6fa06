import { createECDH } from 'node:crypto';
import { csrfOf } from '../../server/access/people/session-book.js';
import { PICTURE, PICTURE_DIGEST, PICTURE_NAME } from '../../server/contract/examples.js';
import { digestOf } from '../../server/pictures/picture-names.js';
import type { SpareWebhook } from '../helpers/dead-end.js';
import { NO_PUSH_SERVICE } from '../helpers/followers.js';
import { createApi } from '../helpers/server.js';
import type { PlantedStory } from './planted.js';
import type { EntryState } from './policy.js';

/** One request of the matrix, ready to be sent by anybody. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** Sent as JSON; a text is XML, or a picture that is one. */
  readonly body?: object | string;
}

/** What somebody learned: all bytes of the answer, head and body, and what it comes to. */
export interface Learned {
  /** `ok`, or the code of the refusal; where there is none, as on a page, the status. */
  readonly outcome: string;
  readonly status: number;
  readonly bytes: string;
}

/** Where the server is to think that it is, so that a page of it can be named without knowing its port. */
export const PUBLIC_HOME = 'https://live.example';

/** Another picture, which may be removed: what was read before is to be there after it. */
export const SPARE_PICTURE = PICTURE.replace('89a', '87a');

/** A browser's subscription; its push service is nobody. */
const SUBSCRIPTION = {
  endpoint: `${NO_PUSH_SERVICE}/a-browser`,
  keys: { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: 'AAECAwQFBgcICQoLDA0ODw' },
};

/** Bodies with which the commands succeed on a story and entry that are there. */
const BODIES: Readonly<Record<string, (unique: string) => object | string>> = {
  'POST /v1/stories': (unique) => ({ slug: `made-by-${unique}`, headline: 'H' }),
  'PATCH /v1/stories/:slug': (unique) => ({ kicker: unique }),
  'POST /v1/stories/:slug/entries': (unique) => ({ headline: unique }),
  'PATCH /v1/stories/:slug/entries/:entryId': (unique) => ({ headline: unique }),
  'POST /v1/stories/:slug/entries/:entryId/workflow': (unique) => ({ to: 'submitted', note: unique }),
  'POST /v1/stories/:slug/entries/:entryId/restoration': () => ({ version: 1 }),
  'POST /v1/stories/:slug/entries/:entryId/corrections': (unique) => ({ text: unique }),
  'POST /v1/stories/:slug/entries/:entryId/withdrawal': (unique) => ({ status: 'withheld', notice: unique }),
  'POST /v1/stories/:slug/subscriptions': () => SUBSCRIPTION,
  'POST /v1/breaking/subscriptions': () => SUBSCRIPTION,
  'POST /v1/pictures': () => PICTURE,
  'POST /v1/ingest/ninjs': (unique) => ({ uri: `urn:x:${unique}`, slugline: `of-${unique}`, headline: unique }),
  'POST /v1/ingest/newsml-g2': (unique) =>
    `<newsItem guid="urn:y:${unique}"><contentMeta><slugline>of-${unique}</slugline><headline>H</headline></contentMeta></newsItem>`,
  'POST /v1/webhooks': (unique) => ({ url: `https://cms.example.org/${unique}`, name: unique }),
  'PATCH /v1/webhooks/:webhookId': (unique) => ({ name: unique }),
  'POST /v1/keys': (unique) => ({ name: unique, role: 'reader' }),
  'POST /v1/members': (unique) => ({ name: unique, role: 'contributor' }),
  'PATCH /v1/members/:memberId': (unique) => ({ name: unique }),
  'POST /v1/members/:memberId/keys': (unique) => ({ name: unique }),
};

export interface Asked {
  /** As in the policy: `GET /v1/stories/:slug`. */
  readonly door: string;
  readonly story: PlantedStory;
  readonly entry: string;
  readonly keyId: string;
  readonly webhook?: SpareWebhook;
  /** Whose keys and links are asked for. */
  readonly memberId: string;
  /** A link that nobody has used, where one is asked with. */
  readonly link?: string;
  readonly edition: 'public' | 'desk';
  /** Makes what is created differ from request to request. */
  readonly unique: string;
}

/** One that there never was: whoever may not know of any is told the same of each. */
const NO_WEBHOOK: SpareWebhook = { id: `wh_${'0'.repeat(16)}`, deliveryId: `msg_${'0'.repeat(27)}` };

export function requestFor(asked: Asked): Request {
  const { door, story, entry, keyId, memberId, link, webhook = NO_WEBHOOK, edition, unique } = asked;
  const [method = '', path = ''] = door.split(' ');
  const filled = path
    .replace(':slug', story.slug)
    .replace(':entryId', entry)
    .replace(':keyId', keyId)
    .replace(':webhookId', webhook.id)
    .replace(':deliveryId', webhook.deliveryId)
    .replace(':memberId', memberId)
    .replace(':subscriptionId', 's'.repeat(43))
    .replace('/console/assets/*', '/console/assets/manifest.json')
    .replace(':digest', method === 'DELETE' ? digestOf(Buffer.from(SPARE_PICTURE)) : PICTURE_DIGEST)
    .replace(':name', PICTURE_NAME)
    .replace('/assets/*', '/assets/icon-1.svg')
    .replace('/demo/*', '/demo/barge-at-the-bridge.svg');
  const page = `${PUBLIC_HOME}/s/${story.slug}`;
  const query = edition === 'desk' ? '?edition=desk' : door === 'GET /oembed' ? `?url=${encodeURIComponent(page)}` : '';
  const body = door === 'POST /v1/session' ? { link: link ?? 'none' } : BODIES[door]?.(unique);
  return { method, path: filled + query, ...(body && { body }) };
}

/** Sends it. A stream is read up to its first event, which is where it has told all that it has to tell. */
export async function knock(
  url: string,
  { method, path, body }: Request,
  credential: string | undefined,
): Promise<Learned> {
  const abort = new AbortController();
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    signal: abort.signal,
    headers: {
      ...broughtAs(credential),
      ...(body && {
        'content-type':
          typeof body === 'object' ? 'application/json' : path === '/v1/pictures' ? 'image/gif' : 'application/xml',
      }),
    },
    ...(body && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const { status, headers } = response;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? await firstEvent(response) : await response.text();
  if (isStream) abort.abort();
  const head = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return { outcome: outcomeOf(status, headers, text), status, bytes: `${status}\n${head}\n\n${text}` };
}

/** As a browser brings a session from a page of the server, and as everybody brings the rest. */
export function broughtAs(credential: string | undefined): Record<string, string> {
  if (credential === undefined) return {};
  if (!isSession(credential)) return { authorization: `Bearer ${credential}` };
  return { cookie: `${SESSION_COOKIE}=${credential}`, 'x-csrf-token': csrfOf(credential) };
}

export const isSession = (credential: string | undefined): boolean => credential?.startsWith('ss_') === true;

/** Of a server that is reached at an https address. */
const SESSION_COOKIE = '__Host-slugline';

async function firstEvent(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (/\ndata: .*\n\n/.test(text)) break;
  }
  return text;
}

function outcomeOf(status: number, headers: Headers, text: string): string {
  if (status < 400) return 'ok';
  if (text === '' || headers.get('content-type')?.startsWith('application/problem+json') !== true)
    return String(status);
  const { code }: { code: string } = JSON.parse(text);
  return code;
}

/** A refusal without what differs from one request to the next. */
export function comparable(bytes: string): string {
  return bytes
    .replaceAll(/x-request-id: .*|date: .*|"requestId":"[^"]*"/g, '')
    .replaceAll(/\/v1\/stories\/[a-z0-9-]+/g, '/v1/stories/:slug');
}

/** Where the stories and the keys stand: nobody who was refused may have moved any of it. */
export async function standings(url: string, slugs: readonly string[]): Promise<unknown> {
  const api = createApi(url);
  const positions = slugs.map(async (slug) => {
    const editions = ['public', 'desk'].map(async (edition) => {
      const { body } = await api.get<{ position: object }>(`/v1/stories/${slug}?edition=${edition}&limit=1`);
      return body.position;
    });
    return Promise.all(editions);
  });
  const { body: keys } = await api.get('/v1/keys');
  const { body: webhooks } = await api.get('/v1/webhooks');
  const { body: members } = await api.get('/v1/members');
  const { body: stories } = await api.get<{ stories: { slug: string }[] }>('/v1/stories?edition=desk&limit=200');
  return {
    positions: await Promise.all(positions),
    keys,
    webhooks,
    members,
    stories: stories.stories.map(({ slug }) => slug).sort(),
  };
}

export const isEntryDoor = (door: string): boolean => door.includes(':entryId');
export const isStoryDoor = (door: string): boolean => door.includes(':slug');
export const isCommand = (door: string): boolean => !door.startsWith('GET ');

/** Entry states that a door can be asked about. */
export const statesOf = (row: Readonly<Record<string, string>> | undefined): readonly EntryState[] =>
  Object.entries(row ?? {}).flatMap(([state, outcome]) => (outcome === '-' ? [] : [state as EntryState]));
