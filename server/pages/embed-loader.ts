import type { PageAssets } from './page-assets.js';

/**
 * What sites load from an address that never changes: it loads the element, whose address holds a digest of its content
 * and may be kept for a year. It has neither imports nor exports, so it works as a classic script and as a module, and
 * leaves no global behind. The paths that it names are relative to itself, wherever the server is mounted: a module's
 * are by themselves, but a classic script of another site has no address of its own except while it runs.
 */
export function embedLoader({ script, socketScripts = [] }: PageAssets): string {
  if (script === undefined) return "console.error('Slugline: the server was built without its pages.');";
  const load = (path: string) => `load(${JSON.stringify(`.${path}`)})`;
  // Whether these come or not is seen by the element, which asks for them again.
  const beside = socketScripts.map((path) => `  ${load(path)}.catch(() => {});\n`).join('');
  return `((home) => {
  const load = (path) => import(home ? new URL(path, home).href : path);
  ${load(script)}.catch((error) => console.error('Slugline: the story could not be loaded.', error));
${beside}})(document.currentScript?.src);
`;
}
