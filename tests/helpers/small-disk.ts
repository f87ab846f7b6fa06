import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A disk of its own, of a few megabytes, that only those see who are started within it. */
export interface SmallDisk {
  /** Where it is mounted, for those within. */
  readonly path: string;
  /** Words to put before a command that is to see it. */
  readonly within: readonly string[];
  /** Takes all that is left of it, to the last byte. */
  fill(): void;
  /** Gives back what `fill` took. */
  empty(): void;
}

/** As root; as any user, where user namespaces are allowed. */
const WAYS = [['-m'], ['-rm']] as const;
const MOUNT = 'mount -t tmpfs -o "size=$1m,mode=700" tmpfs "$2" && echo mounted && exec cat';

/**
 * Mounts a file system in memory for one test. It is seen in a mount namespace alone, which ends with its last
 * process, so that nothing stays mounted however the test ends. Throws with what to do where nothing may be mounted:
 * a test that needs a full disk is not to pass for want of one.
 */
export async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'slugline-disk-'));
  const said: string[] = [];
  for (const way of WAYS) {
    const holder = spawn('unshare', [...way, 'sh', '-c', MOUNT, 'sh', String(megabytes), path]);
    const outcome = await mountedOrNot(holder);
    if (outcome === 'mounted') return diskIn(holder, path, way[0] === '-m');
    said.push(outcome);
  }
  await rmdir(path);
  throw new Error(
    'This test fills a disk of its own, and may not mount one here. Run it on Linux as root, or as a user who may make ' +
      `user namespaces (\`unshare -rm true\` must work). It was told: ${said.join(' / ')}`,
  );
}

async function mountedOrNot(holder: ChildProcess): Promise<string> {
  let complaints = '';
  holder.stderr?.on('data', (text) => {
    complaints += text;
  });
  const ended = once(holder, 'close').then(
    () => complaints.trim() || 'nothing',
    (error: unknown) => String(error),
  );
  const mounted = holder.stdout === null ? ended : once(holder.stdout, 'data').then(() => 'mounted');
  return await Promise.race([ended, mounted]);
}

function diskIn(holder: ChildProcess, path: string, asRoot: boolean): SmallDisk {
  const user = asRoot ? [] : ['--user', '--preserve-credentials'];
  const within = ['nsenter', '--target', String(holder.pid), '--mount', ...user];
  const run = (script: string) => {
    const [program = '', ...words] = [...within, 'sh', '-c', script, 'sh', join(path, 'ballast')];
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${script}: ${stderr}`);
  };
  onTestFinished(async () => {
    holder.kill('SIGKILL');
    await rmdir(path);
  });
  return {
    path,
    within,
    // It ends with the error that is wanted.
    fill: () => run('cat /dev/zero > "$1" 2> /dev/null; [ -s "$1" ]'),
    empty: () => run('rm "$1"'),
  };
}
