import { type Command, Option } from 'commander';
import type { ApiTarget } from './api-client.js';
import { UsageError } from './failure-line.js';

/** As commander reads `addApiOptions`. */
export interface ApiFlags {
  readonly url: string;
  readonly key?: string;
}

/** The two options of every command that talks to a running server. */
export function addApiOptions(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'the running server').env('SLUGLINE_URL').default('http://localhost:3000'))
    .addOption(
      new Option('--key <key>', 'API key; prefer the variable, a command line can be seen by others').env(
        'SLUGLINE_KEY',
      ),
    );
}

export function apiTarget({ url, key }: ApiFlags): ApiTarget {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`--url (or SLUGLINE_URL) must be an http or https URL such as http://localhost:3000.`);
  }
  return { url: url.replace(/\/+$/, ''), key };
}
