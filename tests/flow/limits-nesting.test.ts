import type { JoinAnswer, Problem } from '@slugline/client/protocol';
import { LIMITS } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const SLUG = 'harbour-fire';
const N = LIMITS.nesting;

/** So many levels of lists, as JSON text. */
const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const path = (...names: readonly string[]): string => names.join('.');
const zeros = (count: number): string[] => new Array(count).fill('0');

describe('what is nested', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
    await api.createStory({ slug: SLUG });
  });
  afterAll(() => server.close());

  const publish = (body: string) => api.request<Problem>('POST', `/v1/stories/${SLUG}/entries`, { body });
  const errorsOf = ({ status, body }: { status: number; body: Problem }) => {
    expect([status, body.code]).toEqual([400, 'invalid_input']);
    return body.errors ?? [];
  };

  it('in a request is read down to the limit, and refused below it', async () => {
    for (const levels of [N - 1, N]) {
      const [error] = errorsOf(await publish(`{"x":${lists(levels - 1)}}`));
      expect(error).toMatchObject({ field: 'x', message: expect.stringContaining('is not a field here') });
    }
    const [error] = errorsOf(await publish(`{"x":${lists(N)}}`));
    expect(error).toEqual({
      field: path('x', ...zeros(N - 1)),
      message: `is nested deeper than ${N} levels of objects and lists`,
    });
  });

  it.each<[string, string]>([
    ['lists', lists(LIMITS.requestBytes / 2)],
    ['objects', objects(43_000)],
    ['lists behind a field of ours', `{"headline":"H","body":${lists(130_000)}}`],
    ['many short ones beside each other', `[${new Array(87_000).fill('[]').join(',')}]`],
    ['many at the limit', `[${new Array(7_000).fill(lists(N - 1)).join(',')}]`],
  ])('to the size of a whole body (%s) is refused by its field', async (_what, text) => {
    expect(Buffer.byteLength(text)).toBeGreaterThan(0.8 * LIMITS.requestBytes);
    const [error] = errorsOf(await publish(text));
    expect(error?.field.length).toBeGreaterThan(0);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'under the name %s is refused wherever it stands',
    async (name) => {
      const field = `{"${name}":{"x":1}}`;
      expect(errorsOf(await publish(field))[0]?.field).toBe(name);
      expect(errorsOf(await publish(`{"headline":"H","sources":[{"name":"A"},${field}]}`))[0]?.field).toBe(
        path('sources', '1', name),
      );
      const span = `{"type":"paragraph","content":[{"text":"A","marks":${field}}]}`;
      expect(errorsOf(await publish(`{"body":[${span}]}`))[0]?.field).toBe(
        path('body', '0', 'content', '0', 'marks', name),
      );
      expect(errorsOf(await api.get(`/v1/stories?${name}=1`))[0]?.field).toBe(`?${name}`);
    },
  );

  it('in a message of a reader is refused alike, without harm to the connection', async () => {
    const reader = await connectSocket(server.url);
    const refusal = (answer: JoinAnswer) => (answer.ok ? 'answered' : `${answer.error.code} ${answer.error.message}`);
    const ask = async (json: string) => refusal(await reader.ask(JSON.parse(json)));
    expect(await ask(`{"slug":"${SLUG}","x":${lists(N - 1)}}`)).toContain('x is not a field here');
    expect(await ask(`{"slug":"${SLUG}","x":${lists(N)}}`)).toContain(`${path('x', ...zeros(N - 1))} is nested deeper`);
    expect(await ask(`{"slug":"${SLUG}","x":${lists(2_000)}}`)).toContain('is nested deeper');
    expect(await ask(`{"slug":"${SLUG}","position":{"__proto__":{}}}`)).toMatch(/^invalid_input position.__proto__ /);
    expect(await ask(`{"slug":"${SLUG}","constructor":{}}`)).toMatch(/^invalid_input constructor /);
    await reader.join({ slug: SLUG });
    expect(reader.disconnects).toEqual([]);
  });

  it('in a handshake is refused alike', async () => {
    for (const auth of [`{"x":${lists(N)}}`, '{"__proto__":{"token":"x"}}']) {
      const refused: unknown = await connectSocket(server.url, { auth: JSON.parse(auth) }).catch(
        (error: { data: unknown }) => error.data,
      );
      expect(refused).toMatchObject({ code: 'invalid_input' });
    }
  });
});
