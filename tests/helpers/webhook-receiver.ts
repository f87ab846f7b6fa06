import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Change } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import { webhookMessageSchema } from '../../server/contract/wire-schemas.js';
import type { Webhook } from '../../server/webhooks/webhook-forms.js';
import { eventually } from '../contract/store-harness.js';
import { originForTest } from './origin-for-test.js';
import type { Api } from './server.js';

/** What a receiver was told. */
interface Told {
  readonly id: string;
  readonly path: string;
  readonly type: string;
  readonly slug: string;
  readonly change: Change | undefined;
  /** The body as it came. */
  readonly text: string;
  /** How many signatures it bore, and how many of them are by a secret that the receiver knows. */
  readonly signatures: number;
  readonly good: number;
}

/** An answer other than 204; `hang` is none, `cut` ends the link without one. */
type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'hang' | 'cut';
type Decision = Answer | undefined | Promise<Answer | undefined>;

export interface WebhookReceiver {
  readonly url: string;
  /** All requests so far, refused ones too, in the order in which they came. */
  readonly heard: readonly Told[];
  /** Those that were taken. */
  readonly taken: readonly Told[];
  /** The most that were under way at a time, of one story. */
  readonly mostAtOnce: () => number;
  /** Secrets with which messages may be signed. */
  readonly secrets: string[];
  /** Decides upon each request from here on. It is under way until that is decided. */
  answer(decide: (told: Told) => Decision): void;
  /** Milliseconds that each answer takes. */
  slow(ms: number): void;
  untilTaken(count: number): Promise<void>;
  untilHeard(count: number): Promise<void>;
}

/** Seconds by which a message may be old. */
const TOLERANCE = 300;

/**
 * An endpoint as another system has one, on loopback. It verifies signatures by what Standard Webhooks says and nothing of
 * ours. A message of another form, or one that no known secret signed, fails the test at its end.
 */
export async function webhookReceiverForTest(): Promise<WebhookReceiver> {
  const heard: Told[] = [];
  const taken: Told[] = [];
  const secrets: string[] = [];
  const faults: unknown[] = [];
  const underWay = new Map<string, number>();
  let most = 0;
  let delay = 0;
  let decide: (told: Told) => Decision = () => undefined;
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      const told = readMessage(request.method, request.url ?? '', request.headers, body, secrets);
      heard.push(told);
      const now = (underWay.get(told.slug) ?? 0) + 1;
      underWay.set(told.slug, now);
      most = Math.max(most, now);
      const answer = await decide(told);
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      underWay.set(told.slug, (underWay.get(told.slug) ?? 1) - 1);
      if (answer === 'hang') return;
      if (answer === 'cut') {
        request.socket.destroy();
        return;
      }
      if (answer !== undefined) {
        response.writeHead(answer.status, answer.headers).end('no');
        return;
      }
      taken.push(told);
      response.writeHead(204).end();
    } catch (error) {
      faults.push(error);
      response.writeHead(400).end();
    }
  });
  // Looked at when all have ended: what is told later is done first.
  onTestFinished(() => {
    if (faults.length > 0) throw faults[0];
  });
  const origin = await originForTest(server);
  async function waitFor(what: string, list: readonly Told[], count: number): Promise<void> {
    await eventually(what, () => list.length >= count, 20_000).catch((error: unknown) => {
      throw new Error(`${String(error)}; there were ${list.map(({ type }) => type).join(', ')}`);
    });
  }
  return {
    url: `${origin}/hook`,
    heard,
    taken,
    secrets,
    mostAtOnce: () => most,
    answer(next) {
      decide = next;
    },
    slow(ms) {
      delay = ms;
    },
    untilTaken: (count) => waitFor(`${count} messages taken`, taken, count),
    untilHeard: (count) => waitFor(`${count} messages heard`, heard, count),
  };
}

/** Makes a webhook that leads to a receiver, which knows its secret from then on. */
export async function makeWebhook(api: Api, receiver: WebhookReceiver, fields: object = {}): Promise<Webhook> {
  const body = { url: receiver.url, ...fields };
  const answer = await api.request<{ webhook: Webhook; secret: string }>('POST', '/v1/webhooks', { body });
  if (answer.status !== 201) throw new Error(`POST /v1/webhooks: ${answer.status} ${JSON.stringify(answer.body)}`);
  receiver.secrets.push(answer.body.secret);
  return answer.body.webhook;
}

function readMessage(
  method: string | undefined,
  path: string,
  headers: NodeJS.Dict<string | string[]>,
  body: string,
  secrets: readonly string[],
): Told {
  const [id, timestamp, signed] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`] ?? ''),
  );
  if (method !== 'POST' || headers['content-type'] !== 'application/json') throw new Error(`${method} of another type`);
  if (!/^msg_[\w-]{27}$/.test(id ?? '')) throw new Error(`webhook-id: ${id}`);
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > TOLERANCE) throw new Error(`webhook-timestamp: ${timestamp}`);
  const signatures = (signed ?? '').split(' ');
  const good = signatures.filter((signature) => secrets.some((secret) => isBy(secret, signature)));
  if (secrets.length > 0 && good.length === 0) throw new Error('signed by nobody who is known');
  const { type, data } = webhookMessageSchema.parse(JSON.parse(body));
  const { slug, change } = data;
  return { id: id ?? '', path, type, slug, change, text: body, signatures: signatures.length, good: good.length };

  function isBy(secret: string, signature: string): boolean {
    const [version, value = ''] = signature.split(',');
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  }
}
