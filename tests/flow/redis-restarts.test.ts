import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type LiveStory, type TransportName } from '@slugline/client';
import { formatPosition, type Position, type PublicEntry, type Snapshot, type Story } from '@slugline/client/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { openStream } from '../helpers/event-stream.js';
import { reaches } from '../helpers/reaches.js';
import { redisForTest, restorableRedisForTest, untilDone } from '../helpers/redis-for-test.js';
import type { RedisServer } from '../helpers/redis-server.js';
import { serverForTest, type TestServer } from '../helpers/server.js';

const SLUG = 'long-night';
const TRANSPORTS: readonly TransportName[] = ['socket', 'sse', 'poll'];

interface Follower {
  readonly name: string;
  readonly story: LiveStory<Story, PublicEntry>;
  /** Headlines of the entries that came live or were caught up with. */
  readonly told: (string | undefined)[];
  readonly alerts: (string | undefined)[];
  resets: number;
}

/** Follows until it is live; the snapshot that it begins with is no reset of this count. */
async function follow(url: string, transport: TransportName): Promise<Follower> {
  const connection = connect(url, { transports: [transport], backoff: { minMs: 10, maxMs: 100 } });
  onTestFinished(() => connection.close());
  const story = connection.story(SLUG);
  const follower: Follower = { name: transport, story, told: [], alerts: [], resets: -1 };
  story.on('entry', ({ entry }) => follower.told.push('headline' in entry ? entry.headline : undefined));
  story.on('breaking', (entry) => follower.alerts.push('headline' in entry ? entry.headline : undefined));
  story.on('reset', () => {
    follower.resets += 1;
  });
  await reaches(story, `the reader by ${transport} to be live`, ({ status }) => status === 'live');
  return follower;
}

const headlines = ({ story }: Follower) =>
  story.entries.map((entry) => ('headline' in entry ? entry.headline : undefined));

async function serverOn(redis: RedisServer): Promise<TestServer> {
  const server = await serverForTest({ env: { REDIS_URL: redis.url, HEAD_CHECK_MS: '200' } });
  await server.api.createStory({ slug: SLUG });
  return server;
}

const publish = (server: TestServer, headline: string, fields = {}) =>
  untilDone(`publishing "${headline}"`, () => server.api.publish(SLUG, { headline, ...fields }));

describe('a Redis that is started again under readers', () => {
  test('and lost nothing makes none of them start afresh, and none miss an alert', async () => {
    const redis = await redisForTest({ appendonly: true });
    const server = await serverOn(redis);
    await publish(server, 'Before');
    const followers = await Promise.all(TRANSPORTS.map((transport) => follow(server.url, transport)));
    const before = followers[0]?.story.position;
    for (let round = 1; round <= 2; round += 1) {
      await redis.kill9();
      await redis.restart();
      await publish(server, `After ${round}`, { breaking: true });
      await publish(server, `Then ${round}`);
      for (const { story, name } of followers) {
        const isThere = ({ position }: typeof story) => position?.seq === 2 + 2 * round;
        await reaches(story, `${name} to have everything`, isThere);
      }
    }
    for (const { name, told, alerts, resets, story } of followers) {
      expect({ name, told, alerts, resets }).toEqual({
        name,
        told: ['After 1', 'Then 1', 'After 2', 'Then 2'],
        alerts: ['After 1', 'After 2'],
        resets: 0,
      });
      expect(story.position?.epoch).not.toBe(before?.epoch);
    }
  });

  test('and lost something makes those start afresh who hold it, now or whenever they come back', async () => {
    const redis = await restorableRedisForTest();
    const server = await serverOn(redis);
    await publish(server, 'Kept');
    const early = await follow(server.url, 'poll');
    const kept = early.story.position;
    early.story.close();
    const putBack = await redis.backUp();
    await publish(server, 'Lost');
    const followers = await Promise.all(TRANSPORTS.map((transport) => follow(server.url, transport)));
    const lost = followers[0]?.story.position;
    await putBack();
    await publish(server, 'New 1');
    await publish(server, 'New 2');
    for (const follower of followers) {
      const isThere = () => headlines(follower).join() === 'New 2,New 1,Kept';
      await reaches(follower.story, `${follower.name} to have what there is`, isThere);
      expect(follower.resets, follower.name).toBe(1);
    }
    // Both positions lie before the head by their numbers; only one of them is a place in this history.
    const ask = (since: Position = { epoch: 'nowhere', seq: 0 }) =>
      server.api.get<{ reset: boolean }>(`/v1/stories/${SLUG}/changes?since=${formatPosition(since)}`);
    expect((await ask(lost)).body).toMatchObject({ reset: true });
    expect((await ask(kept)).body).toMatchObject({ reset: false, entries: [{}, {}] });
    const stream = await openStream(
      `${server.url}/v1/stories/${SLUG}/stream?since=${kept === undefined ? '' : formatPosition(kept)}`,
    );
    await stream.received(2);
    const epoch = followers[0]?.story.position?.epoch;
    expect(stream.events).toMatchObject([
      { id: `${epoch}:3-4`, event: 'change', data: { seq: 3, afterEpoch: kept?.epoch, through: 4 } },
      { id: `${epoch}:4`, event: 'change', data: { seq: 4 } },
    ]);
    // Who was cut off between the two held less than its position says: 3 alone would do, through 9 there is nothing.
    expect((await ask({ epoch: epoch ?? '', seq: 3, through: 4 })).body).toMatchObject({ reset: false, entries: [{}] });
    expect((await ask({ epoch: epoch ?? '', seq: 3, through: 9 })).body).toMatchObject({ reset: true });
  });

  test('and lost nothing leads who is sent single changes, and holds more than a position says, in by a fresh start', async () => {
    const redis = await redisForTest({ appendonly: true });
    const server = await serverOn(redis);
    for (let count = 1; count <= 3; count += 1) await publish(server, `Report ${count}`);
    const { position } = (await server.api.get<Snapshot>(`/v1/stories/${SLUG}`)).body;
    await redis.restart();
    await publish(server, 'After');
    const { epoch } = (await server.api.get<Snapshot>(`/v1/stories/${SLUG}`)).body.position;
    // An older page, of where the old epoch ended, was read by one who stood at 2.
    const standing = formatPosition({ ...position, seq: 2, through: position.seq });
    const stream = await openStream(`${server.url}/v1/stories/${SLUG}/stream?since=${standing}`);
    await stream.received(1);
    expect(stream.events).toMatchObject([{ id: `${epoch}:5`, event: 'reset', data: { reset: true } }]);
    // One answer that brings all at once need not throw anything away.
    const { body } = await server.api.get(`/v1/stories/${SLUG}/changes?since=${standing}`);
    expect(body).toMatchObject({ reset: false, position: { epoch, seq: 5 }, entries: [{}, {}, {}] });
  });

  test('and has since only been written for the desk still lets readers load what is older', async () => {
    const redis = await redisForTest({ appendonly: true });
    const server = await serverOn(redis);
    for (let count = 1; count <= 3; count += 1) await publish(server, `Report ${count}`);
    const { id } = await publish(server, 'Report 4');
    const followers = await Promise.all(
      TRANSPORTS.map(async (transport) => {
        const connection = connect(server.url, { transports: [transport] });
        onTestFinished(() => connection.close());
        const story = connection.story(SLUG, { limit: 2 });
        await reaches(story, `the reader by ${transport} to be live`, ({ status }) => status === 'live');
        return story;
      }),
    );
    await redis.restart();
    await untilDone('a note for the desk', async () => {
      const path = `/v1/stories/${SLUG}/entries/${id}`;
      const { status } = await server.api.request('PATCH', path, { body: { edNote: 'Who says so?' } });
      expect(status).toBe(200);
    });
    for (const story of followers) {
      await story.loadOlder();
      expect(story.entries).toHaveLength(4);
    }
  });
});

test('a story that Redis lost is told to be gone, and goes on at its readers when it is back', async () => {
  const redis = await redisForTest();
  const server = await serverOn(redis);
  await publish(server, 'Before');
  const backup = join(await scratchDirectory(), 'backup.ndjson');
  const exported = await runCli(['export', '--redis-url', redis.url]);
  await writeFile(backup, exported.stdout);
  const followers = await Promise.all(TRANSPORTS.map((transport) => follow(server.url, transport)));
  const before = followers[0]?.story.position;

  await redis.command('FLUSHALL');
  for (const { story, name } of followers) {
    await reaches(story, `${name} to be told`, ({ status }) => status === 'refused');
  }
  expect((await server.api.get(`/v1/stories/${SLUG}`)).status).toBe(404);

  const imported = await runCli(['import', '--redis-url', redis.url, backup]);
  expect(imported.code, imported.stderr).toBe(0);
  for (const { story, name } of followers) {
    await reaches(story, `${name} to be live again`, ({ status }) => status === 'live', 15_000);
  }
  await publish(server, 'After');
  for (const follower of followers) {
    await reaches(follower.story, `${follower.name} to follow`, ({ entries }) => entries.length === 2);
    expect(headlines(follower)).toEqual(['After', 'Before']);
    expect(follower.story.position?.epoch).not.toBe(before?.epoch);
    expect(follower.told).toEqual(['After']);
  }
});
