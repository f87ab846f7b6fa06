import { setTimeout as delay } from 'node:timers/promises';
import type { PoolAnswer, PoolDoor, PoolQuestion, PoolTold } from './messages.js';
import { PollReader } from './poll-reader.js';
import type { PoolReader, ReadersInCommon } from './pool-reader.js';
import { RawReader } from './raw-reader.js';
import { ReaderLog, SharedForms } from './reader-log.js';

/*
 * The process of readers that `reader-pool.ts` starts. Ends with whoever started it.
 */

/** Readers on their way in at a time, while nobody is in a hurry. */
const OPENING_AT_ONCE = 100;
const JOIN_MS = 30_000;
const TICK = 10;

const READERS = { socket: RawReader, poll: PollReader } as const;

const readers: PoolReader[] = [];
const shared = new SharedForms();
const movedAt: number[] = [];
const losses: Record<string, number> = {};
const joins = { resumed: 0, reset: 0 };

const common: ReadersInCommon = {
  buffer: Buffer.allocUnsafe(256 * 1024),
  port: 0,
  withinMs: 1_000,
  joined({ reset }, isFirst) {
    if (isFirst) return;
    movedAt.push(now());
    joins[reset ? 'reset' : 'resumed'] += 1;
  },
  lost(why) {
    losses[why] = (losses[why] ?? 0) + 1;
  },
};

function now(): number {
  return performance.timeOrigin + performance.now();
}

async function follow(door: PoolDoor, slugs: readonly string[], each: number): Promise<void> {
  const wanted = Array.from({ length: each }, () => slugs).flat();
  await Promise.all(
    Array.from({ length: OPENING_AT_ONCE }, async () => {
      for (let slug = wanted.pop(); slug !== undefined; slug = wanted.pop()) {
        const reader = new READERS[door](common, slug, new ReaderLog(shared));
        readers.push(reader);
        for (const until = now() + JOIN_MS; !reader.isJoined; await delay(TICK)) {
          if (now() > until) throw new Error(`a reader waited ${JOIN_MS} ms for its join; ${JSON.stringify(losses)}`);
        }
      }
    }),
  );
}

async function reach(seqs: Readonly<Record<string, number>>, withinMs: number): Promise<readonly number[]> {
  const at: number[] = [];
  let waiting: readonly PoolReader[] = readers;
  for (const until = now() + withinMs; waiting.length > 0 && now() < until; await delay(TICK)) {
    const before = waiting.length;
    waiting = waiting.filter(({ isJoined, slug, seq }) => !isJoined || seq < (seqs[slug] ?? 0));
    for (let count = waiting.length; count < before; count += 1) at.push(now());
  }
  return at;
}

function finish(): PoolTold {
  for (const reader of readers) reader.close();
  const { forms, epochs } = shared;
  const told = readers.map(({ slug, log }) => ({ slug, log: log.numbers }));
  return { readers: told, epochs, forms, movedAt, losses, ...joins };
}

async function answer(question: PoolQuestion): Promise<PoolAnswer> {
  switch (question.ask) {
    case 'follow':
      common.port = question.port;
      await follow(question.door, question.slugs, question.each);
      return { done: 'follow' };
    case 'come back':
      common.port = question.port;
      common.withinMs = question.withinMs;
      return { done: 'come back' };
    case 'reach':
      return { done: 'reach', at: await reach(question.seqs, question.withinMs) };
    case 'stall':
    case 'drain':
      for (const reader of readers) reader[question.ask]();
      return { done: question.ask };
    case 'finish':
      return { done: 'finish', told: finish() };
  }
}

process.on('message', (question: PoolQuestion) => {
  answer(question)
    .catch((error: unknown): PoolAnswer => ({ failed: error instanceof Error ? error.message : String(error) }))
    .then((told) => process.send?.(told));
});
process.on('disconnect', () => process.exit(0));
