import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds in which `collect-garbage.mjs` has gone through all of its passes. */
const COLLECTED_MS = 1_000;

/** The environment of an instance whose garbage can be collected: see `collect-garbage.mjs`. */
export const COLLECTABLE = { NODE_OPTIONS: `--import=${new URL('./collect-garbage.mjs', import.meta.url).href}` };

/** Resolves when what is resident in that process is what it holds. */
export async function collectGarbage(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await delay(COLLECTED_MS);
}
