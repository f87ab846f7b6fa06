import { once } from 'node:events';
import type { DeskEntry, Position, Snapshot } from '@slugline/client/protocol';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authenticate } from '../../server/access/authenticate.js';
import { createAccess } from '../../server/access/create-access.js';
import { ensureAdminKey } from '../../server/access/first-admin-key.js';
import { ownPages } from '../../server/access/people/own-pages.js';
import { openRings } from '../../server/access/rings.js';
import { apiRoutes } from '../../server/http/api-routes.js';
import { problemHandler } from '../../server/http/problem.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { requestLog } from '../../server/request-log.js';
import { openStore } from '../../server/store/open-store.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { reachForTest, UNLIMITED } from '../helpers/live-parts.js';
import { ADMIN_KEY, type Api, createApi, directoryForTest, serverForTest, startServer } from '../helpers/server.js';
import { unreliable } from '../helpers/unreliable-store.js';

interface EntryReceipt {
  readonly entry: DeskEntry;
  readonly position: Position;
}

/** The API over a store of the test's own making. */
async function apiOver(store: StoryStore): Promise<Api> {
  const logger = createLogger('silent');
  const metrics = createMetrics();
  await ensureAdminKey(store, ADMIN_KEY, logger);
  const rings = await openRings(store, logger);
  onTestFinished(() => rings.close());
  const noReach = { reach: reachForTest(), alerts: undefined };
  const who = {
    access: createAccess(rings, undefined, Date.now),
    addressOf: () => '',
    ownPages: ownPages(undefined),
  };
  const app = express();
  app.use(
    requestLog(logger),
    authenticate(who),
    apiRoutes({ ...who, store, rings, publicUrl: undefined, limits: UNLIMITED, metrics, ...noReach }),
  );
  app.use(problemHandler({ logger, metrics }));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return createApi(`http://127.0.0.1:${address.port}`);
}

const entriesOf = async (api: Api, slug: string) =>
  (await api.get<Snapshot>(`/v1/stories/${slug}?limit=200`, { key: null })).body.entries;

describe('a retried command', () => {
  it('takes effect once and answers as the first time, also after other changes and a restart', async () => {
    const dataDir = await directoryForTest();
    const first = await startServer({ dataDir });
    const { slug } = await first.api.createStory();
    const command = { body: { headline: 'Once' }, headers: { 'idempotency-key': 'publish-1' } };
    const path = `/v1/stories/${slug}/entries`;
    const answer = await first.api.request<EntryReceipt>('POST', path, command);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    await first.api.request('PATCH', `${path}/${answer.body.entry.id}`, { body: { headline: 'Edited since' } });
    await first.close();

    const second = await serverForTest({ dataDir });
    const again = await second.api.request<EntryReceipt>('POST', path, command);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(answer.body);
    expect(again.headers.get('location')).toBe(answer.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await entriesOf(second.api, slug)).toHaveLength(1);
  });

  it('takes effect once when all tries arrive together', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const tries = await Promise.all(
      Array.from({ length: 25 }, () =>
        api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries`, {
          body: { headline: 'Together' },
          headers: { 'idempotency-key': 'together' },
        }),
      ),
    );
    expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(tries.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1);
    expect(await entriesOf(api, slug)).toHaveLength(1);
  });

  it('is the same command with its fields in another order, and with its If-Match gone stale', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const headers = { 'idempotency-key': 'order' };
    const path = `/v1/stories/${slug}/entries`;
    const one = '{"headline":"H","sources":[{"name":"Efe","role":"agency"}]}';
    const two = '{"sources":[{"role":"agency","name":"Efe"}], "headline":"H"}';
    const first = await api.request<EntryReceipt>('POST', path, { body: one, headers });
    expect((await api.request<EntryReceipt>('POST', path, { body: two, headers })).body).toEqual(first.body);

    const edit = { body: { headline: 'Edited' }, headers: { 'idempotency-key': 'edit', 'if-match': '"1"' } };
    const entryPath = `${path}/${first.body.entry.id}`;
    const edited = await api.request<EntryReceipt>('PATCH', entryPath, edit);
    expect(edited.body.entry.version).toBe(2);
    expect((await api.request<EntryReceipt>('PATCH', entryPath, edit)).body).toEqual(edited.body);
  });

  it('answers as the first time also when that lands while it is being decided', async () => {
    const real = await openStore({ dataDir: await directoryForTest() });
    onTestFinished(() => real.close());
    // The first to read the header waits until the other try of the same command is done.
    let release = (): void => {};
    const landed = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const store: StoryStore = {
      ...unreliable(real).store,
      head: async (stream, edition) => {
        if (isHeld !== undefined && stream === 'twice') {
          isHeld();
          isHeld = undefined;
          await landed;
        }
        return real.head(stream, edition);
      },
    };
    const api = await apiOver(store);
    const create = () =>
      api.request('POST', '/v1/stories', {
        body: { slug: 'twice', headline: 'Once' },
        headers: { 'idempotency-key': 'create' },
      });
    const slow = create();
    await held;
    const quick = await create();
    release();
    expect(quick.status).toBe(201);
    const { status, body } = await slow;
    expect([status, body]).toEqual([201, quick.body]);
  });

  it('is refused when the key was used for another command of the story', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const headers = { 'idempotency-key': 'k' };
    const path = `/v1/stories/${slug}/entries`;
    const { body } = await api.request<EntryReceipt>('POST', path, { body: { headline: 'One' }, headers });
    const others: [string, string, object | undefined][] = [
      ['POST', path, { headline: 'Two' }],
      ['PATCH', `${path}/${body.entry.id}`, { headline: 'One' }],
      ['POST', `${path}/${body.entry.id}/corrections`, { text: 'x' }],
      ['PUT', `/v1/stories/${slug}/pins/${body.entry.id}`, undefined],
    ];
    for (const [method, other, sent] of others) {
      const answer = await api.request(method, other, sent === undefined ? { headers } : { body: sent, headers });
      expect([method, other, answer.status, answer.body.code]).toEqual([method, other, 422, 'idempotency_key_reused']);
    }
    expect(await entriesOf(api, slug)).toHaveLength(1);
  });

  it('covers every kind of command', async () => {
    const { api } = await serverForTest();
    const slug = 'all-commands';
    const create = { slug, headline: 'H' };
    const post = (path: string, body: object) => ['POST', path, body] as const;
    await api.request('POST', '/v1/stories', { body: create, headers: { 'idempotency-key': 'create' } });
    const { id } = await api.publish(slug);
    const entry = `/v1/stories/${slug}/entries/${id}`;
    const commands: (readonly [string, string, object?])[] = [
      post('/v1/stories', create),
      ['PATCH', `/v1/stories/${slug}`, { kicker: 'Sea' }],
      ['PATCH', entry, { located: 'Norrvik' }],
      post(`${entry}/corrections`, { text: 'Spelling.' }),
      ['PUT', `/v1/stories/${slug}/pins/${id}`],
      ['DELETE', `/v1/stories/${slug}/pins/${id}`],
      post(`${entry}/withdrawal`, { status: 'withheld' }),
      ['DELETE', `${entry}/withdrawal`],
    ];
    for (const [at, [method, path, body]] of commands.entries()) {
      const headers = { 'idempotency-key': at === 0 ? 'create' : `command-${at}` };
      const options = body === undefined ? { headers } : { body, headers };
      const first = await api.request<{ position: Position }>(method, path, options);
      const again = await api.request<{ position: Position }>(method, path, options);
      expect(first.status, `${method} ${path}`).toBeLessThan(300);
      expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([
        first.status,
        first.body,
        'true',
      ]);
    }
  });

  it('a thousand times with one key makes one entry', { timeout: 30_000 }, async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const answers = new Set<string>();
    for (let batch = 0; batch < 20; batch += 1) {
      const tries = Array.from({ length: 50 }, () =>
        api.request<EntryReceipt>('POST', `/v1/stories/${slug}/entries`, {
          body: { headline: 'One of a thousand' },
          headers: { 'idempotency-key': 'thousand' },
        }),
      );
      for (const { status, body } of await Promise.all(tries)) answers.add(`${status} ${JSON.stringify(body)}`);
    }
    expect(answers.size).toBe(1);
    expect(await entriesOf(api, slug)).toHaveLength(1);
  });
});

describe('If-Match', () => {
  it('lets exactly one of many parallel edits land, and tells the others where the entry is', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, {
          body: { headline: `Edit ${at}` },
          headers: { 'if-match': '"1"' },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.code, body.currentVersion]).toEqual([409, 'version_conflict', 2]);
    }
  });

  it('is not needed: twenty parallel edits of one entry all land', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const path = `/v1/stories/${slug}/entries/${id}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.request<EntryReceipt>('PATCH', path, { body: { headline: `Edit ${at}` } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const versions = answers.map(({ body }) => body.entry.version).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
  });

  it('speaks of the header for the story and its pins, and of the entry for its corrections and withdrawals', async () => {
    const { api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug);
    const stale = { 'if-match': '"7"' };
    const entry = `/v1/stories/${slug}/entries/${id}`;
    const cases: [string, string, object | undefined][] = [
      ['PATCH', `/v1/stories/${slug}`, { kicker: 'Sea' }],
      ['PUT', `/v1/stories/${slug}/pins/${id}`, undefined],
      ['DELETE', `/v1/stories/${slug}/pins/${id}`, undefined],
      ['PATCH', entry, { located: 'Norrvik' }],
      ['POST', `${entry}/corrections`, { text: 'Spelling.' }],
      ['POST', `${entry}/withdrawal`, { status: 'withheld' }],
      ['DELETE', `${entry}/withdrawal`, undefined],
    ];
    for (const [method, path, body] of cases) {
      const answer = await api.request(
        method,
        path,
        body === undefined ? { headers: stale } : { body, headers: stale },
      );
      expect([path, answer.status, answer.body.currentVersion]).toEqual([path, 409, 1]);
    }
    const pinned = await api.request('PUT', `/v1/stories/${slug}/pins/${id}`, { headers: { 'if-match': '"1"' } });
    expect(pinned.status).toBe(200);
    const any = await api.request('PATCH', entry, { body: { located: 'Norrvik' }, headers: { 'if-match': '*' } });
    expect(any.status).toBe(200);
  });
});
