import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Config, loadConfig } from '../config.js';
import { CONFIG_OPTIONS } from '../config-options.js';
import type { SluglineServer } from '../create-server.js';
import { demoDirectory, playDemo } from './demo.js';
import { watchInterruption } from './interruption.js';

interface DemoFlags {
  readonly demo?: true;
  readonly demoSpeed: number;
}

/** Compresses the six hours of the example story to about three minutes. */
const DEMO_SPEED = 120;

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .summary('start the server')
    .description(
      'Starts the server. Every flag has an environment variable of the same meaning; the flag wins.\n' +
        'Logs are JSON lines on standard output; what is for you is on standard error.',
    );
  for (const { name, flag, meaning, default: usual } of CONFIG_OPTIONS) {
    if (flag !== undefined) command.option(flag, `${meaning} (env: ${name}, default: ${usual})`);
  }
  const secrets = CONFIG_OPTIONS.filter(({ flag }) => flag === undefined);
  command
    .option('--demo', 'play the example story, in a temporary store unless --data-dir or DATA_DIR names one')
    .option('--demo-speed <factor>', 'how many times faster than told', demoSpeed, DEMO_SPEED)
    .addHelpText(
      'after',
      `
Only as environment variables, since others can see a command line:
${secrets.map(({ name, meaning }) => `  ${name.padEnd(20)} ${meaning}`).join('\n')}

Examples:
  $ slugline serve --demo                               see it work, nothing to set up
  $ slugline serve --port 8080 --data-dir ./data        one process, embedded store
  $ REDIS_URL=redis://localhost:6379 slugline serve     one of many, on one Redis`,
    )
    .action(serve);
}

async function serve({ demo, demoSpeed: speed, ...flags }: DemoFlags & Record<string, string>): Promise<void> {
  const { signal, wished } = watchInterruption();
  const { config, temporary } = demo === true ? await demoConfig(flags) : { config: loadConfig(process.env, flags) };
  let server: SluglineServer | undefined;
  try {
    // Loaded here, so that the commands that only talk to a server need not wait for a whole one to load.
    const { createServer } = await import('../create-server.js');
    server = await createServer(config, demo === true ? { demoFiles: demoDirectory() } : {});
    announce(server, config);
    if (demo === true) {
      await playDemo({ server, config, speed, signal });
    } else {
      console.error('Ctrl-C stops it.');
    }
    await wished;
  } finally {
    if (signal.aborted) console.error(stopping(config.drainMs));
    await server?.close();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

function stopping(drainMs: number): string {
  if (drainMs === 0) return 'Stopping …';
  return `Stopping … readers get up to ${drainMs / 1_000} s to go on elsewhere. Ctrl-C once more ends it at once.`;
}

interface DemoSetup {
  readonly config: Config;
  /** A directory made for this run, to be removed at its end. */
  readonly temporary?: string;
}

async function demoConfig(flags: Readonly<Record<string, string>>): Promise<DemoSetup> {
  // Read once before a directory is made, so that a bad setting leaves nothing behind.
  const config = loadConfig(process.env, flags);
  const quiet = flags.logLevel === undefined && !process.env.LOG_LEVEL;
  const shown: Config = quiet ? { ...config, logLevel: 'warn' } : config;
  const hasStore = flags.dataDir !== undefined || Boolean(process.env.DATA_DIR) || config.redisUrl !== undefined;
  if (hasStore) return { config: shown };
  const temporary = await mkdtemp(join(tmpdir(), 'slugline-demo-'));
  return { config: { ...shown, dataDir: temporary }, temporary };
}

/** Who started the server reads this; the log beside it is for machines. The Redis URL may hold a password. */
function announce(server: SluglineServer, config: Config): void {
  const store =
    config.redisUrl === undefined ? `embedded, in ${config.dataDir}` : `Redis at ${withoutSecrets(config.redisUrl)}`;
  console.error(`Slugline listens on ${server.url} (store: ${store}).`);
  if (server.firstAdminKey !== undefined) {
    console.error(`\nThe first admin key, shown only this once. Keep it:\n\n  ${server.firstAdminKey}\n`);
  }
  if (server.firstSignIn !== undefined) {
    console.error(
      `The console, for its first admin. The link works once, within 24 hours:\n\n  ${server.firstSignIn}\n`,
    );
  }
}

/** The hosts of a Redis URL. Those of a cluster are several, which `URL` does not read. */
function withoutSecrets(redisUrl: string): string {
  return redisUrl.replace(/^[^:]+:\/\/(?:[^/]*@)?/, '').replace(/\?.*$/, '');
}

function demoSpeed(value: string): number {
  const speed = Number(value);
  if (!Number.isFinite(speed) || speed <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return speed;
}
