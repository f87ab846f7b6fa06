import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRedisServer } from './provision.js';
import { type RedisReply, redisCommand } from './redis-command.js';
import { endWithThisProcess } from './watchdog.js';

export interface RedisOptions {
  /** Keep an append-only file, synced with every write (default: keep nothing on disk). */
  readonly appendonly?: boolean;
  /** Default: a free one. */
  readonly port?: number;
  /** Where its files go; the caller removes it. Default: a temporary one, removed by `stop`. */
  readonly dir?: string;
  /** A file of redis.conf's form, read before all else; a sentinel cannot do without one that it may write. */
  readonly configFile?: string;
  /** More of redis.conf as command line words (`['--requirepass', 'secret']`). */
  readonly args?: readonly string[];
}

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now; another one after `restart`. */
  readonly pid: number;
  /** One command over a connection of its own. */
  command(...args: string[]): Promise<RedisReply>;
  /** Ends it in good order and removes its files. May be called twice, and after `kill9`. */
  stop(): Promise<void>;
  /** Ends it as a power cut would; its files stay. */
  kill9(): Promise<void>;
  /**
   * Starts it again, after `kill9` or by ending it first, on the same port and files.
   *
   * @param more words for the command line of this run only.
   */
  restart(more?: readonly string[]): Promise<void>;
}

/** Starts a Redis server on a free loopback port. It ends with this process at the latest, however that ends. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const dir = options.dir ?? (await mkdtemp(path.join(tmpdir(), 'slugline-redis-')));
  const own = options.dir === undefined ? dir : undefined;
  const args = (port: number): string[] => [
    ...(options.configFile === undefined ? [] : [options.configFile]),
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--loglevel', 'warning'],
    ...(options.appendonly === true ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []),
    ...(options.args ?? []),
  ];
  const removeFiles = async (): Promise<void> => {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  };
  const launched = await launchSomewhere(options.port, args, own).catch(async (error: unknown) => {
    await removeFiles();
    throw error;
  });
  const { port } = launched;
  let { running } = launched;

  const stop = async (): Promise<void> => {
    await running.end('SIGTERM');
    await removeFiles();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return running.pid;
    },
    command: (...words) => redisCommand(port, words),
    stop,
    kill9: () => running.end('SIGKILL'),
    restart: async (more = []) => {
      await running.end('SIGTERM');
      running = await launch([...args(port), ...more], port, own);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** A port nobody listens on right now. Another process may take it first, so be ready to try again. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP address to take a port from');
  return address.port;
}

interface RunningRedis {
  readonly pid: number;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

async function launchSomewhere(
  fixed: number | undefined,
  args: (port: number) => string[],
  own: string | undefined,
): Promise<{ running: RunningRedis; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = fixed ?? (await freePort());
    try {
      return { running: await launch(args(port), port, own), port };
    } catch (error) {
      if (fixed !== undefined || attempt === 5) throw error;
    }
  }
}

async function launch(args: readonly string[], port: number, own: string | undefined): Promise<RunningRedis> {
  const program = findRedisServer();
  if (program === undefined) throw new Error('no redis-server was found: run the tests by `npm test`');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (text) => {
    output = (output + text).slice(-4_000);
  });
  child.stderr?.on('data', (text) => {
    output = (output + text).slice(-4_000);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  });
  const releaseWatchdog = endWithThisProcess(child, own);
  const running: RunningRedis = {
    pid: child.pid ?? 0,
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        child.kill(signal);
        const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
        await exited;
        clearTimeout(force);
      }
      releaseWatchdog();
    },
  };
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + 10_000;
  while (!gone && Date.now() < deadline) {
    if (await answersAs(port, child.pid)) return running;
    await delay(20);
  }
  await running.end('SIGKILL');
  throw new Error(`redis-server did not come up on port ${port}:\n${output}`);
}

/** Whether it is this very process that serves the port, and not one that was faster to take it. */
async function answersAs(port: number, pid: number | undefined): Promise<boolean> {
  try {
    const info = await redisCommand(port, ['INFO', 'server']);
    return typeof info === 'string' && info.includes(`process_id:${pid}\r\n`);
  } catch {
    return false;
  }
}
