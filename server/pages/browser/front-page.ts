import { bring, keyOf } from './bring.js';
import { clockText, tellTimes } from './told-times.js';

/*
 * Keeps the front page as it should be while it is open. The page itself is asked for again, by the address that the reader
 * has: so what is shown is what anybody is shown who comes now, one printer makes both, and all who have it open are one
 * question to whatever cache stands in front.
 *
 * What is told of a story is brought up to date where the story stands. Its place, and stories that came, wait while the
 * reader is at it: nothing that they look at, or are about to tap, is moved from there.
 */

/** Milliseconds between two looks; twice as many after each one that failed, up to the most. */
const LOOK_MS = 15_000;
const MOST_MS = 120_000;
/** Milliseconds that an answer may take. */
const ANSWER_MS = 10_000;
/** Milliseconds without a stir after which nobody is taken to be reading: a screen on a wall, a page that was left. */
const REST_MS = 60_000;
/** Looks that fail before the reader is told: one may be a tunnel, or a server that is restarted. */
const TOLD_AFTER = 2;

const main = one('#main', HTMLElement);
const front = one('#front', HTMLElement);
const newer = one('.newer', HTMLButtonElement);
const behind = one('.behind', HTMLElement);

/** `#front` as it was found last, where not all of it is shown yet. */
let waiting: Element | undefined;
let etag: string | null = null;
/** The styles that the page is made for: others are of another release of the server. */
let styles: string | undefined;
let foundAt = new Date();
let stirredAt = performance.now();
let failures = 0;
let isAsking = false;
let timer: ReturnType<typeof setTimeout> | undefined;

for (const type of ['pointermove', 'pointerdown', 'keydown', 'scroll']) {
  const stir = () => {
    stirredAt = performance.now();
  };
  addEventListener(type, stir, { passive: true });
}
// Whoever comes back, to the tab or to the network, is not to wait for the next look.
document.addEventListener('visibilitychange', () => void look());
addEventListener('online', () => void look());
newer.addEventListener('click', () => {
  showAll();
  scrollTo({ top: 0 });
  // The button is gone, and focus would be nowhere.
  main.focus({ preventScroll: true });
});
tellTimes(front);
say();
lookIn(LOOK_MS);

async function look(): Promise<void> {
  // A tab that nobody sees asks nothing, until it is seen.
  if (document.hidden || isAsking) return;
  isAsking = true;
  const answer = await ask();
  isAsking = false;
  failures = answer === undefined ? failures + 1 : 0;
  if (answer !== undefined) take(answer);
  tellTimes(front);
  say();
  lookIn(Math.min(LOOK_MS * 2 ** failures, MOST_MS));
}

/** Not all at one moment: many may have come by the same alert. */
function lookIn(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void look(), ms * (0.8 + 0.4 * Math.random()));
}

interface Answer {
  readonly front: Element;
  readonly etag: string | null;
  readonly styles: string;
}

/**
 * What is at this address now; nothing where it could not be had. The browser's own cache asks by the ETag. It is not
 * fetched, since only here a document comes of an answer without a parser that pages would have to trust; no script of it runs.
 */
function ask(): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.addEventListener('loadend', () => {
      const page = request.status === 200 ? request.responseXML : undefined;
      const found = page?.querySelector('#front');
      const links = [...(page?.querySelectorAll('link[rel=stylesheet]') ?? [])];
      resolve(
        found == null
          ? undefined
          : {
              front: found,
              etag: request.getResponseHeader('ETag'),
              styles: links.map((link) => link.getAttribute('href')).join(' '),
            },
      );
    });
    request.open('GET', location.href);
    request.responseType = 'document';
    request.timeout = ANSWER_MS;
    request.send();
  });
}

function take(answer: Answer): void {
  foundAt = new Date();
  const isOther = answer.etag === null || answer.etag !== etag;
  etag = answer.etag;
  if (isOther) waiting = answer.front;
  const isNobodyReading = performance.now() - stirredAt > REST_MS && !front.contains(document.activeElement);
  // A screen that is never turned off is not to show the pages of tomorrow in the styles of last year.
  styles ??= answer.styles;
  if (isNobodyReading && answer.styles !== styles) location.reload();
  else if (isNobodyReading || liveIn(front).size === 0) holdPlace(showAll);
  else if (isOther) holdPlace(showKnown);
}

function showAll(): void {
  if (waiting !== undefined) bring(front, waiting);
  waiting = undefined;
  newer.hidden = true;
  tellTimes(front);
}

/** Stories where they stand. What is gone is gone at once: it may have been taken back. */
function showKnown(): void {
  const found = waiting;
  if (found === undefined) return;
  const teasers = new Map([...found.querySelectorAll('.teaser')].map((teaser) => [keyOf(teaser), teaser]));
  for (const teaser of front.querySelectorAll('.teaser')) {
    const wanted = teasers.get(keyOf(teaser));
    if (wanted === undefined) teaser.remove();
    else bring(teaser, wanted);
  }
  for (const section of front.querySelectorAll('.section:not(:has(.teaser))')) section.remove();
  const [head, wantedHead] = [front, found].map((part) => part.querySelector('.front-head'));
  if (head != null && wantedHead != null) bring(head, wantedHead);
  const shown = liveIn(front);
  newer.hidden = [...liveIn(found)].every((key) => shown.has(key));
}

/** Names of the stories that stand among the live ones. */
function liveIn(part: Element): ReadonlySet<string | undefined> {
  return new Set([...part.querySelectorAll('.is-live .teaser')].map(keyOf));
}

/**
 * Does something to the list, and leaves what a reader who is further down sees where they see it. Focus on what is gone goes
 * to the story that it was of, or to the page.
 */
function holdPlace(act: () => void): void {
  const focused = document.activeElement;
  const around = front.contains(focused) ? focused?.closest('.teaser') : undefined;
  const topOf = (teaser: Element) => teaser.getBoundingClientRect().top;
  const seen = [...front.querySelectorAll('.teaser')].find((teaser) => teaser.getBoundingClientRect().bottom > 0);
  const before = seen === undefined ? 0 : topOf(seen);
  act();
  tellTimes(front);
  if (around != null && focused?.isConnected === false) {
    const next = around.isConnected ? around.querySelector<HTMLElement>('h3 a') : main;
    next?.focus({ preventScroll: true });
  }
  if (scrollY > 0 && seen?.isConnected === true) scrollBy({ top: topOf(seen) - before, behavior: 'instant' });
}

/** Says whether the page is as it should be. */
function say(): void {
  const isBehind = failures >= TOLD_AFTER;
  main.dataset.keeping = isBehind ? 'behind' : 'live';
  if (behind.hidden !== isBehind) return;
  const time = behind.querySelector('time');
  if (time !== null) time.textContent = clockText(foundAt);
  behind.hidden = !isBehind;
}

function one<Kind extends Element>(selector: string, kind: abstract new () => Kind): Kind {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return found;
}
