/** Where Vite looks for what it wraps each dynamic import in. */
const VITE_HELPER = '\0vite/preload-helper.js';

/** A wrapped import as Vite writes it, with the marker that it replaces later by style sheets to preload. */
const WRAPPED =
  /__vitePreload\((?:async )?\(\) => (?:(?!__vitePreload).)*?import\("([^"]+)"\).*?__VITE_PRELOAD__(?:, import\.meta\.url)?\)/gs;

/**
 * Until 2026 browsers remembered for as long as a page was open that a module could not be loaded: a reader who lost the
 * network for that one moment would never be on a socket, or on anything else. Under another address it is another module.
 */
const HELPER = `
const failures = new Map();
export const __vitePreload = (path) => {
  const failed = failures.get(path);
  return IMPORT(failed === undefined ? path : path + '?' + failed).catch((error) => {
    failures.set(path, (failed ?? 0) + 1);
    throw error;
  });
};`;

/**
 * Makes dynamic imports small, and such that one that failed can be tried again. Vite's own helper is a kilobyte that
 * preloads style sheets, of which parts that are loaded later have none.
 *
 * All parts MUST be built into one directory: their paths are relative to each other.
 */
export function repeatableImports() {
  return {
    name: 'repeatable-imports',
    enforce: 'pre',
    load: (id) => (id === VITE_HELPER ? HELPER : undefined),
    renderChunk: (code) => ({
      code: code.replace(WRAPPED, '__vitePreload("$1")').replace('IMPORT(', 'import('),
      map: null,
    }),
  };
}
