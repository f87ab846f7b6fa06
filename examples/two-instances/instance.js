import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('./bin/slugline.js', import.meta.resolve('slugline/package.json')));

/** Starts one server as a process of its own, on a free port, and waits until it listens. */
export async function startInstance(redisUrl, adminKey) {
  const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--host', '127.0.0.1'], {
    env: { ...process.env, REDIS_URL: redisUrl, SLUGLINE_ADMIN_KEY: adminKey, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  try {
    return { url: `http://127.0.0.1:${await portOf(child)}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server logs JSON lines; the one that says `listening` has the port. */
async function portOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.msg === 'listening') {
      child.stdout.resume();
      return event.port;
    }
  }
  throw new Error('An instance stopped before it listened.');
}
