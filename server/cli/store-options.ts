import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfig } from '../config.js';
import { CONFIG_OPTIONS } from '../config-options.js';
import type { StoryStore } from '../store/story-store.js';
import { CommandError } from './failure-line.js';

/** As commander reads `addStoreOptions`. */
export interface StoreFlags {
  readonly dataDir?: string;
  readonly redisUrl?: string;
}

/** The options of every command that opens the store itself; the same as of `serve`, and the same variables. */
export function addStoreOptions(command: Command, prefix = ''): Command {
  for (const { name, flag, meaning } of CONFIG_OPTIONS) {
    if (flag === undefined || (name !== 'DATA_DIR' && name !== 'REDIS_URL')) continue;
    command.option(flag, `${prefix}${meaning} (env: ${name})`);
  }
  return command;
}

/**
 * Opens the store for one piece of work and lets go of it, whatever happens.
 *
 * @param where `existing` refuses a directory that is not there: a mistyped path is not to become an empty store.
 */
export async function withStore<Result>(
  flags: StoreFlags,
  where: 'existing' | 'create',
  work: (store: StoryStore) => Promise<Result>,
): Promise<Result> {
  const { dataDir, redisUrl } = loadConfig(process.env, storeFlags(flags));
  if (redisUrl === undefined && where === 'existing' && !existsSync(dataDir)) {
    throw new CommandError(`There is no store in ${dataDir}: name its directory with --data-dir or DATA_DIR.`);
  }
  // Loaded here, so that commands that need no store do not wait for its drivers.
  const { openStore } = await import('../store/open-store.js');
  const store = await openStore(redisUrl === undefined ? { dataDir } : { redisUrl });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function storeFlags({ dataDir, redisUrl }: StoreFlags): Record<string, string> {
  return { ...(dataDir === undefined ? {} : { dataDir }), ...(redisUrl === undefined ? {} : { redisUrl }) };
}
