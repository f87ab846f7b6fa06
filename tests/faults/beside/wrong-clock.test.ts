import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@slugline/client';
import type { EntryPage, EntryReceipt } from '@slugline/client/protocol';
import { expect, onTestFinished } from 'vitest';
import { type Instance, startInstance } from '../../helpers/instance.js';
import { reaches } from '../../helpers/reaches.js';
import { readerToken, TOKEN_ENV } from '../../helpers/reader-token.js';
import { startRedis } from '../../helpers/redis-server.js';
import { type Anomaly, check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun } from '../fault-run.js';
import { readStore } from '../forms.js';
import { followStory } from '../recorder.js';

const SLUG = 'summer-time';
const PRIVATE_SLUG = 'behind-the-door';
const HOUR_MS = 3_600_000;
/** Seconds: less than the clocks are wrong by. */
const HALF_AN_HOUR = 1_800;
const PRELOAD = fileURLToPath(new URL('../set-clock.mjs', import.meta.url));
/** By instance. The last one's jumps to and fro. */
const WRONG_BY: readonly string[] = ['0', `${-HOUR_MS}`, [HOUR_MS, -HOUR_MS, 0].join(',')];
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;

faultRun(
  'instances whose clocks are an hour fast, an hour slow, and jumping',
  { short: { seconds: 3, everyMs: 1_000 }, full: { seconds: 60, everyMs: 3_000 } },
  async ({ seconds, everyMs }, report) => {
    const history = new History();
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const instances = await Promise.all(
      WRONG_BY.map((wrongBy) =>
        startInstance({
          env: { REDIS_URL: redis.url, ...TOKEN_ENV, NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_WRONG_BY_MS: wrongBy },
        }),
      ),
    );
    const urls = instances.map(({ url }) => url);
    const [right, , jumping] = instances;
    if (right === undefined || jumping === undefined) throw new Error('three instances are needed');
    await createStory(history, right.url, SLUG);
    await right.api.createStory({ slug: PRIVATE_SLUG, visibility: 'private' });
    const desks = ['ada', 'ben', 'cleo'].map((name, seed) =>
      startDesk(history, { slug: SLUG, name, seed, urls: () => urls, everyMs: 80 }),
    );
    const readers = urls.flatMap((url, at) =>
      TRANSPORTS.map((transport) =>
        followStory(history, { url, slug: SLUG, name: `${transport} of instance ${at}`, transports: [transport] }),
      ),
    );
    await Promise.all(readers.map((reader) => reader.live()));

    const misplaced: Anomaly[] = [];
    const retries = { sent: 0, replayed: 0 };
    const tokens = { good: 0, ended: 0 };
    for (const end = history.now() + seconds * 1_000; history.now() < end; ) {
      const turn = delay(everyMs);
      process.kill(jumping.pid, 'SIGUSR2');
      report.progress(`at change ${Math.max(...desks.map((desk) => desk.acknowledged))}`);
      misplaced.push(...(await publishInTurn(instances)));
      await retryElsewhere();
      await bringTokens();
      await turn;
    }

    async function retryElsewhere(): Promise<void> {
      for (const [at, { api }] of instances.entries()) {
        const command = { body: { headline: `retried ${randomUUID()}` }, headers: { 'idempotency-key': randomUUID() } };
        const first = await api.request<EntryReceipt>('POST', `/v1/stories/${PRIVATE_SLUG}/entries`, command);
        for (const step of [1, 2]) {
          const other = instances[(at + step) % instances.length];
          const again = await other?.api.request<EntryReceipt>('POST', `/v1/stories/${PRIVATE_SLUG}/entries`, command);
          expect(again?.body).toEqual(first.body);
          retries.sent += 1;
          if (again?.headers.get('idempotency-replayed') === 'true') retries.replayed += 1;
        }
      }
    }

    async function bringTokens(): Promise<void> {
      const good = await readerToken([PRIVATE_SLUG], HALF_AN_HOUR);
      const ended = await readerToken([PRIVATE_SLUG], -HALF_AN_HOUR);
      for (const { api, url } of instances) {
        expect((await api.get(`/v1/stories/${PRIVATE_SLUG}`, { key: good })).status).toBe(200);
        const connection = connect(url, { token: good, transports: ['socket'] });
        await reaches(
          connection.story(PRIVATE_SLUG),
          'a private story, by a good token',
          ({ status }) => status === 'live',
        );
        connection.close();
        tokens.good += 2;
        expect((await api.get(`/v1/stories/${PRIVATE_SLUG}`, { key: ended })).status).toBe(401);
        tokens.ended += 1;
      }
    }

    await Promise.all(desks.map((desk) => desk.stop()));
    const end = await readStore(history, right.url, SLUG);
    await Promise.all(readers.map((reader) => reader.finish(end)));
    report.figure('changes', end.position.seq);
    report.figure(
      'unknown commands',
      desks.reduce((sum, { counts }) => sum + counts.unknown, 0),
    );
    report.figure('retries on another instance', retries.sent);
    report.figure('answered as at first', retries.replayed, undefined, { least: retries.sent });
    report.figure('good tokens taken', tokens.good);
    report.figure('ended tokens refused', tokens.ended);
    report.anomalies([...check(history, end), ...misplaced]);
  },
);

/** One entry after the other, each through the next instance: a page must show them in that order. */
async function publishInTurn(instances: readonly Instance[]): Promise<readonly Anomaly[]> {
  const published: string[] = [];
  for (const { api } of [...instances, ...instances]) {
    // Beyond what clocks can be told apart by; two entries of one millisecond are ordered by their ids.
    await delay(5);
    published.unshift((await api.publish(PRIVATE_SLUG)).id);
  }
  const page = await instances[0]?.api.get<EntryPage>(`/v1/stories/${PRIVATE_SLUG}/entries?limit=${published.length}`);
  const shown = page?.body.entries.map(({ id }) => id) ?? [];
  if (shown.join() === published.join()) return [];
  return [
    { name: 'reordered', who: 'the page', what: `shows ${shown.join(', ')}, published were ${published.join(', ')}` },
  ];
}
