import type { PublicEntry, Story } from '../protocol/index.js';
import type { Update } from '../story/live-story.js';
import { DrawnEntries } from '../view/drawn-entries.js';
import { LATE_STYLES } from '../view/late-css.js';
import type { Texts } from '../view/messages.js';
import { bannerTree, missingTree, sinceTree } from '../view/notices-tree.js';
import type { Choice, Player, StoryView } from '../view/story-view.js';
import { wholeTexts } from '../view/texts/en-late.js';
import { holdPlace } from './anchors.js';
import type { Announcements } from './announcements.js';
import { Away } from './away.js';
import { bring } from './bring.js';
import { EntriesBeside } from './entries-beside.js';
import { focusOn, holdFocus } from './focus.js';
import { Keyboard } from './keyboard.js';
import { Older } from './older.js';
import { playerOf } from './players.js';
import { type Hold, scrollBehavior, scrollerOf, seesStartOf } from './scroll.js';
import type { Session } from './session.js';
import { adoptStyles } from './shadow-root.js';
import { addressOf, share } from './share.js';
import { tellInTitle } from './title.js';

/** Entries that a filter should leave; where there are fewer, older ones are loaded for it. */
const ENOUGH = 10;
/** How near the end has to come for older entries to be loaded, beside what is in sight. */
const NEAR_END = '100%';
/** Entries held while the reader sees where new ones come in; those beyond are loaded again when they are wanted. */
const HELD = 500;
/** Entries beyond those before any are let go of, so that it is not done for each. */
const SLACK = 50;
/** Milliseconds for which it is told that a link was copied. */
const COPIED_MS = 3_000;

/** The element that a reader is at. */
export interface EngagedParts {
  readonly host: Element;
  readonly root: ShadowRoot;
  readonly session: Session;
  readonly announcements: Announcements;
  readonly texts: () => Texts;
  /** Whether the reader sees where new entries come in. */
  readonly seesEdge: () => boolean;
  /** Shows now what is to be shown. */
  readonly render: () => void;
}

/**
 * What a story does for a reader who does something: who scrolls, chooses, follows a link, leaves or comes back; and what
 * most stories have no need of. Loaded when there is such a need.
 */
export class Engaged {
  readonly older: Older;
  readonly away: Away;
  readonly beside: EntriesBeside;
  readonly keyboard: Keyboard;
  /** Keeps focus, and what is read, where they are. */
  readonly hold: Hold;
  readonly #parts: EngagedParts;
  readonly #drawn = new DrawnEntries();
  #players: ReadonlyMap<string, Player> = new Map();
  /** Id of the entry that a link led to. */
  #linked: string | undefined;
  /** Whether the last link led to no entry. */
  #isMissed = false;
  #copied: StoryView['copied'];
  #end: { readonly node: Element; readonly observer: IntersectionObserver } | undefined;

  constructor(parts: EngagedParts) {
    const { session, root, host } = parts;
    this.#parts = parts;
    adoptStyles(root, LATE_STYLES);
    this.older = new Older(session.live, session.changed);
    this.away = new Away(session);
    this.beside = new EntriesBeside(session.live, session.changed);
    for (const entry of session.pinnedOlder) this.beside.put(entry);
    this.keyboard = new Keyboard(host, root, {
      scope: () => session.settings().keys,
      showGathered: () => this.showGathered(),
      openHelp: () => void this.#openHelp(),
    });
    this.hold = (scroller, view, near) => {
      const returns = [holdFocus(root), holdPlace(root, scroller, view, near)];
      return () => {
        for (const putBack of returns) putBack();
      };
    };
  }

  stop(): void {
    this.away.leave();
    this.#end?.observer.disconnect();
    tellInTitle(this, 0, undefined);
  }

  /** What a session shows, with what is shown besides; `undefined` where that is all, and is not here. */
  complete(view: StoryView): StoryView | undefined {
    const { live, broke } = this.#parts.session;
    const { entries, story } = live;
    const shown = story && this.#shown(story, entries);
    if (shown === undefined) return undefined;
    const { since } = this.away;
    const broken = broke === undefined ? undefined : this.entry(broke);
    const telling = { ...view, texts: wholeTexts(view.texts) };
    return {
      ...view,
      entries: shown,
      older: this.#parts.session.settings().entry === undefined ? this.older.state : 'none',
      players: this.#players,
      drawn: this.#drawn,
      notices: [
        broken?.status === 'usable' && broken.breaking && bannerTree(broken, telling),
        since && sinceTree(since, telling),
        this.#isMissed && missingTree(telling),
      ],
      ...(this.#copied === undefined ? {} : { copied: this.#copied }),
    };
  }

  /** The story changed, whether or not anybody looks. */
  changed({ cause }: Update<Story, PublicEntry>): void {
    this.tellTitle();
    if (cause === 'live' || cause === 'catch-up') this.#trim();
  }

  /** What was just shown is to be followed up. */
  shown({ older }: StoryView): void {
    this.tellTitle();
    this.#watchEnd(older);
  }

  /** Tells in the document's title how much the reader has not seen. */
  tellTitle(): void {
    const { live, reading, settings } = this.#parts.session;
    const { documentTitle } = settings();
    if (documentTitle === 'off') return;
    const headline = documentTitle === 'headline' ? live.story?.headline : undefined;
    tellInTitle(this, reading.unseen(live.entries), headline);
  }

  /** The page can be seen again, or no longer. */
  looked(isSeen: boolean): void {
    if (!isSeen) {
      this.away.leave();
      return;
    }
    this.#parts.session.reading.looked();
    this.tellTitle();
    this.away.comeBack();
  }

  /** An entry that is held, wherever. */
  entry(id: string): PublicEntry | undefined {
    return this.#parts.session.live.entries.find((entry) => entry.id === id) ?? this.beside.get(id);
  }

  /** What is said where the only entry that was to be shown is none of the story's. */
  get missing(): string | undefined {
    const { session, texts } = this.#parts;
    const { entry } = session.settings();
    return entry !== undefined && this.beside.isMissing(entry) ? wholeTexts(texts()).missing : undefined;
  }

  /** Does what a control is for, by its `data-action`. */
  async act(action: string, { dataset }: HTMLElement): Promise<void> {
    const { entry = '', tag, embed = '' } = dataset;
    const { session } = this.#parts;
    const { choice } = session.reading;
    const { order, keyEvents } = choice;
    switch (action) {
      case 'show-gathered':
        this.showGathered();
        return;
      case 'settings':
        return this.#openHelp();
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
      case 'dismiss-missing':
        return this.#miss(false);
      case 'dismiss-banner':
        return this.#dismissBanner();
      case 'all':
        return this.#choose({ order, keyEvents: false, tag: undefined });
      case 'key-events':
        return this.#choose({ ...choice, keyEvents: !keyEvents });
      case 'tag':
        return this.#choose({ order, keyEvents, tag: tag === choice.tag ? undefined : tag });
      case 'order':
        return this.#choose({ ...choice, order: order === 'newest' ? 'oldest' : 'newest' });
    }
  }

  /** Goes to an entry, wherever in the story it is. */
  async visit(id: string): Promise<void> {
    const { root, session, texts, announcements, render } = this.#parts;
    if (session.broke === id) this.#dismissBanner();
    const found = await bring(id, session, this).catch(() => undefined);
    if (found === undefined) return;
    this.#miss(!found);
    if (!found) {
      announcements.answer(wholeTexts(texts()).missing);
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

  /** Shows an entry that is not loaded before all others, since a link led to it. */
  showBeside(entry: PublicEntry): void {
    this.beside.put(entry);
    this.#linked = entry.id;
  }

  /**
   * Lets in what waits, and goes there; `false` where nothing does. Focus goes to the first of them: the button that had
   * it is gone with them.
   */
  showGathered(): boolean {
    const { root, session, render } = this.#parts;
    if (!session.reading.hasGathered) return false;
    const ids = session.reading.showGathered();
    render();
    const articles = [...root.querySelectorAll<HTMLElement>('.entry')];
    const first = articles.find(({ dataset }) => ids.has(dataset.key ?? ''));
    const start = session.reading.choice.order === 'newest' ? root.querySelector('.feed') : first;
    if (start) scrollTo(start);
    focusOn(root, first);
    return true;
  }

  async #openHelp(): Promise<void> {
    const { root, session, texts } = this.#parts;
    const { announce, keys, headingLevel } = session.settings();
    const { openHelp } = await import('./help/help-dialog.js');
    await openHelp(root, { language: texts().language, announce, hasKeys: keys !== 'off', headingLevel });
  }

  #shown(story: Story, entries: readonly PublicEntry[]): readonly PublicEntry[] | undefined {
    const { reading, settings } = this.#parts.session;
    const { entry: only } = settings();
    const isLoaded = (id: string) => entries.some((entry) => entry.id === id);
    if (only !== undefined) {
      const entry = this.entry(only);
      if (entry === undefined) this.beside.want([only]);
      else this.beside.put(entry);
      return entry && [entry];
    }
    const pinned = story.pinned.filter((id) => !isLoaded(id));
    this.beside.want(pinned);
    const ids = new Set(this.#linked === undefined || isLoaded(this.#linked) ? pinned : [...pinned, this.#linked]);
    const beside = [...ids].flatMap((id) => this.beside.get(id) ?? []);
    // A pin is of no use on what was withdrawn; but who followed a link to it is told.
    return reading.shown(
      story,
      entries,
      beside.filter(({ id, status }) => status === 'usable' || id === this.#linked),
    );
  }

  /** A page that is open all day holds what its reader may want to see, and not the whole day. */
  #trim(): void {
    const { session, seesEdge } = this.#parts;
    const { live, reading } = session;
    if (live.entries.length <= HELD + SLACK || reading.choice.order === 'oldest') return;
    if (!reading.hasGathered && seesEdge()) live.trim(HELD);
  }

  /** Older entries are loaded when the end of those that are there comes near. */
  #watchEnd(older: StoryView['older']): void {
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
  #chosen(): ((entry: PublicEntry) => boolean) | undefined {
    const { reading } = this.#parts.session;
    return reading.isFiltered ? reading.isChosen : undefined;
  }

  /** Shows what was chosen, from its beginning. */
  #choose(choice: Choice): void {
    const { host, root, session, render } = this.#parts;
    const { reading, live } = session;
    reading.choice = choice;
    render();
    const feed = root.querySelector('.feed');
    if (feed !== null && !seesStartOf(host, feed)) scrollTo(feed);
    const isShort = reading.isFiltered && live.entries.filter(reading.isChosen).length < ENOUGH;
    if (isShort) void this.older.more(this.#chosen());
  }

  async #share(id: string): Promise<void> {
    const { session, texts, announcements } = this.#parts;
    const { story } = session.live;
    const entry = this.entry(id);
    if (story === undefined) return;
    const title = entry?.status === 'usable' && entry.headline !== undefined ? entry.headline : story.headline;
    if ((await share(title, addressOf(session.links(story.slug).entry(id)))) !== 'copied') return;
    const copied = { entry: id, text: wholeTexts(texts())['share.copied'] };
    announcements.answer(copied.text);
    this.#copied = copied;
    session.changed();
    setTimeout(() => {
      if (this.#copied === copied) this.#copied = undefined;
      session.changed();
    }, COPIED_MS);
  }

  #loadEmbed(name: string): void {
    const [id = '', at = ''] = name.split(' ');
    const entry = this.entry(id);
    const block = entry?.status === 'usable' ? entry.body[Number(at)] : undefined;
    if (block?.type !== 'embed') return;
    this.#players = new Map([...this.#players, [name, playerOf(block.url)]]);
    this.#parts.session.changed();
  }

  #miss(isMissed: boolean): void {
    this.#isMissed = isMissed;
    this.#parts.session.changed();
  }

  #dismissBanner(): void {
    this.#parts.session.broke = undefined;
    this.#parts.session.changed();
  }
}

function scrollTo(element: Element): void {
  element.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
}

/** So that the address that a reader copies leads here: where it is one of the story's own. */
function keepInAddress(id: string, session: Session): void {
  const { story, entry } = session.links(session.live.slug);
  const [page, link] = [new URL(story, location.href), new URL(entry(id), location.href)];
  const isOwn = location.pathname === page.pathname || location.pathname.startsWith(`${page.pathname}/`);
  if (link.origin !== location.origin || !isOwn) return;
  history.replaceState(history.state, '', link);
}
