import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs before all tests. The suites need three programs that no npm package brings: a Redis (or Valkey) server,
 * Chromium and nginx. They are looked for; what is missing is installed with apt where that is possible, after saying
 * so. Otherwise the run stops here with the line to run: a suite that skipped them would be green and prove nothing.
 */
export default function provision(): void {
  const install = mayInstall();
  let missing = missingPrograms();
  if (missing.length > 0 && install) {
    installWithApt(`The tests need ${titles(missing)}`, missing);
    missing = missingPrograms();
  }
  if (missing.length > 0) throw new Error(instructions(missing));
  if (install && !runs(HEADLESS_SHELL) && isInApt(HEADLESS_SHELL)) {
    installWithApt('The tests take half the time with Chromium’s headless shell', [HEADLESS_SHELL]);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Path of a Redis-compatible server that can be run: `SLUGLINE_REDIS_SERVER`, else the first one on `PATH`. */
export function findRedisServer(env: Environment = process.env): string | undefined {
  return findProgram(env, REDIS);
}

/** Path of a Chromium that can be run: `SLUGLINE_CHROMIUM`, else the first one on `PATH`. */
export function findChromium(env: Environment = process.env): string | undefined {
  return findProgram(env, CHROMIUM);
}

/**
 * Path of Chromium without the browser around its engine: `SLUGLINE_HEADLESS_SHELL`, else the first one on `PATH`. It opens
 * a page for a quarter of what a whole browser takes for its windows, and has no notifications.
 */
export function findHeadlessShell(env: Environment = process.env): string | undefined {
  return findProgram(env, HEADLESS_SHELL);
}

/** Path of an nginx that can be run: `SLUGLINE_NGINX`, else the first one on `PATH` or where Debian has it. */
export function findNginx(env: Environment = process.env): string | undefined {
  return findProgram(env, NGINX);
}

interface Program {
  readonly title: string;
  /** Names the file outright; when set, nothing is searched. */
  readonly variable: string;
  readonly names: readonly string[];
  /** Where it is also looked for, behind `PATH`. */
  readonly directories?: readonly string[];
  /** What makes it tell its version and end. */
  readonly versionFlag: string;
  readonly aptPackage: string;
}

const REDIS: Program = {
  title: 'redis-server (or valkey-server)',
  variable: 'SLUGLINE_REDIS_SERVER',
  names: ['redis-server', 'valkey-server'],
  versionFlag: '--version',
  aptPackage: 'redis-server',
};

const CHROMIUM: Program = {
  title: 'Chromium',
  variable: 'SLUGLINE_CHROMIUM',
  names: ['chromium', 'chromium-browser', 'google-chrome'],
  versionFlag: '--version',
  aptPackage: 'chromium',
};

const HEADLESS_SHELL: Program = {
  title: 'Chromium’s headless shell',
  variable: 'SLUGLINE_HEADLESS_SHELL',
  names: ['chromium-headless-shell', 'chrome-headless-shell'],
  versionFlag: '--version',
  aptPackage: 'chromium-headless-shell',
};

const NGINX: Program = {
  title: 'nginx',
  variable: 'SLUGLINE_NGINX',
  names: ['nginx'],
  // Not on the `PATH` of ordinary users, who may run it all the same.
  directories: ['/usr/sbin', '/usr/local/sbin'],
  versionFlag: '-v',
  aptPackage: 'nginx-light',
};

function findProgram(env: Environment, program: Program): string | undefined {
  const named = env[program.variable];
  if (named !== undefined && named !== '') return isExecutable(named) ? named : undefined;
  for (const directory of [...(env.PATH ?? '').split(path.delimiter), ...(program.directories ?? [])]) {
    if (directory === '') continue;
    for (const name of program.names) {
      const file = path.join(directory, name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function missingPrograms(): readonly Program[] {
  return [REDIS, CHROMIUM, NGINX].filter((program) => !runs(program));
}

/** Found is not enough: some systems ship a `chromium-browser` that only prints how to install the real one. */
function runs(program: Program): boolean {
  const file = findProgram(process.env, program);
  return (
    file !== undefined && spawnSync(file, [program.versionFlag], { timeout: 20_000, stdio: 'ignore' }).status === 0
  );
}

const APT_GET = '/usr/bin/apt-get';
const APT_CACHE = '/usr/bin/apt-cache';

/** Not every Debian-like system has each package, and what is not needed is not worth a failure at each run. */
function isInApt({ aptPackage }: Program): boolean {
  return spawnSync(APT_CACHE, ['show', aptPackage], { timeout: 20_000, stdio: 'ignore' }).status === 0;
}

function mayInstall(): boolean {
  return process.env.SLUGLINE_NO_INSTALL !== '1' && process.getuid?.() === 0 && existsSync(APT_GET) && isDebianLike();
}

function isDebianLike(): boolean {
  try {
    return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function installWithApt(why: string, programs: readonly Program[]): void {
  const packages = programs.map((program) => program.aptPackage);
  process.stderr.write(
    `${why}: installing ${packages.join(' and ')} with apt-get now (SLUGLINE_NO_INSTALL=1 refuses this).\n`,
  );
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 2, 2] as const,
  };
  const lockWait = ['-o', 'DPkg::Lock::Timeout=120'];
  const allowServices = forbidServiceStarts();
  try {
    execFileSync(APT_GET, [...lockWait, 'update'], { ...options, stdio: [...options.stdio] });
    execFileSync(APT_GET, [...lockWait, 'install', '-y', '--no-install-recommends', ...packages], {
      ...options,
      stdio: [...options.stdio],
    });
  } catch {
    process.stderr.write('apt-get failed; its output is above.\n');
  } finally {
    allowServices();
  }
}

const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Debian starts a service as it installs it, unless this file says no (101). One that is there stays as it is. */
function forbidServiceStarts(): () => void {
  try {
    writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch {
    return () => undefined;
  }
  return () => rmSync(SERVICE_POLICY, { force: true });
}

function instructions(missing: readonly Program[]): string {
  const packages = missing.map((program) => program.aptPackage).join(' ');
  const variables = listed(missing.map((program) => program.variable));
  return [
    `The tests need ${titles(missing)}, which could not be found or run. On Debian or Ubuntu, run:`,
    `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`,
    `Elsewhere install them as usual, or name them with ${variables}.`,
  ].join('\n');
}

function titles(programs: readonly Program[]): string {
  return listed(programs.map((program) => program.title));
}

/** `a`, `a and b`, `a, b and c`. */
function listed(words: readonly string[]): string {
  return words.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}
