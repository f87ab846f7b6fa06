import { once } from 'node:events';
import { connect } from '@slugline/client';
import { startInstance } from './instance.js';
import { findRedis } from './redis.js';

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
  say(`Redis: ${redis.said}`);

  // Both get the same first admin key; without it, the one that comes first makes one and prints it.
  const key = `sl_${randomText(12)}_${randomText(43)}`;
  const [first, second] = await Promise.all([startInstance(redis.url, key), startInstance(redis.url, key)]);
  cleanUps.push(first.stop, second.stop);
  say(`First instance:  ${first.url}`);
  say(`Second instance: ${second.url}`);

  const slug = `two-instances-${Date.now().toString(36)}`;
  await post(first.url, key, '/v1/stories', { slug, headline: 'Two instances, one story' });

  const reader = connect(second.url);
  cleanUps.push(async () => reader.close());
  const story = reader.story(slug);
  await until(story, () => story.status === 'live', 'the reader to be live');
  say('A reader follows at the second instance.');

  for (const number of [1, 2, 3]) await publishAndWait(first, `Entry ${number}, published to the first instance`);
  await first.stop();
  say('The first instance is gone.');
  for (const number of [4, 5, 6]) await publishAndWait(second, `Entry ${number}, published to the second instance`);

  const headlines = story.entries.map(({ headline }) => headline).reverse();
  say(`The reader has ${headlines.length} entries, in order, at position ${story.position.seq}.`);

  async function publishAndWait(instance, headline) {
    const sent = performance.now();
    await post(instance.url, key, `/v1/stories/${slug}/entries`, { headline });
    await until(story, () => story.entries.some((entry) => entry.headline === headline), headline);
    say(`  ${headline}: with the reader after ${(performance.now() - sent).toFixed(0)} ms`);
  }
}

/** Waits until something holds of what the reader sees. */
async function until(story, holds, what) {
  const limit = AbortSignal.any([stopped.signal, AbortSignal.timeout(10_000)]);
  const changed = new EventTarget();
  const unsubscribe = story.subscribe(() => changed.dispatchEvent(new Event('change')));
  try {
    while (!holds()) await once(changed, 'change', { signal: limit });
  } catch {
    throw new Error(stopped.signal.aborted ? 'Stopped.' : `Waited 10 seconds in vain for ${what}.`);
  } finally {
    unsubscribe();
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
