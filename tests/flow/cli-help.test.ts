import { describe, expect, it } from 'vitest';
import { CONFIG_OPTIONS } from '../../server/config-options.js';
import { runCli } from '../helpers/cli.js';

describe('slugline tells how it is used', () => {
  it('names every command and a first thing to try', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'publish', 'import-article', 'picture', 'key', 'member', 'export', 'import'])
      expect(stdout).toContain(`  ${command}`);
    expect(stdout).toContain('slugline serve --demo');
  });

  it.each([['serve'], ['publish'], ['import-article'], ['picture'], ['key'], ['member'], ['export'], ['import']])(
    '%s --help has examples',
    async (command) => {
      const { code, stdout } = await runCli([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples:\\n(.*\\n)*.*slugline ${command}`));
    },
  );

  it('serve --help names every setting, the secret ones as variables only', async () => {
    const { stdout } = await runCli(['serve', '--help']);
    for (const { name, flag } of CONFIG_OPTIONS) {
      expect(stdout).toContain(name);
      if (flag !== undefined) expect(stdout).toContain(flag.split(' ')[0]);
    }
  });

  it('prints its version', async () => {
    const { code, stdout } = await runCli(['--version']);
    expect(code).toBe(0);
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('a mistake in the command line', () => {
  it.each([
    ['an unknown command', ['pubish']],
    ['an unknown flag', ['serve', '--prot', '1']],
    ['a missing argument', ['publish']],
    ['no command', []],
    ['a role that there is not', ['key', 'create', '--name', 'x', '--role', 'boss']],
    ['a speed that is none', ['publish', 'x.json', '--speed', 'fast']],
    ['an address that is none', ['publish', '-', '--url', 'ftp://x']],
  ])('%s ends with 2 and without a stack trace', async (_name, args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).not.toBe('');
  });

  it.each([
    ['a flag', ['serve', '--port', '70000'], {}, 'PORT'],
    ['a variable', ['serve'], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    ['an unknown variable of ours', ['serve'], { SLUGLINE_ADMIN_KYE: 'x' }, 'SLUGLINE_ADMIN_KYE'],
  ])('%s with a bad value ends with 2 and one line that names the setting', async (_name, args, env, setting) => {
    const { code, stderr } = await runCli(args, { env });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(setting);
  });
});
