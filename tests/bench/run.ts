import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HIGH_LIMITS } from '../helpers/limits.js';
import { startRedis } from '../helpers/redis-server.js';
import { measureFanOut, measurePublishing, type Scale } from './measure.js';
import { SLUG, STORY, sluglineBody, stockBody } from './payload.js';
import type { PublishTarget } from './publisher.js';
import { type Round, rowsOf, table } from './report.js';
import { type ServerProcess, startServer } from './server-process.js';

const HELP = `Usage: npm run bench -- [options]

Compares Slugline with a stock Socket.IO server and its Redis adapter, side by side on this machine: the same
payload, the same readers, each server alone on one core, in turn. All traffic stays on the loopback interface.

  --quick           one short round (under a minute) instead of three (under six minutes)
  --json            print the figures as JSON
  --profile <dir>   write a CPU profile of each server into the directory; the figures are then not comparable
  --help            show this

What the rows mean:
  CPU per delivery  CPU time of the server process for one change to one reader, commands included: a change is
                    published, all readers receive it, the next one is published.
  bytes             WebSocket frame with its header. Both servers send the same object.
  memory            growth of the resident set after garbage collection, divided by the readers connected.
  publish to receive  from before the command is written to the frame being read, at a steady pace.
  durable publishes   acknowledged commands per second, no readers, on disk when acknowledged: the embedded store is
                    flushed, Redis runs with appendfsync always. A stock server keeps nothing; for scale it is given a
                    list in the same Redis to append to before it answers: no order, versions, retries or history.
`;

const FULL: Scale = {
  rounds: 3,
  readers: 2_000,
  manyReaders: 8_000,
  changes: 150,
  pacedChanges: 40,
  paceMs: 125,
  publishSeconds: 2,
};
const QUICK: Scale = { ...FULL, rounds: 1, changes: 50, pacedChanges: 20, publishSeconds: 1 };

/** Milliseconds. */
const LONGEST_RUN = 330_000;
const SERVER_CORE = 0;
const GENERATOR_CORE = 1;
/** Descriptors that a process needs besides its readers. */
const SPARE_FILES = 500;
const TMPFS = 0x01021994;

const cleanUps: (() => Promise<void> | void)[] = [];

async function cleanUp(): Promise<void> {
  for (const task of cleanUps.splice(0).reverse()) await task();
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const cores = availableParallelism();
  const pinned = pinThisProcess(cores);
  const scale = withinFileLimit(values.quick ? QUICK : FULL);
  const nodeFlags = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', path.resolve(values.profile)];
  const directory = mkdtempSync(fileURLToPath(new URL('../bench-data-', import.meta.url)));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  if (statfsSync(directory).type === TMPFS) note('The data lies in memory here: publishes per second say nothing.');
  const redis = await startRedis({ appendonly: true, dir: directory });
  cleanUps.push(() => redis.stop());

  const start = async (module: 'stock-server' | 'slugline-server', env: Record<string, string>) => {
    const core = pinned ? { core: SERVER_CORE } : {};
    const server = await startServer({ module, env, nodeFlags, ...core });
    cleanUps.push(() => server.stop());
    return server;
  };
  const slugline = (env: Record<string, string>) =>
    start('slugline-server', {
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ...HIGH_LIMITS,
      SLUGLINE_ADMIN_KEY: `sl_benchmark_${randomBytes(24).toString('hex')}`,
      ...env,
    });

  const rounds: Round[] = [];
  const began = performance.now();
  for (let round = 1; round <= scale.rounds; round += 1) {
    const spent = performance.now() - began;
    if (rounds.length > 0 && spent + spent / rounds.length > LONGEST_RUN) {
      note('This machine is slow or busy: one more round would take too long, so these figures are of fewer rounds.');
      break;
    }
    note(`round ${round} of ${scale.rounds}: stock`);
    const plain = await start('stock-server', { REDIS_URL: redis.url });
    const stockFanOut = await measureFanOut(plain, targetOf(plain, stockBody), scale);
    await plain.stop();
    const keeping = await start('stock-server', { REDIS_URL: redis.url, KEEP: '1' });
    const stockPublishing = await measurePublishing(targetOf(keeping, stockBody), scale);
    await keeping.stop();

    note(`round ${round} of ${scale.rounds}: slugline, Redis store`);
    await redis.command('FLUSHALL');
    const onRedis = await slugline({ REDIS_URL: redis.url });
    const redisTarget = await withStory(onRedis);
    const fanOut = await measureFanOut(onRedis, redisTarget, scale);
    const redisFigures = await measurePublishing(redisTarget, scale);
    await onRedis.stop();

    note(`round ${round} of ${scale.rounds}: slugline, embedded store`);
    const embedded = await slugline({ DATA_DIR: path.join(directory, `embedded-${round}`) });
    const embeddedFigures = await measurePublishing(await withStory(embedded), scale);
    await embedded.stop();
    const stock = { fanOut: stockFanOut, publishing: stockPublishing };
    rounds.push({ stock, slugline: { fanOut, embedded: embeddedFigures, redis: redisFigures } });
  }

  const rows = rowsOf(rounds, scale);
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cores} cores, Node ${process.version}`;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, pinned, scale, rows, rounds }, undefined, 2)}\n`);
  } else {
    process.stdout.write(
      `\n${machine}; medians, rounds: ${rounds.length}; ratio is slugline / stock\n\n${table(rows)}\n`,
    );
  }
}

function targetOf({ port, key }: ServerProcess, body: PublishTarget['body']): PublishTarget {
  return { port, key, body, slug: SLUG };
}

async function withStory(server: ServerProcess): Promise<PublishTarget> {
  const response = await fetch(`http://127.0.0.1:${server.port}/v1/stories`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.key}` },
    body: JSON.stringify(STORY),
  });
  if (response.status !== 201) throw new Error(`the story was not created: ${await response.text()}`);
  return targetOf(server, sluglineBody);
}

/** Leaves the servers a core of their own. What is started without a core, Redis too, shares this process's. */
function pinThisProcess(cores: number): boolean {
  const words = ['-a', '-c', '-p', String(GENERATOR_CORE), String(process.pid)];
  if (cores > GENERATOR_CORE && spawnSync('taskset', words).status === 0) return true;
  note('taskset or a second core is missing: nothing is pinned, and the figures will vary more.');
  return false;
}

/** Node has raised its soft limit to the hard one at start; only the hard one can stand in the way. */
function withinFileLimit(scale: Scale): Scale {
  const wanted = scale.manyReaders + SPARE_FILES;
  if (fileLimit() < wanted) spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${wanted}:${wanted}`]);
  const limit = fileLimit();
  if (limit >= wanted) return scale;
  const manyReaders = Math.max(200, limit - SPARE_FILES);
  note(`This process may open ${limit} files only (ulimit -n): measuring with ${manyReaders} readers at most.`);
  return { ...scale, manyReaders, readers: Math.min(scale.readers, manyReaders) };
}

function fileLimit(): number {
  const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = true;
    void cleanUp().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}

try {
  await main();
} catch (error) {
  if (!interrupted) note(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
