import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What the console's page loads, as its build named it. */
export interface ConsoleAssets {
  readonly directory: string;
  readonly script: string;
  readonly styles: string;
}

/** Under which the files are served; each name holds a digest of its content. */
export const CONSOLE_ASSETS_PATH = '/console/assets';

const MANIFEST = z.object({ 'main.ts': z.object({ file: z.string() }), 'console.css': z.object({ file: z.string() }) });

/**
 * Reads the build's manifest, where `loadPageAssets` reads the one of the readers' pages.
 *
 * @param base path under which the server is reached, without a slash at the end.
 * @returns `undefined` where the console was not built.
 */
export function loadConsoleAssets(base: string): ConsoleAssets | undefined {
  for (const place of ['../../console/assets/', '../../dist/console/assets/']) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    const text = readText(`${directory}manifest.json`);
    if (text === undefined) continue;
    const { 'main.ts': script, 'console.css': styles } = MANIFEST.parse(JSON.parse(text));
    const urlOf = ({ file }: { file: string }) => `${base}${CONSOLE_ASSETS_PATH}/${file}`;
    return { directory, script: urlOf(script), styles: urlOf(styles) };
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
