import { once } from 'node:events';
import net from 'node:net';
import { ERRORS, type ErrorCode, type Problem } from '@slugline/client/protocol';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../server/access/access.js';
import { currentStory } from '../../server/http/current.js';
import { problemHandler } from '../../server/http/problem.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { requestLog } from '../../server/request-log.js';
import { openStore } from '../../server/store/open-store.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { patchStory } from '../../server/story/patch-story.js';
import { apiOverStore } from '../helpers/api-over-store.js';
import {
  type Api,
  createApi,
  directoryForTest,
  serverForTest,
  startServer,
  type TestServer,
} from '../helpers/server.js';

const RIVAL: Caller = { kind: 'key', keyId: 'rival', name: 'Rival', role: 'admin' };

describe('problems', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  it.each<[string, string, ErrorCode]>([
    ['GET', '/nothing/here', 'route_not_found'],
    ['GET', '/v1', 'route_not_found'],
    ['GET', '/v1/', 'route_not_found'],
    ['GET', '/V1/stories', 'route_not_found'],
    ['GET', '/v1/stories/', 'route_not_found'],
    ['GET', '/v1/stories/a/entries/b/revisions/c', 'route_not_found'],
    ['POST', '/v1/stories/a/nothing', 'route_not_found'],
    ['PUT', '/v1/stories', 'method_not_allowed'],
    ['DELETE', '/v1/stories/a', 'method_not_allowed'],
    ['POST', '/v1/stories/a', 'method_not_allowed'],
    ['PUT', '/v1/stories/a/entries/b', 'method_not_allowed'],
    ['GET', '/v1/stories/a/entries/b/corrections', 'method_not_allowed'],
    ['PATCH', '/v1/stories/a/entries/b/withdrawal', 'method_not_allowed'],
    ['GET', '/v1/stories/a/pins/b', 'method_not_allowed'],
    ['POST', '/v1/breaking', 'method_not_allowed'],
    ['PUT', '/v1/keys', 'method_not_allowed'],
    ['GET', '/v1/keys/12345678', 'method_not_allowed'],
    ['POST', '/healthz', 'method_not_allowed'],
    ['POST', '/readyz', 'method_not_allowed'],
    ['DELETE', '/metrics', 'method_not_allowed'],
    ['TRACE', '/v1/stories', 'method_not_allowed'],
  ])('%s %s: %s', async (method, path, code) => {
    const answer = method === 'TRACE' ? await raw(method, path) : await api.request(method, path);
    expect(answer.body).toMatchObject({
      type: `urn:slugline:error:${code}`,
      title: ERRORS[code].meaning,
      status: ERRORS[code].status,
      code,
      detail: expect.any(String),
      retryable: ERRORS[code].retryable,
      requestId: expect.any(String),
    });
    expect(answer.status).toBe(ERRORS[code].status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const allow = answer.headers.get('allow');
    if (code === 'method_not_allowed') expect(allow?.split(', ')).not.toContain(method);
    else expect(allow).toBeNull();
  });

  /** For what `fetch` refuses to send. */
  async function raw(method: string, path: string): Promise<{ status: number; headers: Headers; body: Problem }> {
    const socket = net.connect(server.server.port, '127.0.0.1');
    const { authorization } = { authorization: `Bearer ${server.adminKey}` };
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'end');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const [status = '', ...lines] = head.split('\r\n');
    const headers = new Headers(
      lines.map((line): [string, string] => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? '']),
    );
    return { status: Number(status.split(' ')[1]), headers, body: JSON.parse(body) };
  }

  it('carry the request id of the proxy in front, where it sent a sound one', async () => {
    const sound = await api.get('/nothing', { headers: { 'x-request-id': 'edge-7f.3' } });
    expect([sound.body.requestId, sound.headers.get('x-request-id')]).toEqual(['edge-7f.3', 'edge-7f.3']);
    for (const id of ['x'.repeat(65), 'two words', '<script>']) {
      const answer = await api.get('/nothing', { headers: { 'x-request-id': id } });
      expect(answer.body.requestId).toMatch(/^[\w-]{21}$/);
      expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
    }
  });

  it('are counted by their code', async () => {
    await api.get('/v1/stories/nowhere', { key: null });
    const { body } = await api.get<string>('/metrics', { key: null });
    expect(body).toMatch(/slugline_rejections_total\{code="story_not_found"\} [1-9]/);
  });
});

describe('what nobody foresaw', () => {
  /** The error mapping in front of a route that fails in some way. */
  async function fail(route: express.RequestHandler, log: string[] = []): Promise<Api> {
    const logger = createLogger('info', { write: (line: string) => void log.push(line) });
    const app = express().use(requestLog(logger), route, problemHandler({ logger, metrics: createMetrics() }));
    const server = app.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
    return createApi(`http://127.0.0.1:${address.port}`);
  }

  it.each([
    ['an error', new TypeError('secret detail')],
    ['an error that names a status of ours', Object.assign(new Error('secret detail'), { status: 503 })],
    ['something that is no error', 'secret detail'],
  ])('%s is a 500 that keeps its reason for the log', async (_name, thrown) => {
    const log: string[] = [];
    const api = await fail(() => {
      throw thrown;
    }, log);
    const answer = await api.get('/');
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([500, 'internal', true]);
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
    const line = log.find((text) => text.includes('secret detail'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ requestId: answer.body.requestId, code: 'internal' });
  });

  it('in the middle of an answer ends the connection, so that half is not taken for all', async () => {
    const api = await fail((_req, res) => {
      res.write('half');
      throw new Error('late');
    });
    await expect(api.get('/')).rejects.toThrow();
  });
});

describe('a command that loses every race', () => {
  it('is told to come back, and has done nothing', async () => {
    const store = await openStore({ dataDir: await directoryForTest() });
    onTestFinished(() => store.close());
    // Another editor who is always a moment faster, on the real store.
    let rivals = 0;
    const commit: StoryStore['commit'] = async (wanted) => {
      const rights = { actor: { keyId: 'rival', name: 'Rival' }, mayPublish: true, secondPerson: false };
      const context = { ...rights, now: new Date().toISOString(), newId: () => '' };
      if (wanted.expected.some(({ version }) => version > 0)) {
        rivals += 1;
        const { story } = await currentStory(RIVAL, store, 's');
        const rival = patchStory(story, { kicker: `Rival ${rivals}` }, context);
        await store.commit({ stream: 's', at: context.now, ...rival, answer: '' });
      }
      return store.commit(wanted);
    };
    const api = await apiOverStore(store, { commit });
    await api.createStory({ slug: 's', headline: 'H' });
    const answer = await api.request('PATCH', '/v1/stories/s', { body: { headline: 'Mine' } });
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([429, 'too_many_requests', true]);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await currentStory(RIVAL, store, 's')).toMatchObject({ story: { headline: 'H', version: rivals + 1 } });
  });
});

describe('health', () => {
  it('is open to probes, whatever they bring', async () => {
    const { api } = await serverForTest();
    for (const key of [null, 'stale']) {
      expect((await api.get('/healthz', { key })).body).toEqual({ status: 'ok' });
      expect((await api.get('/readyz', { key })).body).toEqual({ status: 'ready' });
      const metrics = await api.get<string>('/metrics', { key });
      expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    }
  });

  it('measures commits', async () => {
    const { api } = await serverForTest();
    await api.createStory();
    expect((await api.get<string>('/metrics')).body).toContain('slugline_commit_seconds_count{result="ok"} 1');
  });
});

describe('origins', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key' };

  it('are all allowed unless the configuration names some', async () => {
    const { api } = await serverForTest();
    const answer = await api.get('/v1/stories', { key: null, headers: { origin: 'https://any.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
    const asked = await api.request('OPTIONS', '/v1/stories', {
      key: null,
      headers: { origin: 'https://any.example', ...preflight },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Idempotency-Key/);
    expect(asked.headers.get('access-control-allow-methods')).toMatch(/PATCH/);
    expect(asked.headers.get('access-control-max-age')).toBe('600');
  });

  it('that are not named are told so; our own pages and those without an origin always may', async () => {
    const { api, url } = await serverForTest({ env: { ALLOWED_ORIGINS: 'https://news.example,https://app.example' } });
    const from = (origin?: string) =>
      api.get('/v1/stories', { key: null, headers: origin === undefined ? {} : { origin } });
    for (const origin of ['https://news.example', 'https://app.example']) {
      const answer = await from(origin);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    }
    expect((await from(url)).status).toBe(200);
    const none = await from();
    expect([none.status, none.headers.get('vary')]).toEqual([200, expect.stringMatching(/\bOrigin\b/)]);
    for (const origin of ['https://evil.example', 'https://news.example.evil.example', 'http://news.example', 'null']) {
      const answer = await from(origin);
      expect([origin, answer.status, answer.body.code]).toEqual([origin, 403, 'origin_forbidden']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('may read problems too', async () => {
    const { api } = await serverForTest();
    const answer = await api.get('/v1/keys', { key: null, headers: { origin: 'https://any.example' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  });
});
