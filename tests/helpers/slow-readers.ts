import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS, type Position, type Snapshot } from '../../client-sdk/protocol/index.js';
import { eventually } from '../contract/store-harness.js';
import { TOKEN_ENV } from './reader-token.js';
import { RuleFollower } from './rule-follower.js';
import { type Api, serverForTest, type TestServer } from './server.js';
import type { StallingReader } from './stalling-reader.js';

/** Blocks of about 100 KB. */
export const LARGE_BODY = Array.from({ length: 5 }, () => ({
  type: 'paragraph',
  content: [{ text: 'x'.repeat(LIMITS.blockText) }],
}));

/** A server that takes a reader for slow as early as can be set: the less a test has to publish. */
export function slowServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  return serverForTest({ env: { SLOW_READER_BYTES: '65536', ...TOKEN_ENV, ...env } });
}

/** @param figure with its labels; where it is one of ours, without our prefix. 0 while it was never counted. */
export async function metric(api: Api, figure: string): Promise<number> {
  const { body } = await api.get<string>('/metrics');
  const line = body.split('\n').find((text) => text.startsWith(`slugline_${figure} `) || text.startsWith(`${figure} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

export function slowReaders(
  api: Api,
  door: 'socket' | 'sse',
  outcome: 'behind' | 'caught_up' | 'closed',
): Promise<number> {
  return metric(api, `slow_readers_total{door="${door}",outcome="${outcome}"}`);
}

/** Publishes until so many readers are behind: how much the kernel takes for one who does not read differs. */
export async function publishUntilBehind(api: Api, slug: string, door: 'socket' | 'sse', readers = 1): Promise<void> {
  const areBehind = async () => (await slowReaders(api, door, 'behind')) - (await slowReaders(api, door, 'caught_up'));
  for (let batch = 0; (await areBehind()) < readers; batch += 1) {
    if (batch > 60) throw new Error(`${await areBehind()} of ${readers} readers were found to be behind`);
    await Promise.all(Array.from({ length: 5 }, () => api.publish(slug, { body: LARGE_BODY })));
  }
}

/** Publishes to these stories in turn, at most 200 times a second each, until it is stopped. */
export function publishOn(api: Api, slugs: readonly string[]): { stop(): Promise<void> } {
  let isOver = false;
  const publishing = (async () => {
    for (; !isOver; await delay(5)) await Promise.all(slugs.map((slug) => api.publish(slug)));
  })();
  return {
    async stop() {
      isOver = true;
      await publishing;
    },
  };
}

/** Reads by fits and starts for a second, and then on. */
export async function readInBeats(reader: StallingReader): Promise<void> {
  for (let beat = 0; beat < 40; beat += 1) {
    reader.drain();
    await delay(2);
    reader.stall();
    await delay(20);
  }
  reader.drain();
}

/** Where a story's public edition stands. */
export async function positionOf(api: Api, slug: string): Promise<Position> {
  const { body } = await api.get<Snapshot>(`/v1/stories/${slug}?limit=1`);
  return body.position;
}

/** Where following the rules leads with what a reader was sent so far. */
export function followed(reader: StallingReader, slug: string): RuleFollower {
  const follower = new RuleFollower(slug);
  for (const received of reader.received) follower.take(received);
  return follower;
}

export function reaches(reader: StallingReader, slug: string, seq: number): Promise<void> {
  const isThere = () => (followed(reader, slug).position?.seq ?? 0) >= seq;
  return eventually(`the reader to reach ${seq} of ${slug}`, isThere, 15_000);
}
