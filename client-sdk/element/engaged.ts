import type { Texts } from '../view/messages.js';
import type { StoryView } from '../view/story-view.js';
import { holdPlace } from './anchors.js';
import { Away } from './away.js';
import { bring } from './bring.js';
import { focusOn } from './focus.js';
import type { Listening } from './listening.js';
import { Older } from './older.js';
import { playerOf } from './players.js';
import { type Hold, scrollerOf, scrollTo, seesStartOf } from './scroll.js';
import type { Session } from './session.js';
import { addressOf, share } from './share.js';

/** Entries that a filter should leave; where there are fewer, older ones are loaded for it. */
const ENOUGH = 10;
/** How near the end has to come for older entries to be loaded, beside what is in sight. */
const NEAR_END = '100%';

/** The element that a reader is at. */
export interface EngagedParts {
  readonly host: Element;
  readonly root: ShadowRoot;
  readonly session: Session;
  readonly listening: Listening;
  readonly texts: () => Texts;
  /** Whether what a reader saw is kept for their next visit. */
  readonly remembers: () => boolean;
  /** Shows now what is to be shown. */
  readonly render: () => void;
}

/**
 * What a story does for a reader who does something: who scrolls, chooses, follows a link, or comes back. Loaded with the
 * first of these; until then a story shows what is new, and that is all.
 */
export class Engaged {
  readonly #parts: EngagedParts;
  readonly older: Older;
  readonly away: Away;
  readonly hold: Hold;
  #end: { readonly node: Element; readonly observer: IntersectionObserver } | undefined;

  constructor(parts: EngagedParts) {
    const { session, root, remembers } = parts;
    this.#parts = parts;
    this.older = new Older(session.live, session.changed);
    this.away = new Away(session, remembers);
    this.hold = (scroller, view, near) => holdPlace(root, scroller, view, near);
  }

  stop(): void {
    this.away.leave();
    this.#end?.observer.disconnect();
  }

  /** Does what a control is for, by its `data-action`. */
  async act(action: string, { dataset }: HTMLElement): Promise<void> {
    const { entry = '', tag, embed = '' } = dataset;
    const { reading } = this.#parts.session;
    const { order, keyEvents } = reading.choice;
    switch (action) {
      case 'older':
        return this.older.more(this.#chosen());
      case 'visit':
        return this.visit(entry);
      case 'share':
        return this.#share(entry);
      case 'load-embed':
        return this.#loadEmbed(embed);
      case 'dismiss-since':
        return this.away.dismiss();
      case 'all':
        return this.#choose({ order, keyEvents: false });
      case 'key-events':
        return this.#choose({ ...reading.choice, keyEvents: !keyEvents });
      case 'tag':
        return this.#choose(
          tag === undefined || tag === reading.choice.tag ? { order, keyEvents } : { order, keyEvents, tag },
        );
      case 'order':
        return this.#choose({ ...reading.choice, order: order === 'newest' ? 'oldest' : 'newest' });
    }
  }

  /** Goes to an entry, wherever in the story it is. */
  async visit(id: string): Promise<void> {
    const { root, session, texts, listening, render } = this.#parts;
    const isThere = await bring(id, session, this.older).catch(() => undefined);
    if (isThere === undefined) return;
    if (!isThere) {
      listening.answer(texts().missing);
      return;
    }
    session.marks.set(id, 'linked');
    render();
    const article = [...root.querySelectorAll<HTMLElement>('.feed > .entry')].find(({ dataset }) => dataset.key === id);
    if (article === undefined) return;
    scrollTo(article);
    focusOn(root, article);
    keepInAddress(id, session);
  }

  /** Lets in what waits, and goes there. Focus goes to the first of them: the button that had it is gone with them. */
  showGathered(): void {
    const { root, session, render } = this.#parts;
    const ids = session.reading.showGathered();
    render();
    const articles = [...root.querySelectorAll<HTMLElement>('.entry')];
    const first = articles.find(({ dataset }) => ids.has(dataset.key ?? ''));
    const start = session.reading.choice.order === 'newest' ? root.querySelector('.feed') : first;
    if (start) scrollTo(start);
    focusOn(root, first);
  }

  /** Older entries are loaded when the end of those that are there comes near. */
  watchEnd(older: StoryView['older']): void {
    const { host, root } = this.#parts;
    const node = older === 'more' ? root.querySelector('.older') : null;
    if (node === (this.#end?.node ?? null)) return;
    this.#end?.observer.disconnect();
    this.#end = undefined;
    if (node === null) return;
    const scroller = scrollerOf(host);
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && this.older.nearEnd(this.#chosen()), {
      root: scroller === document.scrollingElement ? null : scroller,
      rootMargin: `0px 0px ${NEAR_END} 0px`,
    });
    observer.observe(node);
    this.#end = { node, observer };
  }

  /** What a filter leaves; `undefined` where there is none. */
  #chosen() {
    const { reading } = this.#parts.session;
    return reading.isFiltered ? reading.isChosen : undefined;
  }

  /** Shows what was chosen, from its beginning. */
  #choose(choice: Session['reading']['choice']): void {
    const { host, root, session, render } = this.#parts;
    const { reading, live } = session;
    reading.choice = choice;
    render();
    const feed = root.querySelector('.feed');
    if (feed !== null && !seesStartOf(host, feed)) scrollTo(feed);
    if (reading.isFiltered && live.entries.filter(reading.isChosen).length < ENOUGH)
      void this.older.more(this.#chosen());
  }

  async #share(id: string): Promise<void> {
    const { session, texts, listening } = this.#parts;
    const { story } = session.live;
    const entry = session.entry(id);
    if (story === undefined) return;
    const title = entry?.status === 'usable' && entry.headline !== undefined ? entry.headline : story.headline;
    const outcome = await share(title, addressOf(session.links(story.slug).entry(id)));
    if (outcome !== 'copied') return;
    session.showCopied(id);
    listening.answer(texts()['share.copied']);
  }

  #loadEmbed(name: string): void {
    const { session } = this.#parts;
    const [id = '', at = ''] = name.split(' ');
    const entry = session.entry(id);
    const block = entry?.status === 'usable' ? entry.body[Number(at)] : undefined;
    if (block?.type === 'embed') session.showPlayer(name, playerOf(block.url));
  }
}

/** So that the address that a reader copies leads here: where it is one of the story's own. */
function keepInAddress(id: string, session: Session): void {
  const { story, entry } = session.links(session.live.slug);
  const [page, link] = [new URL(story, location.href), new URL(entry(id), location.href)];
  const isOwn = location.pathname === page.pathname || location.pathname.startsWith(`${page.pathname}/`);
  if (link.origin !== location.origin || !isOwn) return;
  history.replaceState(history.state, '', link);
}
