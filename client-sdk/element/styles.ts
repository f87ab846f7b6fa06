import { STYLES } from '../view/live-story-css.js';

let sheet: CSSStyleSheet | undefined;

/**
 * The element's look, made once for all of a page. As an object and not as a `style` element, which many sites' security
 * policies forbid.
 */
export function shareStyles(root: ShadowRoot): void {
  // A server that printed the root put the same in it, so that it looked right before any script ran.
  if (root.querySelector('style') !== null) return;
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
  }
  root.adoptedStyleSheets = [sheet];
}
