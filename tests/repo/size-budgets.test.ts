import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';
import { expect, test } from 'vitest';
import { embedLoader } from '../../server/pages/embed-loader.js';

/** A file that the bundler made, as far as it is weighed here. */
interface Part {
  readonly name: string;
  readonly file: string;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly gzip: number;
}

/** The largest that a part of what readers load may be, in bytes of gzip: each is a promise to the sites that load it. */
const SDK_CORE = 7 * 1024;
const EMBED = 24 * 1024;

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const weigh = (text: string) => gzipSync(text, { level: 9 }).length;

async function partsOf(config: InlineConfig): Promise<readonly Part[]> {
  const built = await build({ ...config, logLevel: 'error' });
  return [built].flat().flatMap((result) =>
    ('output' in result ? result.output : []).flatMap((part) => {
      if (part.type !== 'chunk') return [];
      const { name, fileName: file, isEntry, imports, code } = part;
      return [{ name, file, isEntry, imports, gzip: weigh(code) }];
    }),
  );
}

/** The parts of these names, with all that they do not run without. */
function loadedWith(all: readonly Part[], ...names: readonly string[]): readonly Part[] {
  const loaded = new Set<Part>();
  const load = (part: Part | undefined) => {
    if (part === undefined) throw new Error(`The bundler made no such part; it made ${all.map(({ name }) => name)}`);
    if (loaded.has(part)) return;
    loaded.add(part);
    for (const file of part.imports) load(all.find((other) => other.file === file));
  };
  for (const name of names) load(all.find((part) => part.name === name));
  return [...loaded];
}

/** @returns what is over, part by part; empty when nothing is. */
function over(budget: number, loaded: readonly Part[], all: readonly Part[]): string {
  const sum = loaded.reduce((bytes, { gzip }) => bytes + gzip, 0);
  if (sum <= budget) return '';
  const list = all.map((part) => `${loaded.includes(part) ? '+' : ' '} ${String(part.gzip).padStart(6)} ${part.name}`);
  return [`${sum} bytes, ${sum - budget} more than the ${budget} that it may be:`, ...list].join('\n');
}

test('the SDK without what is loaded when needed is 7 KB', async () => {
  const all = await partsOf({
    configFile: false,
    root: fileOf('client-sdk'),
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fileOf('client-sdk/index.ts'), formats: ['es'], fileName: 'core' },
      rolldownOptions: { preserveEntrySignatures: 'allow-extension', output: { minify: true } },
    },
  });
  const entry = all.filter(({ isEntry }) => isEntry).map(({ name }) => name);
  expect(over(SDK_CORE, loadedWith(all, ...entry), all)).toBe('');
});

test('the embed is 24 KB, with all that a reader of an English story on a socket loads', async () => {
  const all = await partsOf({
    configFile: fileOf('server/vite.config.js'),
    // From the sources, so that a build that is behind does not tell of what was.
    resolve: { alias: [{ find: /^@slugline\/client\/(\w+)$/, replacement: `${fileOf('client-sdk')}/$1/index.ts` }] },
    build: { write: false },
  });
  // Which parts these are is looked at in a browser, in embed-loading.test.ts.
  const loaded = loadedWith(all, 'embed');
  const loader = embedLoader({ base: '', styles: [], script: `/assets/${loaded[0]?.file}` });
  const address = { name: 'embed.js', file: 'embed.js', isEntry: true, imports: [], gzip: weigh(loader) };
  expect(over(EMBED, [address, ...loaded], [address, ...all])).toBe('');
});
