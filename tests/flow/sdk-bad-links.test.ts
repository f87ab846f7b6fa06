import { connect, type LiveError, type LiveStory, type TransportName } from '@slugline/client';
import type { PublicEntry, Story } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { type Relay, relayForTest } from '../helpers/relay.js';
import { startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

type Reader = LiveStory<Story, PublicEntry>;

const isLive = ({ status }: Reader) => status === 'live';
/** So that a test need not wait as long as readers may. */
const SOON = { minMs: 20, maxMs: 200, climbAfterMs: 300 };

interface Setup {
  readonly relay: Relay;
  readonly slug: string;
  readonly story: Reader;
  readonly errors: LiveError[];
  /** `seq` of each step taken. */
  readonly seqs: number[];
  readonly wake: () => void;
}

/** A story behind a relay, and a reader on its way to it. */
async function setUp(transports: readonly TransportName[], prepare?: (relay: Relay) => void): Promise<Setup> {
  const relay = await relayForTest(server.url);
  prepare?.(relay);
  const { slug } = await server.api.createStory();
  await server.api.publish(slug, { headline: 'First' });
  const connection = connect(relay.url, { transports, backoff: SOON });
  const wake = () => connection.wake();
  onTestFinished(async () => {
    connection.close();
    await expect.poll(relay.open, { message: 'a closed reader to let go of everything' }).toBe(0);
  });
  const story = connection.story(slug);
  const errors: LiveError[] = [];
  const seqs: number[] = [];
  story.on('error', (error) => errors.push(error));
  story.on('change', ({ position }) => seqs.push(position.seq));
  return { relay, slug, story, errors, seqs, wake };
}

async function publish(slug: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await server.api.publish(slug, { headline: `Update ${at}` });
}

/** Ends as the store is, having taken each step once and in order. */
async function endsWhole({ story, slug, seqs }: Setup, changes: number): Promise<void> {
  await reaches(story, `change ${changes}`, ({ position }) => position?.seq === changes);
  const { body } = await server.api.get<{ entries: PublicEntry[] }>(`/v1/stories/${slug}?limit=200`);
  expect(story.entries).toEqual(body.entries);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
}

describe('a link that loses, doubles and reorders', () => {
  test('is repaired without a hole, a repetition or a reset', async () => {
    const late: unknown[] = [];
    let count = 0;
    const setup = await setUp(['socket'], (relay) => {
      relay.onMessage = (_slug, change) => {
        count += 1;
        if (count % 7 === 2) return [];
        if (count % 7 === 4) return [change, change];
        if (count % 7 === 5) {
          late.push(change);
          return [];
        }
        return count % 7 === 6 ? [change, ...late.splice(0)] : [change];
      };
    });
    await reaches(setup.story, 'the story to be live', isLive);
    let resets = 0;
    setup.story.on('reset', () => {
      resets += 1;
    });
    await publish(setup.slug, 30);
    // The last one may be among the lost.
    setup.relay.onMessage = (_slug, change) => [change];
    await publish(setup.slug, 1);
    await endsWhole(setup, 33);
    expect(resets).toBe(0);
    expect(setup.errors).toEqual([]);
  });

  test('brings changes before the answer to the join, which are kept for after it', async () => {
    const late: (() => void)[] = [];
    let early = 0;
    const setup = await setUp(['socket'], (relay) => {
      relay.delayAnswers((send) => late.push(send));
      relay.onMessage = (_slug, change) => {
        early += 1;
        return [change];
      };
    });
    await expect.poll(() => late.length, { message: 'the join to be answered' }).toBe(1);
    await publish(setup.slug, 3);
    await expect.poll(() => early, { message: 'changes to overtake the answer' }).toBe(3);
    expect(setup.story.entries).toEqual([]);
    for (const send of late.splice(0)) send();
    await endsWhole(setup, 5);
    expect(setup.seqs).toEqual([2, 3, 4, 5]);
    expect(late, 'no second join was needed').toEqual([]);
  });

  test('that is cut comes back with what was missed, by every transport', async () => {
    for (const transport of ['socket', 'sse', 'poll'] as const) {
      const setup = await setUp([transport]);
      const { relay, slug, story } = setup;
      await reaches(story, 'the story to be live', isLive);
      const statuses: string[] = [];
      story.on('status', (status) => statuses.push(status));
      relay.blocked.add(transport);
      relay.cut();
      await reaches(story, `${transport} to be lost`, ({ status }) => status !== 'live');
      await publish(slug, 3);
      relay.blocked.clear();
      await endsWhole(setup, 5);
      await reaches(story, 'the story to be live again', isLive);
      expect(statuses[0]).toBe('reconnecting');
      expect(setup.errors.every(({ code, retryable }) => code === 'unreachable' && retryable)).toBe(true);
    }
  });

  test('that died while the device slept is asked on waking', async () => {
    const setup = await setUp(['socket'], (relay) => {
      relay.onMessage = () => [];
    });
    await reaches(setup.story, 'the story to be live', isLive);
    await publish(setup.slug, 2);
    expect(setup.story.entries).toHaveLength(1);
    setup.wake();
    await endsWhole(setup, 4);
  });

  test('a server that cannot vouch for what it sent is asked anew, and believed', async () => {
    const setup = await setUp(['socket']);
    const { relay, slug, story } = setup;
    await reaches(story, 'the story to be live', isLive);
    const reset = new Promise<readonly PublicEntry[]>((resolve) => {
      story.on('reset', ({ entries }) => resolve(entries));
    });
    relay.reset(slug);
    expect(await reset).toHaveLength(1);
    await publish(slug, 1);
    await reaches(story, 'what came next', ({ entries }) => entries.length === 2);
  });
});

describe('where a transport does not get through', () => {
  test('the next one does, down to polling', async () => {
    const setup = await setUp(['socket', 'sse', 'poll'], (relay) => {
      relay.blocked.add('socket').add('sse');
    });
    await reaches(setup.story, 'the story to be live', isLive);
    expect(setup.story.transport).toBe('poll');
    await publish(setup.slug, 2);
    await endsWhole(setup, 4);
  });

  test('the better one is gone back to when it does again, and nothing is lost on the way', async () => {
    const setup = await setUp(['socket', 'sse', 'poll'], (relay) => {
      relay.blocked.add('socket').add('sse');
    });
    const { relay, slug, story } = setup;
    await reaches(story, 'the story to be live', isLive);
    const statuses: string[] = [];
    story.on('status', (status) => statuses.push(status));
    relay.blocked.clear();
    // Something is always on its way while the reader changes over, twice; few enough to compare in one page.
    const end = Date.now() + 9_000;
    let published = 0;
    while (story.transport !== 'socket' && Date.now() < end) {
      await publish(slug, 1);
      published += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(story.transport).toBe('socket');
    await publish(slug, 3);
    await endsWhole(setup, published + 5);
    expect(statuses, 'readers notice nothing').toEqual([]);
    await expect.poll(() => relay.sockets(), { message: 'one socket' }).toBe(1);
  });

  test('a try to go back that fails costs nothing', async () => {
    const setup = await setUp(['socket', 'poll'], (relay) => {
      relay.blocked.add('socket');
    });
    const { slug, story } = setup;
    await reaches(story, 'the story to be live', isLive);
    const statuses: string[] = [];
    story.on('status', (status) => statuses.push(status));
    const end = Date.now() + 1_500;
    let published = 0;
    while (Date.now() < end) {
      await publish(slug, 1);
      published += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await endsWhole(setup, published + 2);
    expect(story.transport).toBe('poll');
    expect(statuses).toEqual([]);
  });

  test('a platform that cannot read streams goes on to polling at once', async () => {
    const { slug } = await server.api.createStory();
    // React Native's fetch hands out answers only whole.
    const whole: typeof fetch = async (...request) => {
      const { status, headers, ok } = await fetch(...request);
      const isStream = headers.get('content-type')?.startsWith('text/event-stream');
      return isStream ? ({ status, headers, ok, body: undefined } as unknown as Response) : fetch(...request);
    };
    const connection = connect(server.url, { transports: ['sse', 'poll'], fetch: whole });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    await reaches(story, 'the story to be live', isLive);
    expect(story.transport).toBe('poll');
  });

  test('nothing gets through: the reader is told, and is back when something does', async () => {
    const setup = await setUp(['socket', 'sse', 'poll'], (relay) => {
      relay.blocked.add('socket').add('sse').add('poll');
    });
    const { relay, story } = setup;
    await reaches(story, 'the story to be given up for now', ({ status }) => status === 'offline');
    relay.blocked.clear();
    await reaches(story, 'the story to be live', isLive);
    await endsWhole(setup, 2);
  });
});

describe('a server that sends its readers away', () => {
  test('keeps them until they are on another socket', async () => {
    const setup = await setUp(['socket']);
    const { relay, slug, story } = setup;
    await reaches(story, 'the story to be live', isLive);
    const statuses: string[] = [];
    story.on('status', (status) => statuses.push(status));
    let joins = 0;
    relay.onAnswer = (answer) => {
      joins += 1;
      return answer;
    };
    relay.goaway({ reconnectWithinMs: 100 });
    await publish(slug, 5);
    await expect.poll(() => joins, { message: 'a join on another socket' }).toBe(1);
    await publish(slug, 2);
    await endsWhole(setup, 9);
    expect(statuses).toEqual([]);
    await expect.poll(() => relay.sockets(), { message: 'the old socket to be left' }).toBe(1);
  });

  test('to polling finds them there, and back on a socket later', async () => {
    const setup = await setUp(['socket', 'poll']);
    const { relay, slug, story } = setup;
    await reaches(story, 'the story to be live', isLive);
    const statuses: string[] = [];
    story.on('status', (status) => statuses.push(status));
    relay.goaway({ reconnectWithinMs: 10, use: 'poll' });
    await expect.poll(() => story.transport, { message: 'polling' }).toBe('poll');
    await publish(slug, 3);
    await expect.poll(() => relay.sockets(), { message: 'the socket to be left' }).toBe(0);
    await expect.poll(() => story.transport, { message: 'a socket again', timeout: 8_000 }).toBe('socket');
    await publish(slug, 1);
    await endsWhole(setup, 6);
    expect(statuses).toEqual([]);
  });
});

describe('what is not of the protocol', () => {
  const GARBAGE: readonly unknown[] = [
    null,
    42,
    'change',
    [],
    {},
    { epoch: 'x', seq: 'many', kind: 'entry.published', at: '' },
    { epoch: 'x', seq: 3, after: 9, kind: 'entry.published', at: '', entry: {} },
    { epoch: 'x', seq: -1, kind: 'story.updated', at: '', story: {} },
  ];

  test('comes instead of changes: told, dropped, and what it hid is fetched', async () => {
    let count = 0;
    const setup = await setUp(['socket'], (relay) => {
      relay.onMessage = (_slug, change) => {
        count += 1;
        return count <= GARBAGE.length ? [GARBAGE[count - 1]] : [change];
      };
    });
    await reaches(setup.story, 'the story to be live', isLive);
    for (let at = 0; at < GARBAGE.length; at += 1) {
      await publish(setup.slug, 1);
      await reaches(setup.story, `change ${at + 3}`, ({ position }) => position?.seq === at + 3);
    }
    await publish(setup.slug, 1);
    await endsWhole(setup, GARBAGE.length + 3);
    expect(setup.errors.map(({ code }) => code)).toEqual(GARBAGE.map(() => 'malformed'));
  });

  test('comes as the answer to a join: the next transport gets its turn', async () => {
    const setup = await setUp(['socket', 'poll'], (relay) => {
      relay.onAnswer = () => ({ ok: true, reset: true, entries: 'all of them' });
    });
    await reaches(setup.story, 'the story to be live', isLive);
    expect(setup.story.transport).toBe('poll');
    expect(setup.errors[0]?.code).toBe('malformed');
  });

  test('stands among good entries: it alone is left out', async () => {
    const setup = await setUp(['poll'], (relay) => {
      relay.onBody = (_path, body) => body.replace('"entries":[', '"entries":[{"id":7},');
    });
    await reaches(setup.story, 'the story to be live', isLive);
    expect(setup.story.entries).toHaveLength(1);
    expect(setup.errors[0]?.code).toBe('malformed');
  });

  test('is a page of HTML with a good status: not taken for a story', async () => {
    const setup = await setUp(['sse', 'poll'], (relay) => {
      relay.blocked.add('sse');
      relay.onBody = () => '<!doctype html><title>Sign in to the Wi-Fi</title>';
    });
    await reaches(setup.story, 'the story to be given up for now', ({ status }) => status === 'offline');
    expect(setup.errors.every(({ code }) => code === 'unreachable')).toBe(true);
    setup.relay.onBody = undefined;
    await reaches(setup.story, 'the story to be live', isLive);
  });
});

test('an older page out of a stale cache is not shown', async () => {
  const relay = await relayForTest(server.url);
  const { slug } = await server.api.createStory();
  const oldest = await server.api.publish(slug, { headline: 'To be withdrawn' });
  await publish(slug, 3);
  const connection = connect(relay.url, { transports: ['socket'] });
  onTestFinished(() => connection.close());
  const story = connection.story(slug, { limit: 2 });
  await reaches(story, 'the story to be live', isLive);
  const kept = (await server.api.get(`/v1/stories/${slug}/entries?limit=2&before=${cursorOf(story)}`)).body;
  let asked = 0;
  relay.onBody = (path, body) => {
    asked += 1;
    return asked === 1 && path.includes('/entries') ? JSON.stringify(kept) : body;
  };
  await server.api.request('POST', `/v1/stories/${slug}/entries/${oldest.id}/withdrawal`, {
    body: { status: 'canceled' },
  });
  await reaches(story, 'the withdrawal', ({ position }) => position?.seq === 6);
  await story.loadOlder();
  expect(asked).toBe(2);
  expect(story.entries.at(-1)).toMatchObject({ id: oldest.id, status: 'canceled' });
});

function cursorOf(story: Reader): string {
  const last = story.entries.at(-1);
  return encodeURIComponent(`${last?.publishedAt}~${last?.id}`);
}
