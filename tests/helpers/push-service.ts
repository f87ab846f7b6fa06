import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Alert } from '../../client-sdk/protocol/index.js';
import { alertSchema } from '../../server/contract/wire-schemas.js';
import { eventually } from '../contract/store-harness.js';
import { originForTest } from './origin-for-test.js';

/** What a browser decrypted of a message, and what its push service was told of it. */
export interface Received {
  readonly topic: string | undefined;
  readonly urgency: string | undefined;
  readonly ttl: number;
  readonly alert: Alert;
}

/** One browser that subscribed: it has the private keys, so that it reads what is sent to it, and nobody else does. */
export interface PushBrowser {
  /** As a browser's `PushSubscription` gives it. */
  readonly subscription: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  readonly received: readonly Received[];
}

/** An answer other than 201; given for a request, or not given: then it is taken. */
type Refusal = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'hang';

export interface PushService {
  /** For `PUSH_SERVICES`. */
  readonly origin: string;
  browser(): PushBrowser;
  /** Requests so far, refused ones too. */
  readonly requests: () => number;
  /** Decides upon each request from here on, before anything of it is looked at. */
  refuse(decide: (browser: PushBrowser) => Refusal | undefined): void;
  /** Resolves when so many messages were taken in all. */
  taken(count: number): Promise<void>;
  readonly count: () => number;
}

/**
 * A push service for one test, on loopback. Takes a message as RFC 8030 has it, checks who signed it (RFC 8292), and
 * decrypts it as the browser would (RFC 8291): whatever is wrong with one fails the test at its end.
 */
export async function pushServiceForTest(): Promise<PushService> {
  const browsers = new Map<string, OwnBrowser>();
  const faults: unknown[] = [];
  let requests = 0;
  let count = 0;
  let decide: (browser: PushBrowser) => Refusal | undefined = () => undefined;
  const server = createServer(async (request, response) => {
    requests += 1;
    const browser = browsers.get(request.url ?? '');
    if (browser === undefined) {
      response.writeHead(404).end();
      return;
    }
    const refusal = decide(browser);
    if (refusal === 'hang') return;
    try {
      const message = await read(request, origin, browser);
      if (refusal !== undefined) {
        response.writeHead(refusal.status, refusal.headers).end('no');
        return;
      }
      browser.received.push(message);
      count += 1;
      response.writeHead(201, { location: `${origin}/m/${count}` }).end();
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
  return {
    origin,
    browser() {
      const path = `/push/${randomBytes(24).toString('base64url')}`;
      const keys = createECDH('prime256v1');
      const p256dh = keys.generateKeys('base64url');
      const secret = randomBytes(16);
      const subscription = { endpoint: `${origin}${path}`, keys: { p256dh, auth: secret.toString('base64url') } };
      const browser = { subscription, received: [], keys, secret };
      browsers.set(path, browser);
      return browser;
    },
    requests: () => requests,
    refuse(next) {
      decide = next;
    },
    taken: (wanted) => eventually(`${wanted} messages at the push service`, () => count >= wanted, 30_000),
    count: () => count,
  };
}

interface OwnBrowser extends PushBrowser {
  readonly received: Received[];
  readonly keys: ECDH;
  readonly secret: Buffer;
}

async function read(request: IncomingMessage, origin: string, browser: OwnBrowser): Promise<Received> {
  const { headers, method } = request;
  if (method !== 'POST') throw new Error(`${method} is no way to send`);
  if (headers['content-encoding'] !== 'aes128gcm') throw new Error('sent in another encoding than aes128gcm');
  checkVapid(headers.authorization ?? '', origin);
  const body = await buffer(request);
  if (body.length > 4_096) throw new Error(`a message of ${body.length} bytes`);
  const [topic, urgency, ttl] = ['topic', 'urgency', 'ttl'].map((name) => String(headers[name] ?? ''));
  if (!/^\d{1,6}$/.test(ttl ?? '')) throw new Error(`TTL: ${ttl}`);
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(topic ?? '')) throw new Error(`Topic: ${topic}`);
  const alert = alertSchema.parse(JSON.parse(decrypt(body, browser)));
  return { topic, urgency, ttl: Number(ttl), alert };
}

/** RFC 8292: a token for this service alone, signed by the key that it names. */
function checkVapid(authorization: string, origin: string): void {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
  const signed = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, 'base64url'))) {
    throw new Error('the signature is not of the key that is named');
  }
  const read = (text: string): Record<string, unknown> => JSON.parse(Buffer.from(text, 'base64url').toString());
  const { aud, exp, sub } = read(claims);
  const secondsLeft = Number(exp) - Date.now() / 1_000;
  if (read(head).alg !== 'ES256' || aud !== origin || !(secondsLeft > 0 && secondsLeft < 86_400)) {
    throw new Error(`not a token for this service: ${JSON.stringify({ aud, exp })}`);
  }
  if (!/^(?:mailto:|https:)/.test(String(sub))) throw new Error(`nobody to ask: ${String(sub)}`);
}

/** RFC 8188 and 8291, of one record. */
function decrypt(body: Buffer, { keys, secret }: OwnBrowser): string {
  const salt = body.subarray(0, 16);
  const senderKey = body.subarray(21, 21 + body.readUInt8(20));
  const record = body.subarray(21 + body.readUInt8(20));
  if (record.length > body.readUInt32BE(16)) throw new Error('more than one record');
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), senderKey]);
  const input = hkdfSync('sha256', keys.computeSecret(senderKey), secret, info, 32);
  const key = hkdfSync('sha256', Buffer.from(input), salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = hkdfSync('sha256', Buffer.from(input), salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', Buffer.from(key), Buffer.from(nonce));
  decipher.setAuthTag(record.subarray(-16));
  const text = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = text.lastIndexOf(2);
  if (end < 0 || text.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('not padded as the last record');
  return text.subarray(0, end).toString('utf8');
}
