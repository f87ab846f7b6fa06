import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../helpers/cli.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/react-native/', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

const check = (project: string) => startProgram(COMPILER, ['-p', project], { cwd: EXAMPLE }).finished;

/** The screen with something in it replaced, beside it so that it finds the same packages; gone after the test. */
async function changed(from: string, to: string): Promise<string> {
  const folder = `${EXAMPLE}dist/`;
  const text = await readFile(`${EXAMPLE}StoryScreen.tsx`, 'utf8');
  if (!text.includes(from)) throw new Error(`The screen has no ${from}`);
  await mkdir(folder, { recursive: true });
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(`${folder}StoryScreen.tsx`, text.replace(from, to));
  await writeFile(`${folder}tsconfig.json`, '{ "extends": "../tsconfig.json", "include": ["*.tsx"] }');
  return folder;
}

describe('the example react-native', () => {
  it('is what the types of React Native and of the SDK say', async () => {
    expect(await check('.')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it.each([
    ['what React Native does not have', 'accessibilityRole="link"', 'accessibilityRole="a"', /StoryScreen.*TS2769/],
    ['what an entry does not have', 'entry.breaking &&', 'entry.brokken &&', /StoryScreen.*TS2339/],
    ['what the SDK does not take', 'trim(HELD_AT_TOP)', 'trim("100")', /StoryScreen.*TS2345/],
  ])('would be found to use %s', async (_what, from, to, told) => {
    const { code, stdout } = await check(await changed(from, to));
    expect(code).not.toBe(0);
    expect(stdout).toMatch(told);
  });

  it('can be bundled with all that it imports but React Native itself', async () => {
    const built = await build({
      configFile: false,
      root: EXAMPLE,
      logLevel: 'error',
      oxc: { jsx: { runtime: 'automatic' } },
      build: {
        write: false,
        lib: { entry: `${EXAMPLE}StoryScreen.tsx`, formats: ['es'], fileName: 'screen' },
        rolldownOptions: { external: [/^react$/, /^react\/jsx/, /^react-native$/] },
      },
    });
    const parts = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
    const screen = parts.find((part) => part.type === 'chunk' && part.isEntry);
    if (screen?.type !== 'chunk') throw new Error('The bundler made nothing');
    const outside = screen.imports.filter((name) => !parts.some(({ fileName }) => fileName === name));
    expect([...new Set(outside.map((name) => name.split('/')[0]))].sort()).toEqual(['react', 'react-native']);
  });
});
