import { Html } from './html.js';

/**
 * Data within a page, for scripts and machines to read. A browser does not run a `script` of such a type, and a policy
 * against inline scripts has nothing against it. No `<` may stand in it as such: that is where the end of the element,
 * or a comment that hides the end, would begin.
 */
export function dataBlock(type: 'application/json' | 'application/ld+json', value: object): Html {
  return new Html(`<script type="${type}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`);
}
