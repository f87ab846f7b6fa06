import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The Redis at `REDIS_URL`, or one of our own. */
export async function findRedis() {
  const url = process.env.REDIS_URL;
  if (url) return { url, said: new URL(url).host, stop: async () => {} };

  const directory = await mkdtemp(join(tmpdir(), 'slugline-two-instances-'));
  const port = await freePort();
  // Each write is on disk before it is acknowledged; see the README on what Redis promises without that.
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  const args = ['--port', String(port), '--dir', directory, ...settings];
  const child = (await start('redis-server', args)) ?? (await start('valkey-server', args));
  if (child === undefined) {
    await rm(directory, { recursive: true });
    throw new Error('There is no redis-server (or valkey-server) on the PATH: install one, or set REDIS_URL.');
  }
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await ready(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, said: `our own, on port ${port}`, stop };
}

/** `undefined` when there is no such program. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child, 'spawn');
    return child;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function ready(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume();
      return;
    }
  }
  throw new Error('redis-server stopped before it was ready.');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
