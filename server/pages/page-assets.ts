import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** URLs of what the pages load, as the browser build named them. */
export interface PageAssets {
  /** Where the files are; absent when the browser build was not run. */
  readonly directory?: string;
  readonly styles: readonly string[];
  readonly icon?: string;
  /** A module that registers `<live-story>`. */
  readonly script?: string;
}

/** Under which the files are served; each name holds a digest of its content. */
export const ASSETS_PATH = '/assets';

const MANIFEST = z.record(z.string(), z.object({ file: z.string() }));

/**
 * Reads the browser build's manifest. Beside this file when it runs from `dist`, and there too when the sources
 * run (in tests): the build has one place. Without a build the pages are plain and not live, but they are there.
 */
export function loadPageAssets(): PageAssets {
  for (const place of ['./assets/', '../dist/pages/assets/']) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    const manifest = readManifest(`${directory}manifest.json`);
    const urlOf = (source: string) => {
      const file = manifest?.[source]?.file;
      return file === undefined ? [] : [`${ASSETS_PATH}/${file}`];
    };
    const [script] = urlOf('embed.ts');
    if (script !== undefined) {
      return { directory, styles: urlOf('page.css'), icon: `${ASSETS_PATH}/icon-1.svg`, script };
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
