import { topOf, type Window } from './scroll.js';

/** Pieces of a story that can be held on to, from its beginning to its end. */
const PIECES = '.header > *, .side > *, .stamp, .labels, .headline, .correction, .notice, .body > *, .credits';

/**
 * Keeps what is read where it is, whatever comes in, grows or goes above it: the first piece in sight that is still there
 * afterwards stays at its place. Not every browser does so by itself, and none as precisely where the piece that it holds
 * on to is the one that changes.
 *
 * @param near articles that are in sight, or nearly.
 * @returns what puts it back, to be called after the change.
 */
export function holdPlace(root: ShadowRoot, scroller: Element, view: Window, near: readonly Element[]): () => void {
  const { host } = root;
  const { top, bottom } = host.getBoundingClientRect();
  // Who sees the beginning sees what comes in there.
  if (top >= view.top) return () => undefined;
  // Nothing of the story is in sight, and it ends above what is: that must not move.
  const isPassed = bottom <= view.top;
  const anchors = isPassed ? [] : anchorsIn(root, near, view);
  const before = anchors.map(topOf);
  return () => {
    let moved = isPassed ? host.getBoundingClientRect().bottom - bottom : 0;
    const at = anchors.findIndex(({ isConnected }) => isConnected);
    const anchor = anchors[at];
    if (anchor !== undefined) {
      const now = anchor.getBoundingClientRect();
      moved = now.top - (before[at] ?? now.top);
      // It filled the screen and shrank: what became of it is to be seen.
      if (now.bottom - moved <= view.top) moved = now.top - view.top;
    }
    if (moved !== 0) scroller.scrollBy({ top: moved, behavior: 'instant' });
  };
}

/** What can be held on to, best first: what begins in sight, since what is cut off may grow where it is not seen. */
function anchorsIn(root: ShadowRoot, near: readonly Element[], view: Window): readonly Element[] {
  const feed = root.querySelector('.feed');
  // Beside the entries of a wide page it stays in sight, wherever they go.
  const fixed = (part: Element) => getComputedStyle(part).position === 'sticky';
  const before = ['.header', '.side'].flatMap((part) => root.querySelector(part) ?? []).filter((part) => !fixed(part));
  const within = [...before, ...near];
  const pieces = within.flatMap((part) => [...part.querySelectorAll(PIECES)]);
  const whole: Element[] = [];
  const cut: Element[] = [];
  // The beginning of the feed before all: what is new comes in below it.
  for (const piece of [...(feed === null ? [] : [feed]), ...pieces, ...near]) {
    const { top, bottom } = piece.getBoundingClientRect();
    if (top >= view.bottom || bottom <= view.top) continue;
    if (top >= view.top - 1) whole.push(piece);
    else if (piece !== feed) cut.push(piece);
  }
  return [...whole, ...cut];
}
