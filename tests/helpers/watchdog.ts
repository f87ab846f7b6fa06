import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell holds the other end of a pipe that closes with this process, even when it is killed outright, and then
 * ends the child, even one that is stopped. Answers how to call it off.
 */
export function endWithThisProcess(child: ChildProcess): () => void {
  if (child.pid === undefined) return () => undefined;
  const watchdog = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.once('error', () => undefined);
  watchdog.unref();
  return () => {
    watchdog.kill('SIGKILL');
  };
}
