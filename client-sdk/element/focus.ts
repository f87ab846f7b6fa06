/** Moves focus without moving the page; whether it went there. */
export function focusOn(root: ShadowRoot, element: Element | null | undefined): boolean {
  if (!(element instanceof HTMLElement) || !element.isConnected) return false;
  element.focus({ preventScroll: true });
  return root.activeElement === element;
}

/**
 * Looks where focus is, and gives what puts it back there when what is shown has changed: a browser takes it away from
 * what is moved, and who reads by keyboard or by ear would have to start at the top of the page. Where what had it is
 * gone, it goes to the nearest thing that stayed: the entry around it, the next entry, the chosen filter.
 */
export function holdFocus(root: ShadowRoot): () => void {
  const held = root.activeElement;
  if (held === null) return () => undefined;
  const entry = held.closest('.entry');
  const embed = held.closest('.embed');
  const next = nextOf(entry);
  const action = held.getAttribute('data-action');
  return () => {
    if (root.activeElement !== null) return;
    const again = [held, embed?.querySelector('iframe'), entry, ...next].some((element) => focusOn(root, element));
    if (again) return;
    const controls = [`[data-action="${action}"]`, '.controls [aria-pressed=true]', '.entry'];
    controls.some((selector) => focusOn(root, root.querySelector(selector)));
  };
}

/** The entries after this one, then those before it, nearest first. */
function nextOf(entry: Element | null): readonly Element[] {
  const entries = entry === null ? [] : [...(entry.parentElement?.children ?? [])];
  const at = entry === null ? -1 : entries.indexOf(entry);
  return at === -1 ? [] : [...entries.slice(at + 1), ...entries.slice(0, at).reverse()];
}
