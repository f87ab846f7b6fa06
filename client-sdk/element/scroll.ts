/** Milliseconds in which what was moved by something that came in glides to its new place. */
const GLIDE_MS = 300;

/** The part of the screen in which what is scrolled is seen, in pixels from its top. */
export interface Window {
  readonly top: number;
  readonly bottom: number;
}

/** Looks where things are, and gives what puts them back there when others have changed: see `holdPlace`. */
export type Hold = (scroller: Element, view: Window, near: readonly Element[]) => () => void;

/** The box in which an element is scrolled: the nearest that scrolls, else the page. */
export function scrollerOf(element: Element): Element {
  for (let at: Node | null = element; at !== null; at = at instanceof ShadowRoot ? at.host : at.parentNode) {
    // What is set on these scrolls the page.
    if (at === document.body || at === document.documentElement) break;
    if (!(at instanceof Element) || at === element) continue;
    if (/auto|scroll|overlay/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement ?? document.documentElement;
}

function windowOf(scroller: Element): Window {
  if (scroller === document.scrollingElement) return { top: 0, bottom: innerHeight };
  const { top, bottom } = scroller.getBoundingClientRect();
  return { top: Math.max(top, 0), bottom: Math.min(bottom, innerHeight) };
}

export function topOf(element: Element): number {
  return element.getBoundingClientRect().top;
}

/**
 * Does something to what is shown. What is moved by that before the reader's eyes glides, so that what they follow with
 * their eyes, or are about to tap, never jumps.
 *
 * @param hold keeps what is read where it is; absent where nothing was read yet.
 */
export function changeGently(host: Element, root: ShadowRoot, hold: Hold | undefined, act: () => void): void {
  const scroller = scrollerOf(host);
  const view = windowOf(scroller);
  const near = nearby(root, view);
  // One notice makes room for another.
  const pieces = [...near, ...piecesOf(root.querySelector('.notices'))];
  const before = pieces.map(topOf);
  const putBack = hold?.(scroller, view, near);
  act();
  putBack?.();
  if (document.hidden || scrollBehavior() === 'instant') return;
  const moves = pieces.map((article, at) => ({ article, shift: (before[at] ?? 0) - topOf(article) }));
  glide(moves.filter(({ article, shift }) => article.isConnected && Math.abs(shift) >= 1));
}

/** Articles of which something is in sight, or may come into it, and what stands before or after them all. */
function nearby(root: ShadowRoot, view: Window): readonly HTMLElement[] {
  const near: HTMLElement[] = [];
  const feed = root.querySelector('.feed');
  // Not searched for in the whole of a long story.
  const pieces = piecesOf(feed?.parentElement).flatMap((piece) => (piece === feed ? piecesOf(feed) : piece));
  for (const article of pieces) {
    if (!article.matches('.entry, .pages')) continue;
    const { top, bottom } = article.getBoundingClientRect();
    const isBelow = top >= 2 * view.bottom - view.top;
    // They stand one below the other, but for those that are still above their places.
    if (isBelow && gliding.size === 0) break;
    if (!isBelow && bottom > view.top) near.push(article);
  }
  return near;
}

function piecesOf(parent: Element | null | undefined): readonly HTMLElement[] {
  return [...(parent?.children ?? [])].filter((piece) => piece instanceof HTMLElement);
}

/** What glides, each with the last time that it began to. */
const gliding = new Map<HTMLElement, object>();

/**
 * Shows articles where they were, and lets them go to where they are. By their style and not by an animation, which
 * browsers compose beside the layout: they would count a jump.
 *
 * @param moves pixels from where each is to where it was.
 */
function glide(moves: readonly { readonly article: HTMLElement; readonly shift: number }[]): void {
  if (moves.length === 0) return;
  const time = {};
  // What glides already goes on from where it is.
  const from = moves.map(({ article, shift }) => shift + new DOMMatrix(getComputedStyle(article).transform).m42);
  moves.forEach(({ article }, at) => {
    gliding.set(article, time);
    article.style.cssText = `transform: translateY(${from[at]}px)`;
  });
  const still = () => moves.filter(({ article }) => gliding.get(article) === time);
  const go = () => {
    for (const { article } of still()) article.style.cssText = `transition: transform ${GLIDE_MS}ms ease-out`;
    // Not before it has come there: on a busy device it begins late.
    setTimeout(() => {
      for (const { article } of still()) {
        article.removeAttribute('style');
        gliding.delete(article);
      }
    }, 2 * GLIDE_MS);
  };
  // Two frames: the first shows them where they were.
  requestAnimationFrame(() => requestAnimationFrame(go));
}

/** Whether the reader sees where entries come in, or everything that is shown lies below what they see. */
export function seesStartOf(host: Element, feed: Element): boolean {
  return topOf(feed) >= windowOf(scrollerOf(host)).top - 1;
}

export function seesEndOf(host: Element, feed: Element): boolean {
  return feed.getBoundingClientRect().bottom <= windowOf(scrollerOf(host)).bottom + 1;
}

/** Who finds movement hard to bear is not moved through the page, but set down. */
export function scrollBehavior(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
}
