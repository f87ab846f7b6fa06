import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell holds the other end of a pipe that closes with this process, even when it is killed outright, and then
 * ends the child, even one that is stopped. Answers how to call it off.
 *
 * @param directory what it leaves on disk, to be removed with it.
 * @param whole `group` for one that was spawned `detached`: all processes of its group are ended.
 */
export function endWithThisProcess(
  child: ChildProcess,
  directory = '',
  whole: 'process' | 'group' = 'process',
): () => void {
  if (child.pid === undefined) return () => undefined;
  const script = 'read -r _; kill -9 "$1"; [ -z "$2" ] || rm -rf -- "$2"';
  const target = whole === 'group' ? -child.pid : child.pid;
  const watchdog = spawn('sh', ['-c', script, 'sh', String(target), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.once('error', () => undefined);
  watchdog.unref();
  return () => {
    watchdog.kill('SIGKILL');
  };
}
