import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { RedisReply } from './redis-command.js';
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.js';

/** A Redis for one test, gone when that is over. */
export async function redisForTest(options?: RedisOptions): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

export interface SentinelOptions {
  /** Sentinels that must agree before the master's place is taken (default 1). */
  readonly quorum?: number;
}

/** A sentinel that watches over a master, and notices within half a second that it is gone. */
export async function sentinelForTest(
  name: string,
  master: RedisServer,
  { quorum = 1 }: SentinelOptions = {},
): Promise<RedisServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'slugline-sentinel-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const configFile = path.join(dir, 'sentinel.conf');
  const settings = [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 2000`,
  ];
  await writeFile(configFile, settings.join('\n'));
  return redisForTest({ configFile, dir, args: ['--sentinel'] });
}

/** A replica that has all that its master had. */
export async function replicaForTest(master: RedisServer, options: RedisOptions = {}): Promise<RedisServer> {
  // It would wait for more replicas to come.
  await master.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  const args = ['--replicaof', '127.0.0.1', String(master.port), ...(options.args ?? [])];
  const replica = await redisForTest({ ...options, args });
  await inStep(master, replica);
  return replica;
}

/** Resolves when the replica has all that the master has. */
export async function inStep(master: RedisServer, replica: RedisServer): Promise<void> {
  const offset = async (redis: RedisServer, field: string): Promise<string> => {
    const info = String(await redis.command('INFO', 'replication'));
    return (
      info
        .split('\r\n')
        .find((line) => line.startsWith(`${field}:`))
        ?.slice(field.length + 1) ?? ''
    );
  };
  await untilDone('a replica in step', async () => {
    const [has, is] = [await offset(replica, 'slave_repl_offset'), await offset(master, 'master_repl_offset')];
    if (has !== is || (await offset(replica, 'master_link_status')) !== 'up') throw new Error(`${has} of ${is}`);
  });
}

/**
 * Resolves when a sentinel would put the replica in the master's place. That it lists the replica is not enough: until
 * the first report of the replica itself (INFO) is in, none would be good enough (NOGOODSLAVE).
 */
export function sentinelTrusts(sentinel: RedisServer, name: string, replica: RedisServer): Promise<void> {
  return untilDone('a sentinel that would choose the replica', async () => {
    const reply = await sentinel.command('SENTINEL', 'REPLICAS', name);
    const replicas = Array.isArray(reply) ? reply.map(fieldsOf) : [];
    const known = replicas.find((fields) => fields.get('port') === String(replica.port));
    if (known?.get('flags') !== 'slave' || known.get('master-link-status') !== 'ok') throw new Error(String(reply));
  });
}

/** The fields of a reply that gives names and values in turn. */
function fieldsOf(reply: RedisReply): ReadonlyMap<string, string> {
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])));
}

/** Does it again until it succeeds, as a caller does who is told `store_unavailable`. Answers what came of it. */
export async function untilDone<T>(what: string, attempt: () => Promise<T>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain: ${what}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export interface RestorableRedis extends RedisServer {
  /** Copies its files as they are now, as a backup does. Answers how to put them back in the place of what came later. */
  backUp(): Promise<() => Promise<void>>;
}

/** A Redis that keeps everything on disk, of which older copies can be put back. */
export async function restorableRedisForTest(): Promise<RestorableRedis> {
  const files = await mkdtemp(path.join(tmpdir(), 'slugline-redis-'));
  onTestFinished(() => rm(files, { recursive: true, force: true }));
  const dir = path.join(files, 'now');
  await mkdir(dir);
  const redis = await redisForTest({ appendonly: true, dir });
  let copies = 0;
  const backUp = async () => {
    copies += 1;
    const copy = path.join(files, `copy-${copies}`);
    await cp(dir, copy, { recursive: true });
    return async () => {
      await redis.kill9();
      await rm(dir, { recursive: true });
      await cp(copy, dir, { recursive: true });
      await redis.restart();
    };
  };
  // Not spread: `pid` is read anew after each restart.
  return Object.assign(redis, { backUp });
}
