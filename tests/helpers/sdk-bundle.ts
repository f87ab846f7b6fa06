import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The client SDK as one text that sets `Slugline`. What is loaded when first needed is in it, and runs when first needed. */
export function bundleSdk(): Promise<string> {
  return bundleForPage('client-sdk/index.ts', 'Slugline');
}

/**
 * A module with all that it needs, from the sources, as one text for a page: it sets a global of that name. Libraries are
 * in the form in which they complain.
 *
 * @param entry path from the root of the repository.
 */
export async function bundleForPage(entry: string, name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: {
      alias: [
        { find: /^@slugline\/client\/(\w+)$/, replacement: `${root}client-sdk/$1/index.ts` },
        { find: '@slugline/client', replacement: `${root}client-sdk/index.ts` },
      ],
    },
    build: { write: false, minify: false, lib: { entry: root + entry, formats: ['iife'], name } },
  });
  const [output] = [built].flat();
  if (output === undefined || !('output' in output)) throw new Error('The bundler made nothing');
  return output.output[0].code;
}
