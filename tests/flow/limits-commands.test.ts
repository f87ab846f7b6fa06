import type { Problem, Snapshot } from '@slugline/client/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Api, serverForTest } from '../helpers/server.js';

const N = 5;

/** What a publish comes to: its status. */
async function publish(api: Api, slug: string, key: string): Promise<number> {
  const answer = await api.request('POST', `/v1/stories/${slug}/entries`, { key, body: { headline: 'Quay' } });
  return answer.status;
}

async function publishOften(api: Api, slug: string, key: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) statuses.push(await publish(api, slug, key));
  return statuses;
}

async function expectTooMany(asked: Promise<{ status: number; headers: Headers; body: Problem }>, limit: string) {
  const { status, headers, body } = await asked;
  expect([status, body.code, body.retryable, body.limit]).toEqual([429, 'too_many_requests', true, limit]);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const seconds = Number(headers.get('retry-after'));
  expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `Retry-After is ${seconds}`).toBe(true);
}

const OK = (times: number) => new Array(times).fill(201);

afterEach(() => {
  vi.useRealTimers();
});

/** Moves the clocks of this process, in which the server runs, and no timer. */
function passTheMinute(): void {
  vi.setSystemTime(Date.now() + 60_001);
}

describe('commands with one key', () => {
  it('are let in up to the limit, and the next one is told when to come back', async () => {
    const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: String(N) } });
    const { slug } = await api.createStory();
    const editor = await api.createKey('editor');
    expect(await publishOften(api, slug, editor, N - 1)).toEqual(OK(N - 1));
    expect(await publish(api, slug, editor)).toBe(201);
    const refused = () =>
      api.request('POST', `/v1/stories/${slug}/entries`, { key: editor, body: { headline: 'One more' } });
    await expectTooMany(refused(), 'commands_per_key');
    await expectTooMany(refused(), 'commands_per_key');
    const { entries } = (await api.get<Snapshot>(`/v1/stories/${slug}`)).body;
    expect(entries).toHaveLength(N);
  });

  it('do not count for another key, and reading does not count at all', async () => {
    const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: String(N) } });
    const { slug } = await api.createStory();
    const [one, other] = [await api.createKey('editor'), await api.createKey('editor')];
    expect(await publishOften(api, slug, one, N + 1)).toEqual([...OK(N), 429]);
    expect(await publishOften(api, slug, other, N)).toEqual(OK(N));
    for (let read = 0; read < 2 * N; read += 1) {
      expect((await api.get(`/v1/stories/${slug}?edition=desk`, { key: one })).status).toBe(200);
    }
  });

  it('are those of every route that writes, refused ones too', async () => {
    const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: '8' } });
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const entry = `/v1/stories/${slug}/entries/${id}`;
    const sent = async (method: string, path: string, body?: object) =>
      (await api.request(method, path, body === undefined ? {} : { body })).status;
    expect(await sent('PATCH', entry, { headline: 'Edited' })).toBe(200);
    expect(await sent('PUT', `/v1/stories/${slug}/pins/${id}`)).toBe(200);
    expect(await sent('PATCH', `/v1/stories/no-such-story`, { headline: 'Edited' })).toBe(404);
    const { headers } = await api.request('POST', '/v1/keys', { body: { name: 'N', role: 'reader' } });
    const made = headers.get('location') ?? '';
    expect(await sent('DELETE', made)).toBe(204);
    expect(await sent('POST', `${entry}/withdrawal`, { status: 'withheld' })).toBe(201);
    for (const [method, path, body] of [
      ['DELETE', `${entry}/withdrawal`],
      ['PATCH', `/v1/stories/${slug}`, { headline: 'Edited' }],
      ['POST', '/v1/stories', { slug: 'another', headline: 'H' }],
      ['POST', '/v1/keys', { name: 'N', role: 'reader' }],
      ['DELETE', made],
    ] as const) {
      await expectTooMany(api.request(method, path, body === undefined ? {} : { body }), 'commands_per_key');
    }
  });

  it('are let in again when the minute is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: false });
    const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: String(N) } });
    const { slug } = await api.createStory();
    const editor = await api.createKey('editor');
    expect(await publishOften(api, slug, editor, N + 1)).toEqual([...OK(N), 429]);
    passTheMinute();
    expect(await publishOften(api, slug, editor, N + 1)).toEqual([...OK(N), 429]);
  });

  it('that were done before are answered as the first time, once they are let in again', async () => {
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: false });
    const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: '2' } });
    const { slug } = await api.createStory();
    const send = () =>
      api.request<object>('POST', `/v1/stories/${slug}/entries`, {
        headers: { 'idempotency-key': 'the-one' },
        body: { headline: 'Quay' },
      });
    const first = await send();
    expect(first.status).toBe(201);
    expect((await send()).status).toBe(429);
    passTheMinute();
    const again = await send();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
  });
});

describe('commands to one story', () => {
  it('are let in up to the limit, whoever sends them, and do not count for another story', async () => {
    const { api } = await serverForTest({ env: { COMMANDS_PER_STORY: String(N) } });
    // Creating it is the first of them.
    const [busy, quiet] = [await api.createStory(), await api.createStory()];
    const [one, other] = [await api.createKey('editor'), await api.createKey('editor')];
    expect(await publishOften(api, busy.slug, one, N - 2)).toEqual(OK(N - 2));
    expect(await publish(api, busy.slug, other)).toBe(201);
    for (const key of [one, other]) {
      const asked = api.request('POST', `/v1/stories/${busy.slug}/entries`, { key, body: { headline: 'Quay' } });
      await expectTooMany(asked, 'commands_per_story');
    }
    expect(await publishOften(api, quiet.slug, one, N - 1)).toEqual(OK(N - 1));
  });
});

it('with 0 for a limit there is none', async () => {
  const { api } = await serverForTest({ env: { COMMANDS_PER_KEY: '0', COMMANDS_PER_STORY: '0' } });
  const { slug } = await api.createStory();
  const editor = await api.createKey('editor');
  expect(await publishOften(api, slug, editor, 50)).toEqual(OK(50));
});
