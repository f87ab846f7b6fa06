import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { eventually } from './store-harness.js';

const PROCESS = fileURLToPath(new URL('store-process.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../server/dist/store/embedded/embedded-store.js', import.meta.url));

/** A process that has an embedded store; see `store-process.mjs` for its modes and what it tells. */
interface StoreProcess {
  readonly child: ChildProcess;
  /** Grows as it reports. */
  readonly lines: readonly string[];
  readonly ended: Promise<unknown>;
  /** Waits for so many lines that begin so. */
  reports(what: string, count?: number): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts a process on a directory; it is gone when the test is over.
 *
 * @param limits what the shell is to do before it starts the process, such as `ulimit -f 6000;`.
 */
export function startStoreProcess(directory: string, mode: string, limits = ''): StoreProcess {
  if (!existsSync(BUILT)) throw new Error('This test runs the built server: `npm run build` first');
  const command = `${limits} exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, PROCESS, directory, mode], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = once(child, 'close');
  return {
    child,
    lines,
    ended,
    reports: (what, count = 1) =>
      eventually(
        `${count} × "${what}" from the process, which said: ${lines.slice(-3).join(' / ')}`,
        () => lines.filter((line) => line.startsWith(what)).length >= count,
        15_000,
      ),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
