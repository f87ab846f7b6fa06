import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** URLs of what the pages load, as the browser build named them. */
export interface PageAssets {
  /** Where the files are; absent when the browser build was not run. */
  readonly directory?: string;
  readonly styles: readonly string[];
  readonly icon?: string;
  readonly script?: string;
}

/** Under which the files are served; each name holds a digest of its content. */
export const ASSETS_PATH = '/assets';

const MANIFEST = z.record(
  z.string(),
  z.object({ file: z.string(), css: z.array(z.string()).optional(), isEntry: z.boolean().optional() }),
);

/**
 * Reads the browser build's manifest. Beside this file when it runs from `dist`, and there too when the sources
 * run (in tests): the build has one place. Without a build the pages are plain and not live, but they are there.
 */
export function loadPageAssets(): PageAssets {
  for (const place of ['./assets/', '../dist/pages/assets/']) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    const manifest = readManifest(`${directory}manifest.json`);
    const entry = Object.values(manifest ?? {}).find((chunk) => chunk.isEntry === true);
    if (entry !== undefined) {
      const styles = (entry.css ?? []).map((file) => `${ASSETS_PATH}/${file}`);
      return { directory, styles, icon: `${ASSETS_PATH}/icon-1.svg`, script: `${ASSETS_PATH}/${entry.file}` };
    }
  }
  return { styles: [] };
}

function readManifest(path: string): z.infer<typeof MANIFEST> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return MANIFEST.parse(JSON.parse(text));
}
