import { expect, it, onTestFinished } from 'vitest';
import { readCredential } from '../../server/access/credential.js';
import { beginSession, offerLink, useLink } from '../../server/access/people/session-book.js';
import { openSessionRing, type SessionRing } from '../../server/access/people/session-ring.js';
import { createLogger } from '../../server/logger.js';
import type { StoryStore } from '../../server/store/story-store.js';
import { storeForTest } from '../helpers/live-parts.js';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const MEMBER = 'member000001';
const BY = { name: 'A member', memberId: MEMBER };

interface Clocked {
  readonly store: StoryStore;
  readonly ring: SessionRing;
  wait(ms: number): void;
}

/** A store whose clock is the test's. */
async function clocked(): Promise<Clocked> {
  const real = await storeForTest();
  let now = Date.parse('2026-03-01T09:00:00.000Z');
  const store = new Proxy(real, {
    get(target, name) {
      if (name === 'now') return () => now;
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  const ring = await openSessionRing(store, createLogger('silent'));
  onTestFinished(() => ring.close());
  return {
    store,
    ring,
    wait: (ms) => {
      now += ms;
    },
  };
}

/** Until it stands in the store that the session was used now. */
async function noted(store: StoryStore): Promise<void> {
  const read = async () => (await store.object('@sessions', 'public', MEMBER))?.object?.form;
  await expect.poll(read, { message: 'the use to be noted' }).toContain(new Date(store.now()).toISOString());
}

const sign = (text: string) => {
  const link = readCredential(text, 'si');
  if (link === undefined) throw new Error(`${text} is no link`);
  return link;
};

it('a session ends after three days without use', async () => {
  const { store, ring, wait } = await clocked();
  const { credential, id } = await beginSession(store, MEMBER, BY);
  wait(3 * DAY - 1);
  expect(await ring.find(credential)).toMatchObject({ memberId: MEMBER });
  // That use is noted, and counts from then on.
  await noted(store);
  await ring.refresh();
  wait(3 * DAY - 1);
  expect(ring.has(id)).toBe(true);
  wait(1);
  expect(ring.has(id)).toBe(false);
  expect(await ring.find(credential)).toBeUndefined();
});

it('a session ends after fourteen days, however much it is used', async () => {
  const { store, ring, wait } = await clocked();
  const { credential, lifeSeconds } = await beginSession(store, MEMBER, BY);
  expect(lifeSeconds).toBe((14 * DAY) / 1_000);
  for (let day = 1; day < 14; day += 1) {
    wait(DAY);
    expect(await ring.find(credential), `day ${day}`).toBeDefined();
    await noted(store);
    await ring.refresh();
  }
  wait(DAY);
  expect(await ring.find(credential)).toBeUndefined();
});

it('a member has at most twenty sessions, and the one used least lately makes room', async () => {
  const { store, ring, wait } = await clocked();
  const opened = [];
  for (let count = 0; count < 21; count += 1) {
    opened.push(await beginSession(store, MEMBER, BY));
    wait(1_000);
  }
  await ring.refresh();
  expect(opened.map(({ id }) => ring.has(id))).toEqual([false, ...Array.from({ length: 20 }, () => true)]);
});

it('a link is good for a day, and only the last three are', async () => {
  const { store, wait } = await clocked();
  const links = [];
  for (let count = 0; count < 4; count += 1) links.push(sign((await offerLink(store, MEMBER, BY)).secret));
  const [first, second, third, fourth] = links;
  if (!first || !second || !third || !fourth) throw new Error('there are four');
  expect(await useLink(store, first, BY)).toBeUndefined();
  expect(await useLink(store, second, BY)).toBeDefined();
  wait(DAY - 1);
  expect(await useLink(store, third, BY)).toBeDefined();
  wait(1);
  expect(await useLink(store, fourth, BY)).toBeUndefined();
});

it('nothing that is kept opens anything', async () => {
  const { store } = await clocked();
  const { secret } = await offerLink(store, MEMBER, BY);
  const { credential } = await beginSession(store, MEMBER, BY);
  const kept: string[] = [];
  for await (const record of store.dump()) kept.push(JSON.stringify(record));
  expect(kept.join('\n')).toContain('digest');
  for (const text of [secret, credential]) {
    expect(kept.join('\n')).not.toContain(text.slice(text.lastIndexOf('_') + 1));
  }
});
