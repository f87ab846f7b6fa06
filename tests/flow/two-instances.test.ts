import { connect, type LiveStory, type ResumeStorage } from '@slugline/client';
import type { EntryPage, EntryReceipt, PublicEntry, Story } from '@slugline/client/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { type Instance, startInstance } from '../helpers/instance.js';
import { reaches } from '../helpers/reaches.js';
import { startRedis } from '../helpers/redis-server.js';
import type { Api } from '../helpers/server.js';

const CHANGES = 10_000;
const PUBLISHERS = 8;
/** A poll is answered with at most 500 changed objects, else by a reset: publishers wait for the slowest reader. */
const MOST_BEHIND = 400;
const SLUG = 'long-night';

type Reader = LiveStory<Story, PublicEntry>;

test('10,000 changes by 8 publishers on two instances reach every reader in one order, by every transport', {
  timeout: 180_000,
}, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const instances = await Promise.all([1, 2].map(() => startInstance({ env: { REDIS_URL: redis.url } })));
  const [first] = instances;
  if (first === undefined) throw new Error('no instance');
  await first.api.createStory({ slug: SLUG });

  const readers = instances.flatMap(({ url }) =>
    (['socket', 'sse', 'poll'] as const).map((transport) => follow(url, transport)),
  );
  await Promise.all(readers.map(({ story, name }) => reaches(story, `${name} to be live`, isLive)));
  const storage = memoryStorage();
  const sleeper = await startSleeper(first.url, storage);

  const receipts = await publishAll(instances, readers);

  const order = [...receipts.entries()].sort(([a], [b]) => a - b);
  expect(order.map(([seq]) => seq)).toEqual(Array.from({ length: CHANGES - 1 }, (_, index) => index + 2));
  const ids = order.map(([, id]) => id);
  for (const { story, name, seen, seqs, resets } of readers) {
    await reaches(story, `${name} to reach change ${CHANGES}`, ({ position }) => position?.seq === CHANGES, 30_000);
    expect(resets(), `${name} was reset once, at its start`).toBe(1);
    expect(seen, `${name} saw each entry once, in the order of seq`).toEqual(ids);
    expect(seqs, `${name} never went back`).toEqual([...seqs].sort((a, b) => a - b));
  }

  await sleeper.wakeUp();
  const stored = await everyEntry(first.api);
  expect(stored).toHaveLength(CHANGES - 1);
  for (const { story } of [...readers, sleeper]) {
    while (story.hasOlder) await story.loadOlder();
    expect(story.entries).toEqual(stored);
  }
});

function isLive({ status }: Reader): boolean {
  return status === 'live';
}

function follow(url: string, transport: 'socket' | 'sse' | 'poll') {
  const connection = connect(url, { transports: [transport] });
  const story = connection.story(SLUG);
  onTestFinished(() => story.close());
  const seen: string[] = [];
  const seqs: number[] = [];
  let resets = 0;
  story.on('entry', ({ entry }) => seen.push(entry.id));
  story.on('change', ({ position }) => seqs.push(position.seq));
  story.on('reset', () => {
    resets += 1;
  });
  return { story, name: `${transport} on ${url}`, seen, seqs, resets: () => resets };
}

/** A reader that goes away with what it holds and comes back as a new program with the same storage. */
async function startSleeper(url: string, storage: ResumeStorage) {
  let story = connect(url, { storage }).story(SLUG);
  onTestFinished(() => story.close());
  await reaches(story, 'the sleeper to be live', isLive);
  const halfWay = reaches(story, 'the sleeper to be half-way', ({ position }) => seqOf(position) > CHANGES / 2, 120_000)
    // What was stored is all that survives.
    .then(() => story.close());
  return {
    get story() {
      return story;
    },
    async wakeUp() {
      await halfWay;
      story = connect(url, { storage }).story(SLUG);
      await reaches(story, 'the sleeper to have caught up', ({ position }) => position?.seq === CHANGES, 30_000);
    },
  };
}

/** Publishes until the story has had all its changes. Answers the id of each entry by the `seq` it got. */
async function publishAll(
  instances: readonly Instance[],
  readers: readonly { readonly story: Reader }[],
): Promise<Map<number, string>> {
  const receipts = new Map<number, string>();
  let published = 1;
  let acknowledged = 1;
  const publisher = async (number: number) => {
    const instance = instances[number % instances.length];
    for (let own = 0; published < CHANGES; own += 1) {
      published += 1;
      const { entry, position } = await publish(instance, `Report ${own} of desk ${number}`);
      expect(receipts.has(position.seq), `seq ${position.seq} was given twice`).toBe(false);
      receipts.set(position.seq, entry.id);
      acknowledged += 1;
      const slowest = readers.find(({ story }) => acknowledged - seqOf(story.position) > MOST_BEHIND);
      if (slowest === undefined) continue;
      const enough = acknowledged - MOST_BEHIND / 2;
      await reaches(slowest.story, 'the slowest reader', ({ position }) => seqOf(position) >= enough, 30_000);
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, (_, number) => publisher(number)));
  return receipts;
}

async function publish(instance: Instance | undefined, headline: string): Promise<EntryReceipt> {
  if (instance === undefined) throw new Error('no instance');
  const answer = await instance.api.request<EntryReceipt>('POST', `/v1/stories/${SLUG}/entries`, {
    body: { headline },
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

function seqOf(position: { readonly seq: number } | undefined): number {
  return position?.seq ?? 0;
}

async function everyEntry(api: Api): Promise<readonly PublicEntry[]> {
  const entries: PublicEntry[] = [];
  let before = '';
  for (;;) {
    const page = await api.get<EntryPage>(`/v1/stories/${SLUG}/entries?limit=200${before}`);
    entries.push(...page.body.entries);
    if (page.body.older === undefined) return entries;
    before = `&before=${encodeURIComponent(page.body.older)}`;
  }
}

function memoryStorage(): ResumeStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
