import { connect } from '@slugline/client';
import { expect, onTestFinished, test } from 'vitest';
import { startInstance } from '../helpers/instance.js';
import { reaches } from '../helpers/reaches.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

const KILLS = 10;
const PUBLISHED = 600;
/** What the protocol promises for a story in which nothing else happens. */
const NOTICED_WITHIN_MS = 5_000;

async function redisForTest(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

test('killing the pub/sub links ten times during publishing loses nothing', { timeout: 60_000 }, async () => {
  const redis = await redisForTest();
  const desk = await startInstance({ env: { REDIS_URL: redis.url } });
  const edge = await startInstance({ env: { REDIS_URL: redis.url } });
  await desk.api.createStory({ slug: 'cut-wires' });
  const story = connect(edge.url, { transports: ['socket'] }).story('cut-wires');
  onTestFinished(() => story.close());
  const seen: string[] = [];
  let resets = 0;
  story.on('entry', ({ entry }) => seen.push(entry.id));
  story.on('reset', () => {
    resets += 1;
  });
  await reaches(story, 'the reader to be live', ({ status }) => status === 'live');

  const published: string[] = [];
  let cut = 0;
  for (let count = 1; count <= PUBLISHED; count += 1) {
    published.push((await desk.api.publish('cut-wires', { headline: `Report ${count}` })).id);
    if (count % (PUBLISHED / KILLS) === PUBLISHED / KILLS / 2) {
      cut += Number(await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    }
  }

  await reaches(story, 'the reader to have everything', ({ position }) => position?.seq === PUBLISHED + 1);
  expect(cut, 'links that were really cut').toBeGreaterThanOrEqual(KILLS);
  expect(seen, 'each entry once, in order').toEqual(published);
  expect(resets, 'the snapshot at the start was the only reset').toBe(1);
});

test('a quiet story notices within 5 s that an announcement was lost', { timeout: 30_000 }, async () => {
  const redis = await redisForTest();
  await redis.command('ACL', 'SETUSER', 'edge', 'on', '>secret', '~*', '+@all', 'allchannels');
  const edgeUrl = redis.url.replace('redis://', 'redis://edge:secret@');
  const desk = await startInstance({ env: { REDIS_URL: redis.url } });
  const edge = await startInstance({ env: { REDIS_URL: edgeUrl } });
  await desk.api.createStory({ slug: 'quiet-street' });
  const story = connect(edge.url, { transports: ['socket'] }).story('quiet-street');
  onTestFinished(() => story.close());
  await reaches(story, 'the reader to be live', ({ status }) => status === 'live');
  let changes = 0;
  story.on('entry', () => {
    changes += 1;
  });

  // Redis cuts the edge's link and refuses it every channel from now on: this announcement cannot reach it.
  await redis.command('ACL', 'SETUSER', 'edge', 'resetchannels');
  const { id } = await desk.api.publish('quiet-street', { headline: 'One shot heard' });

  await reaches(story, 'the entry', ({ entries }) => entries.some((entry) => entry.id === id), NOTICED_WITHIN_MS);
  expect(changes).toBe(1);
});
