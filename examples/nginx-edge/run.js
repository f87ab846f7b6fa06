import { once } from 'node:events';
import { connect } from '@slugline/client';
import { startInstance } from '@slugline-examples/two-instances/instance.js';
import { findRedis } from '@slugline-examples/two-instances/redis.js';
import { startNginx } from './nginx.js';

const READERS = 100;

const cleanUps = [];
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort());

try {
  await show();
} catch (error) {
  if (!stopped.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

async function show() {
  const redis = await findRedis();
  cleanUps.push(redis.stop);
  const key = `sl_${randomText(12)}_${randomText(43)}`;
  const instances = await Promise.all([startInstance(redis.url, key), startInstance(redis.url, key)]);
  for (const instance of instances) cleanUps.push(instance.stop);
  const edge = await startNginx(instances.map(({ url }) => url));
  cleanUps.push(edge.stop);
  say(`Redis:     ${redis.said}`);
  say(`Instances: ${instances.map(({ url }) => url).join(', ')}`);
  say(`Edge:      ${edge.url}`);

  const slug = `nginx-edge-${Date.now().toString(36)}`;
  await post(edge.url, key, '/v1/stories', { slug, headline: 'One edge, two instances' });

  const stories = Array.from({ length: READERS }, () => {
    const reader = connect(edge.url, { transports: ['poll'] });
    cleanUps.push(async () => reader.close());
    return reader.story(slug);
  });
  await all(stories, ({ status }) => status === 'live', 'all readers to be live');
  say(`${READERS} readers poll at the edge.`);

  for (const number of [1, 2, 3]) {
    const before = await polls();
    const sent = performance.now();
    await post(edge.url, key, `/v1/stories/${slug}/entries`, { headline: `Entry ${number}` });
    await all(stories, ({ entries }) => entries.length === number, `entry ${number} to be with all readers`);
    const took = (performance.now() - sent).toFixed(0);
    say(`  Entry ${number}: with all of them after ${took} ms; the instances were asked ${(await polls()) - before}×`);
  }

  say(`The story: ${edge.url}/s/${slug}`);
  say(`The desk's key: ${key}`);
  say('All of it goes on until Ctrl-C.');
  await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve));

  async function polls() {
    return (await edge.asked()).filter((line) => line.includes('/changes?')).length;
  }
}

/** Waits until something holds of what every reader sees. */
async function all(stories, holds, what) {
  const limit = AbortSignal.any([stopped.signal, AbortSignal.timeout(20_000)]);
  const changed = new EventTarget();
  const unsubscribes = stories.map((story) => story.subscribe(() => changed.dispatchEvent(new Event('change'))));
  try {
    while (!stories.every(holds)) await once(changed, 'change', { signal: limit });
  } catch {
    throw new Error(stopped.signal.aborted ? 'Stopped.' : `Waited 20 seconds in vain for ${what}.`);
  } finally {
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}

async function post(url, key, path, body) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomText(20) },
    body: JSON.stringify(body),
    signal: stopped.signal,
  });
  if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${await response.text()}`);
}

function randomText(length) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv0123456789012345';
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % 64]).join('');
}

function say(text) {
  console.log(text);
}
