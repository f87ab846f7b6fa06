import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { ADMIN_KEY, type Api, createApi } from './server.js';

/** One instance as an operator runs it: the built command in a process of its own. */
export interface Instance {
  readonly url: string;
  readonly pid: number;
  readonly api: Api;
  /** Ends it in good order; resolves with the exit code. May be called twice. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill9(): Promise<void>;
}

export interface InstanceOptions {
  /** `REDIS_URL` or `DATA_DIR`, and whatever else is to differ from a quiet server on a free port. */
  readonly env: Readonly<Record<string, string>>;
}

const COMMAND = fileURLToPath(new URL('../../server/bin/slugline.js', import.meta.url));
const LISTENS = /listens on (http:\/\/\S+)/;
const START_MS = 20_000;

/** Starts `slugline serve` for one test; the process is gone when that test is over, however it ends. */
export async function startInstance({ env }: InstanceOptions): Promise<Instance> {
  const child = spawn(process.execPath, [COMMAND, 'serve'], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      SLUGLINE_ADMIN_KEY: ADMIN_KEY,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => end(child, 'SIGKILL').then(() => undefined));
  const url = await addressOf(child);
  return {
    url,
    pid: child.pid ?? 0,
    api: createApi(url),
    stop: () => end(child, 'SIGTERM'),
    kill9: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  const listening = new Promise<string>((resolve) => {
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-4_000);
      const url = LISTENS.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the instance ended at its start: ${said}`)));
  ended.catch(() => undefined);
  const late = AbortSignal.timeout(START_MS);
  const tooLate = once(late, 'abort').then(() =>
    Promise.reject(new Error(`waited ${START_MS / 1000} s for the instance to listen; it said: ${said}`)),
  );
  tooLate.catch(() => undefined);
  return await Promise.race([listening, ended, tooLate]);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
