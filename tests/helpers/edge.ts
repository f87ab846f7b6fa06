import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { findNginx } from './provision.js';
import { freePort } from './redis-server.js';
import { endWithThisProcess } from './watchdog.js';

const CONFIG = new URL('../../examples/nginx-edge/nginx.conf', import.meta.url);
const LAUNCH_MS = 10_000;

/** A request that the edge could not answer by itself, and so one that an instance was asked. */
interface Asked {
  /** Milliseconds since 1970, when it was answered. */
  readonly at: number;
  readonly method: string;
  /** As the reader wrote it. */
  readonly url: string;
  readonly status: number;
  /** What the cache made of it (`MISS`, `BYPASS`, `EXPIRED` …); `-` where there is none. */
  readonly cache: string;
  /** The instances that were asked, in turn: more than one where the first did not answer. */
  readonly instances: readonly string[];
}

/** nginx with the configuration of `examples/nginx-edge`, as it stands there but for its addresses. */
export interface Edge {
  readonly url: string;
  readonly port: number;
  /** What the instances were asked through this edge so far. */
  asked(): Promise<readonly Asked[]>;
  /** What nginx complained of, but for how few files the system lets it have open: that is no matter of the text. */
  said(): string;
}

/**
 * Starts an edge for one test, in front of two instances or more.
 *
 * @param change makes another text of the configuration, to see what a line of it is there for.
 */
export async function startEdge(
  instances: readonly string[],
  change: (text: string) => string = (text) => text,
): Promise<Edge> {
  const program = findNginx();
  if (program === undefined) throw new Error('no nginx: the set-up of the tests should have said so');
  const directory = await mkdtemp(path.join(tmpdir(), 'slugline-edge-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // Its workers are another user where it is started by root.
  await chmod(directory, 0o711);
  const text = change(await readFile(CONFIG, 'utf8'));
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    await writeFile(path.join(directory, 'nginx.conf'), withAddresses(text, port, instances));
    const running = launch(program, directory);
    if (await running.isUp(port)) {
      return {
        port,
        url: `http://127.0.0.1:${port}`,
        asked: async () => askedIn(await readFile(path.join(directory, 'asked.log'), 'utf8')),
        said: running.said,
      };
    }
    if (attempt === 3) throw new Error(`nginx did not come up:\n${running.said()}`);
  }
}

/** The example's text for addresses that are free here. Fails where it no longer has what is to be replaced. */
function withAddresses(text: string, port: number, instances: readonly string[]): string {
  const server = /^( *server )127\.0\.0\.1:3001( [^\n]*)\n *server 127\.0\.0\.1:3002 [^\n]*$/m;
  const listen = /127\.0\.0\.1:8080/g;
  if (!server.test(text) || !listen.test(text)) throw new Error('the addresses of the example are not where they were');
  return text
    .replace(server, (_line, before: string, after: string) =>
      instances.map((url) => `${before}${new URL(url).host}${after}`).join('\n'),
    )
    .replace(listen, `127.0.0.1:${port}`);
}

interface Running {
  /** Whether it takes connections: false when it ended, or did not within the time. */
  isUp(port: number): Promise<boolean>;
  said(): string;
}

function launch(program: string, directory: string): Running {
  // A group of its own, since its workers outlive a master that is killed outright.
  const child = spawn(program, ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-20_000).replaceAll(/^.*(?:RLIMIT_NOFILE|open file resource limit).*\n/gm, '');
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  const release = endWithThisProcess(child, directory, 'group');
  onTestFinished(async () => {
    if (isAlive(child)) {
      // Fast: readers who wait are not waited for.
      child.kill('SIGTERM');
      await gone;
    }
    release();
  });
  return {
    async isUp(port) {
      for (const until = performance.now() + LAUNCH_MS; isAlive(child) && performance.now() < until; await delay(20)) {
        if (await takesConnections(port)) return true;
      }
      return false;
    },
    said: () => said,
  };
}

function isAlive({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The form of the example's `log_format asked`. */
function askedIn(log: string): readonly Asked[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [at = '', method = '', url = '', status = '', cache = '', ...instances] = line.split(' ');
      return {
        at: Number(at) * 1_000,
        method,
        url,
        status: Number(status),
        cache,
        instances: instances.map((address) => address.replace(/,$/, '')),
      };
    });
}
