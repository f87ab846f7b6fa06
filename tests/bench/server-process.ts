import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProbeAnswer, ProbeQuestion, Ready, Usage } from './usage-probe.js';

/** A server under measurement in a process of its own, alone on its core. */
export interface ServerProcess {
  readonly port: number;
  readonly key: string | undefined;
  usage(): Promise<Usage>;
  /** Memory after garbage was collected and things came to rest. */
  settledUsage(): Promise<Usage>;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  /** Name of the module beside this one that the process runs. */
  readonly module: 'stock-server' | 'slugline-server';
  readonly env: Readonly<Record<string, string>>;
  /** Absent: wherever the system puts it. */
  readonly core?: number;
  /** Further flags of node, such as `--cpu-prof`. */
  readonly nodeFlags: readonly string[];
}

const START_MS = 20_000;
const ANSWER_MS = 60_000;
const STOP_MS = 5_000;

export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const module = fileURLToPath(new URL(`./${options.module}.js`, import.meta.url));
  const node = [process.execPath, '--expose-gc', ...options.nodeFlags, module];
  const words = options.core === undefined ? node : ['taskset', '-c', String(options.core), ...node];
  const [program = process.execPath, ...args] = words;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (text) => {
    complaints = (complaints + text).slice(-2_000);
  });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${options.module} ended unexpectedly: ${complaints || 'without a word'}`);
  });
  gone.catch(() => undefined);

  const ready = await Promise.race([gone, nextReady(child, options.module)]).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const ask = async (question: ProbeQuestion): Promise<Usage> => {
    child.send(question);
    return await Promise.race([gone, nextUsage(child, options.module)]);
  };
  return {
    port: ready.port,
    key: ready.key,
    usage: () => ask({ ask: 'usage' }),
    settledUsage: () => ask({ ask: 'settle' }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

async function nextReady(child: ChildProcess, name: string): Promise<Ready> {
  const answer = await nextAnswer(child, `${name} to listen`, START_MS);
  if ('ready' in answer) return answer.ready;
  throw new Error(`${name} did not start`);
}

async function nextUsage(child: ChildProcess, name: string): Promise<Usage> {
  const answer = await nextAnswer(child, `${name} to tell its usage`, ANSWER_MS);
  if ('usage' in answer) return answer.usage;
  throw new Error(`${name} answered something else than its usage`);
}

async function nextAnswer(child: ChildProcess, what: string, withinMs: number): Promise<ProbeAnswer> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const [answer]: ProbeAnswer[] = await once(child, 'message', { signal });
    if (answer !== undefined) return answer;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw new Error(`waited ${withinMs / 1_000} s for ${what}`);
}
