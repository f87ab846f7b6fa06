import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const entry = fileURLToPath(new URL('../../client-sdk/index.ts', import.meta.url));

/** The client SDK as one text that sets `Slugline`. What is loaded when first needed is in it, and runs when first needed. */
export async function bundleSdk(): Promise<string> {
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'Slugline' } },
  };
  const [output] = [await build(config)].flat();
  if (output === undefined || !('output' in output)) throw new Error('The bundler made nothing');
  return output.output[0].code;
}
