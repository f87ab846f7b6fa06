const sheets = new Map<string, CSSStyleSheet>();

/**
 * The element's shadow root: the one that a server printed, or a new one. What was printed into a template that a browser
 * did not know what to do with is shown again from what was handed over.
 */
export function takeRoot(host: Element, styles: string): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  host.querySelector(':scope > template')?.remove();
  adoptStyles(root, styles);
  // Where a server printed them, so that the page looked right before any script ran, they say the same.
  root.querySelector('style')?.remove();
  return root;
}

/**
 * Gives styles to a root: as an object, made once for all of a page. `style` elements are forbidden by many sites'
 * security policies.
 */
export function adoptStyles(root: ShadowRoot, styles: string): void {
  const sheet = sheets.get(styles) ?? new CSSStyleSheet();
  if (!sheets.has(styles)) sheet.replaceSync(styles);
  sheets.set(styles, sheet);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
