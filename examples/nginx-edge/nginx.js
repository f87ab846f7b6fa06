import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Debian has it where ordinary users do not look. */
const PATH = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter);

/** nginx with `nginx.conf` as it stands beside this file, but for its addresses, in a directory of its own. */
export async function startNginx(instances) {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-nginx-edge-'));
  const cleanUp = () => rm(directory, { recursive: true, force: true });
  // Where root starts it, its workers are another user, who must get to the cache.
  await chmod(directory, 0o711);
  const port = await freePort();
  await writeFile(join(directory, 'nginx.conf'), await configuration(port, instances));

  const args = ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'];
  const child = spawn('nginx', args, { env: { ...process.env, PATH }, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await cleanUp();
  };
  const isGone = ended.then(() => true);
  while (!(await takesConnections(port))) {
    if (!(await Promise.race([isGone, after(50)]))) continue;
    await cleanUp();
    throw new Error(child.pid === undefined ? 'There is no nginx: install one.' : 'nginx ended before it listened.');
  }
  return {
    url: `http://127.0.0.1:${port}`,
    /** Lines of its log: one for each request that an instance was asked. */
    asked: async () => (await readFile(join(directory, 'asked.log'), 'utf8')).split('\n').filter(Boolean),
    stop,
  };
}

async function configuration(port, [first, second]) {
  const text = await readFile(new URL('nginx.conf', import.meta.url), 'utf8');
  return text
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replace('127.0.0.1:3001', new URL(first).host)
    .replace('127.0.0.1:3002', new URL(second).host);
}

async function takesConnections(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
