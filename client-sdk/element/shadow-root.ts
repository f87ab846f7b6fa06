import { STYLES } from '../view/live-story-css.js';

let sheet: CSSStyleSheet | undefined;

/**
 * The element's shadow root: the one that a server printed, or a new one. What was printed is also taken from a browser
 * that did not know what to do with it, or from HTML that was put into the page by a script.
 */
export function takeRoot(host: Element): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const template = host.querySelector(':scope > template[shadowrootmode]');
  if (template instanceof HTMLTemplateElement) {
    if (root.firstChild === null) root.append(template.content);
    template.remove();
  }
  // As an object, made once for all of a page: `style` elements are forbidden by many sites' security policies. Where a
  // server printed one, so that the page looked right before any script ran, it says the same.
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
  }
  root.adoptedStyleSheets = [sheet];
  root.querySelector('style')?.remove();
  return root;
}
