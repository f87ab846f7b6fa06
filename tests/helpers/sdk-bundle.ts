import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const entry = fileURLToPath(new URL('../../client-sdk/index.ts', import.meta.url));

/**
 * The client SDK as one text.
 *
 * @param format `cjs` leaves packages to be imported by whoever runs it; `iife` has all in it and sets `Slugline`.
 */
export async function bundleSdk(format: 'cjs' | 'iife'): Promise<string> {
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: [format], name: 'Slugline' },
      rolldownOptions: format === 'cjs' ? { external: ['socket.io-client', 'eventsource-parser'] } : {},
    },
  };
  const [output] = [await build(config)].flat();
  if (output === undefined || !('output' in output)) throw new Error('The bundler made nothing');
  return output.output[0].code;
}
