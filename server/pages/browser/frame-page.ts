/*
 * A page in an iframe tells the page around it how high it is, now and whenever that changes. To whoever that is: a height
 * is no secret, and who may show this page in a frame is told to the browser.
 */
const page = document.documentElement;
const story = document.querySelector('live-story');
const feed = story?.shadowRoot?.querySelector('.feed') ?? null;
/** Where the feed begins; a line, as what stands there changes. */
const edge = document.createElement('div');

const measure = () => {
  const { height } = page.getBoundingClientRect();
  parent.postMessage({ type: 'slugline:height', height: Math.ceil(height) }, '*');
  if (feed !== null) edge.style.top = `${feed.getBoundingClientRect().top + scrollY}px`;
};

if (parent !== window) {
  new ResizeObserver(measure).observe(page);
  if (story !== null && feed !== null) watchSight(story, feed);
}

/**
 * In a frame that is as high as the story nothing here is ever scrolled: it is the page around it that is, which only the
 * browser knows of. What comes in at the beginning must not move what is read further down there either.
 */
function watchSight(element: Element, entries: Element): void {
  Object.assign(edge.style, { position: 'absolute', insetInlineStart: '0', inlineSize: '1px', blockSize: '1px' });
  document.body.append(edge);
  const seen = new Map<Element, boolean>();
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) seen.set(target, isIntersecting);
    element.toggleAttribute('data-read-below', seen.get(entries) === true && seen.get(edge) === false);
  });
  observer.observe(entries);
  observer.observe(edge);
}
