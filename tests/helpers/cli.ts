import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { endWithThisProcess } from './watchdog.js';

const COMMAND = fileURLToPath(new URL('../../server/bin/slugline.js', import.meta.url));
export const STORY_FILE = fileURLToPath(new URL('../../examples/stories/velmouth-bridge.json', import.meta.url));

export interface ProgramOptions {
  /** The whole environment but for `PATH`, so that nothing of the machine's gets in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; absent: there is none. `null`: nothing comes, and no end, as from an idle terminal. */
  readonly input?: string | null;
  readonly cwd?: string;
  /** Words before the command, for one that is to see another disk: `SmallDisk.within`. */
  readonly within?: readonly string[];
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly pid: number;
  /** Everything printed so far, both outputs together. */
  readonly said: () => string;
  /** Waits for output that matches; fails with what was said when the program ends or time runs out first. */
  until(pattern: RegExp, what: string): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

const PATIENCE_MS = 30_000;

/** Starts a Node program for one test; it is gone when the test is over, however that ends. */
export function startProgram(file: string, args: readonly string[], options: ProgramOptions = {}): Program {
  const { program, end } = launch(file, args, options);
  onTestFinished(end);
  return program;
}

interface Launched {
  readonly program: Program;
  readonly end: () => Promise<void>;
}

function launch(file: string, args: readonly string[], options: ProgramOptions): Launched {
  const [first = '', ...words] = [...(options.within ?? []), process.execPath, file, ...args];
  const child = spawn(first, words, {
    env: { PATH: process.env.PATH, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (options.input !== null) child.stdin?.end(options.input);
  const outputs = { stdout: '', stderr: '', both: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      outputs[name] += text;
      outputs.both += text;
      for (const watcher of watchers) watcher();
    });
  }
  const releaseWatchdog = endWithThisProcess(child);
  const finished = once(child, 'close').then(([code]): Finished => {
    releaseWatchdog();
    return { code, ...outputs };
  });
  const program: Program = {
    pid: child.pid ?? 0,
    said: () => outputs.both,
    finished,
    signal: (name) => {
      child.kill(name);
    },
    until: (pattern, what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(outputs.both);
          if (match !== null) settle(() => resolve(match));
        };
        const fail = (why: string) => settle(() => reject(new Error(`${why} ${what}; said so far:\n${outputs.both}`)));
        const timer = setTimeout(() => fail('Waited in vain for'), PATIENCE_MS);
        const settle = (act: () => void) => {
          clearTimeout(timer);
          watchers.delete(look);
          act();
        };
        watchers.add(look);
        finished.then(() => fail('The program ended before'));
        look();
      }),
  };
  return { program, end: () => kill(child) };
}

/** Runs `slugline` to its end; one that does not come to an end is ended. */
export async function runCli(args: readonly string[], options: ProgramOptions = {}): Promise<Finished> {
  const { program, end } = launch(COMMAND, args, options);
  const timer = setTimeout(end, PATIENCE_MS);
  return program.finished.finally(() => clearTimeout(timer));
}

export function startCli(args: readonly string[], options?: ProgramOptions): Program {
  return startProgram(COMMAND, args, options);
}

/** A directory for one test. */
export async function scratchDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-cli-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
