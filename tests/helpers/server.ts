import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeskEntry, DeskStory, Problem } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../server/config.js';
import type { ConnectionTimes } from '../../server/connection-times.js';
import { createServer, type ServerParts, type SluglineServer } from '../../server/create-server.js';
import { createLogger, type Logger } from '../../server/logger.js';
import { NO_LIMITS } from './limits.js';

export interface ServerOptions {
  /** What differs from a test's usual `PORT=0`, directory of its own, and no logs, limits or drain. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps the store of an earlier server, for restarts; else a fresh directory that goes with the test. */
  readonly dataDir?: string;
  readonly logger?: Logger;
  /** Shorter times, for tests of what they close. */
  readonly connectionTimes?: Partial<ConnectionTimes>;
  /** Other retries, and other names, for what webhooks are told. */
  readonly webhookTimes?: ServerParts['webhookTimes'];
  readonly webhookLookup?: ServerParts['webhookLookup'];
  /** Directory of the pictures that are served under `/demo/`. */
  readonly demoFiles?: string;
}

/** An answer with its body read: `body` is the parsed JSON, or the text where it is none. */
interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface RequestOptions {
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bearer credential; `null` sends none. Default: the admin key. */
  readonly key?: string | null;
}

export interface Api {
  request<Body = Problem>(method: string, path: string, options?: RequestOptions): Promise<Answer<Body>>;
  get<Body = Problem>(path: string, options?: RequestOptions): Promise<Answer<Body>>;
  createStory(fields?: Readonly<Record<string, unknown>>): Promise<DeskStory>;
  publish(slug: string, fields?: Readonly<Record<string, unknown>>): Promise<DeskEntry>;
  createKey(role: string): Promise<string>;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly adminKey: string;
  readonly dataDir: string;
  readonly server: SluglineServer;
  readonly api: Api;
  close(): Promise<void>;
}

/** The admin key of every test server, so that a restart on the same store needs nothing handed over. */
export const ADMIN_KEY = `sl_testadmin_${'k'.repeat(43)}`;

/** A whole server on a real embedded store, on a free port, gone when the test or the file is over. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'slugline-test-')));
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    DRAIN_MS: '0',
    SLUGLINE_ADMIN_KEY: ADMIN_KEY,
    ...NO_LIMITS,
    ...options.env,
  });
  const removeData = async () => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const { logger = createLogger('silent'), connectionTimes = {}, demoFiles, webhookTimes, webhookLookup } = options;
  const parts = {
    logger,
    connectionTimes,
    ...(demoFiles !== undefined && { demoFiles }),
    ...(webhookTimes !== undefined && { webhookTimes }),
    ...(webhookLookup !== undefined && { webhookLookup }),
  };
  const server = await createServer(config, parts).catch(async (error: unknown) => {
    await removeData();
    throw error;
  });
  const close = async () => {
    await server.close();
    await removeData();
  };
  return {
    url: server.url,
    adminKey: ADMIN_KEY,
    dataDir,
    server,
    api: createApi(server.url),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `startServer` for one test: closed when that test is over, however it ends. */
export async function serverForTest(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A directory that goes when the test is over, for tests that start several servers on one store. */
export async function directoryForTest(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function createApi(url: string, adminKey = ADMIN_KEY): Api {
  async function request<Body>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<Body>> {
    const { body, headers = {}, key = adminKey } = options;
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const answer: Body = isJson && text !== '' ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: answer };
  }

  async function expectCreated<Body>(path: string, body: unknown): Promise<Body> {
    const answer = await request<Body>('POST', path, { body });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  return {
    request,
    get: (path, options) => request('GET', path, options),
    async createStory(fields = {}) {
      const slug = `story-${Math.random().toString(36).slice(2, 10)}`;
      const body = { slug, headline: 'Harbour fire', ...fields };
      return (await expectCreated<{ story: DeskStory }>('/v1/stories', body)).story;
    },
    async publish(slug, fields = {}) {
      const body = { headline: 'Crews reach the quay', ...fields };
      return (await expectCreated<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries`, body)).entry;
    },
    async createKey(role) {
      return (await expectCreated<{ secret: string }>('/v1/keys', { name: `a ${role}`, role })).secret;
    },
  };
}
