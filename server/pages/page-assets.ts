import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** URLs of what the pages load, as the browser build named them. */
export interface PageAssets {
  /** Path under which readers reach this server, without a slash at the end: it is in all URLs here. Empty as a rule. */
  readonly base: string;
  /** Where the files are; absent when the browser build was not run. */
  readonly directory?: string;
  readonly styles: readonly string[];
  readonly icon?: string;
  /** A module that registers `<live-story>`. */
  readonly script?: string;
  /** Modules with the interface's words, by language; English is in `script`. Worth asking for beside it, too. */
  readonly textScripts?: Readonly<Record<string, string>>;
  /** Beside it on the page of a story. */
  readonly storyScripts?: readonly string[];
  /** Keeps the front page as it should be while it is open. */
  readonly frontScript?: string | undefined;
  /** Makes the control for alerts work, and the worker that shows them: its text. */
  readonly alertsScript?: string | undefined;
  readonly pushWorker?: string | undefined;
  /** Beside it on the page on which embeds are made. */
  readonly builderScript?: string | undefined;
  /** Beside `styles` on the page that tells the API. */
  readonly docsStyles?: readonly string[];
  /** In place of `styles` on pages that stand in an iframe, and what those load. */
  readonly frameStyles?: readonly string[];
  readonly frameScripts?: readonly string[];
  /** Text of the script that a site loads beside an iframe. */
  readonly frameHostScript?: string;
}

/** Under which the files are served; each name holds a digest of its content. */
export const ASSETS_PATH = '/assets';

const MANIFEST = z.record(z.string(), z.object({ file: z.string() }));

type Manifest = z.infer<typeof MANIFEST>;

/**
 * Reads the browser build's manifest. Beside this file when it runs from `dist`, and there too when the sources
 * run (in tests): the build has one place. Without a build the pages are plain and not live, but they are there.
 */
export function loadPageAssets(base = ''): PageAssets {
  for (const place of ['./assets/', '../dist/pages/assets/']) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    const manifest = readManifest(`${directory}manifest.json`);
    const fileOf = (source: string) => manifest?.[source]?.file;
    const urlOf = (source: string) => {
      const file = fileOf(source);
      return file === undefined ? [] : [`${base}${ASSETS_PATH}/${file}`];
    };
    const [script] = urlOf('embed.ts');
    const frameHost = fileOf('embed-frame.ts');
    if (script !== undefined && frameHost !== undefined) {
      return {
        base,
        directory,
        styles: urlOf('page.css'),
        icon: `${base}${ASSETS_PATH}/icon-1.svg`,
        script,
        textScripts: textFiles(manifest ?? {}, base),
        storyScripts: urlOf('story-page.ts'),
        frontScript: urlOf('front-page.ts')[0],
        alertsScript: urlOf('alerts.ts')[0],
        pushWorker: readText(`${directory}../push-worker/push-worker.js`),
        builderScript: urlOf('builder-page.ts')[0],
        docsStyles: urlOf('docs.css'),
        frameStyles: urlOf('frame.css'),
        frameScripts: urlOf('frame-page.ts'),
        frameHostScript: readFileSync(`${directory}${frameHost}`, 'utf8'),
      };
    }
  }
  return { base, styles: [] };
}

function textFiles(manifest: Manifest, base: string): Readonly<Record<string, string>> {
  const files = Object.entries(manifest).flatMap(([source, { file }]) => {
    const [, language] = /\/view\/texts\/(\w+)\.[jt]s$/.exec(source) ?? [];
    return language === undefined ? [] : [[language, `${base}${ASSETS_PATH}/${file}`]];
  });
  return Object.fromEntries(files);
}

/** What follows a story in this language, as far as a page knows beforehand. */
export function followingScripts({ script, textScripts = {} }: PageAssets, language: string): readonly string[] {
  const texts = textScripts[new Intl.Locale(language).language];
  return [script, texts].filter((url) => url !== undefined);
}

function readManifest(path: string): Manifest | undefined {
  const text = readText(path);
  return text === undefined ? undefined : MANIFEST.parse(JSON.parse(text));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
