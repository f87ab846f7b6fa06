import type { PageAssets } from './page-assets.js';

/**
 * What sites load from an address that never changes: it loads the element, whose address holds a digest of its content
 * and may be kept for a year. It has neither imports nor exports, so it works as a classic script and as a module, and
 * leaves no global behind. The path that it names is relative to itself, wherever the server is mounted: a module's
 * is by itself, but a classic script of another site has no address of its own except while it runs.
 */
export function embedLoader({ base, script }: PageAssets): string {
  if (script === undefined) return "console.error('Slugline: the server was built without its pages.');";
  return `((path, home) => {
  import(home ? new URL(path, home).href : path).catch((error) =>
    console.error('Slugline: the story could not be loaded.', error),
  );
})(${JSON.stringify(`.${script.slice(base.length)}`)}, document.currentScript?.src);
`;
}
