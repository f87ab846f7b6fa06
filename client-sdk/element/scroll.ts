/** The box in which an element is scrolled: the nearest that scrolls, else the page. */
function scrollerOf(element: Element): Element {
  for (let at: Element | null = element.parentElement; at !== null; at = at.parentElement) {
    const { overflowY } = getComputedStyle(at);
    if (/auto|scroll|overlay/.test(overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement ?? document.documentElement;
}

/** Pixels from the upper edge of what is visible; negative above it. */
function topIn(scroller: Element, element: Element): number {
  const edge = scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top;
  return element.getBoundingClientRect().top - edge;
}

/**
 * Does something to the articles and keeps what is read where it is: the first one in sight stays at its place,
 * whatever was put in or grew above it. Not every browser does so by itself, and none across a shadow root's edge when
 * the node it chose is the one that changes.
 */
export function keepPlace(host: Element, articles: () => Iterable<Element>, act: () => void): void {
  const scroller = scrollerOf(host);
  // Who sees the beginning sees what comes in there.
  if (topIn(scroller, host) >= 0) {
    act();
    return;
  }
  const anchors = [...articles()].filter((article) => {
    const { top, bottom } = article.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  const before = anchors.map((anchor) => topIn(scroller, anchor));
  act();
  const at = anchors.findIndex((anchor) => anchor.isConnected);
  const [anchor, was] = [anchors[at], before[at]];
  if (anchor === undefined || was === undefined) return;
  const moved = topIn(scroller, anchor) - was;
  if (moved !== 0) scroller.scrollBy({ top: moved, behavior: 'instant' });
}

/** Whether what comes in at the beginning of the feed comes in under the reader's eyes, or below them. */
export function seesTopOf(host: Element, feed: Element): boolean {
  return topIn(scrollerOf(host), feed) >= -1;
}

export function scrollToTop(element: Element): void {
  element.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
}

/** Who finds movement hard to bear is not moved through the page, but set down. */
export function scrollBehavior(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
}
