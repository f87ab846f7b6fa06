import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findChromium, findHeadlessShell, findNginx, findRedisServer } from '../helpers/provision.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('without the programs and without leave to install them the whole run stops with the line to run', () => {
  const run = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/vitest.config.ts', 'tests/contract/redis-store'],
    {
      cwd: root,
      encoding: 'utf8',
      // nginx is also looked for where Debian has it, and may be there.
      env: { PATH: '', SLUGLINE_NGINX: '/nowhere/nginx', SLUGLINE_NO_INSTALL: '1', NO_COLOR: '1' },
      timeout: 18_000,
    },
  );

  expect(run.status).toBeGreaterThan(0);
  const output = run.stdout + run.stderr;
  expect(output).toContain('apt-get install -y --no-install-recommends redis-server chromium nginx-light');
  expect(output).toContain('SLUGLINE_REDIS_SERVER, SLUGLINE_CHROMIUM and SLUGLINE_NGINX');
  expect(output).not.toContain('passed');
});

test('a program named by a variable is taken before one on the path, and a wrong name is not papered over', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slugline-programs-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const program = (name: string, mode: number): string => {
    const file = path.join(directory, name);
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, mode);
    return file;
  };
  const valkey = program('valkey-server', 0o755);
  const chrome = program('google-chrome', 0o755);
  const other = program('my-redis', 0o755);
  const nginx = program('nginx', 0o755);
  program('chromium', 0o644);

  const PATH = `/nowhere:${directory}`;
  expect(findRedisServer({ PATH })).toBe(valkey);
  expect(findRedisServer({ PATH, SLUGLINE_REDIS_SERVER: other })).toBe(other);
  expect(findRedisServer({ PATH, SLUGLINE_REDIS_SERVER: path.join(directory, 'absent') })).toBeUndefined();
  expect(findChromium({ PATH })).toBe(chrome);
  expect(findChromium({})).toBeUndefined();
  expect(findHeadlessShell({ PATH })).toBeUndefined();
  expect(findHeadlessShell({ PATH, SLUGLINE_HEADLESS_SHELL: chrome })).toBe(chrome);
  expect(findNginx({ PATH })).toBe(nginx);
  expect(findNginx({ PATH, SLUGLINE_NGINX: other })).toBe(other);
  expect(findNginx({ PATH, SLUGLINE_NGINX: path.join(directory, 'absent') })).toBeUndefined();
});
