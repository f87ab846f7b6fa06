import type { PublicEntry, Story } from '../protocol/index.js';
import type { LiveStory } from '../story/live-story.js';
import { show } from '../tree/show.js';
import { STYLES } from '../view/live-story-css.js';
import { say, type Texts } from '../view/messages.js';
import { storyTree } from '../view/story-tree.js';
import { en } from '../view/texts/en.js';
import { agoText } from '../view/times.js';
import { Announcements } from './announcements.js';
import type { Engaged } from './engaged.js';
import { takeHandover } from './handover.js';
import { entryInAddress } from './page-links.js';
import { preferences } from './preferences.js';
import { mayReturn } from './returning.js';
import { changeGently, seesEndOf, seesStartOf } from './scroll.js';
import { Session, type SessionEvents } from './session.js';
import { ATTRIBUTES, OF_THE_STORY, type Settings, settingsOf } from './settings.js';
import { takeRoot } from './shadow-root.js';
import { Wording } from './texts.js';

/** Milliseconds between two looks at how long ago entries were published. */
const MINUTE_MS = 60_000;

/**
 * `<live-story slug="…">`: a rolling story that keeps itself current. What it shows is made from `StoryView` by
 * `storyTree`, as on the server; what its reader wants to see, the session knows. Its attributes: `Settings`.
 *
 * Pages hear `live-story:entry`, `live-story:breaking` and `live-story:status` (`SessionEvents`) from it. Preventing
 * `live-story:breaking` keeps the banner away.
 */
export class LiveStoryElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;
  /** The server that the element's code came from; set where the tag is registered. */
  static home = '';

  readonly #root: ShadowRoot;
  #settings: Settings;
  readonly #wording = new Wording(() => this.#plan());
  readonly #announcements: Announcements;
  #session: Session | undefined;
  #planned = false;
  #isShown = false;
  /** Whether what is for the engaged did not come. */
  #isAlone = false;
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** Ends what is heard of the page. */
  #heard: AbortController | undefined;

  constructor() {
    super();
    this.#root = takeRoot(this, STYLES);
    this.#settings = settingsOf(this, LiveStoryElement.home);
    this.#announcements = new Announcements(this.#root, () => ({
      which: preferences().announce ?? this.#settings.announce,
      texts: this.#texts(),
      story: this.live?.story,
    }));
    this.#root.addEventListener('click', (event) => this.#clicked(event));
    this.#root.addEventListener('focusin', () => void this.#engage());
  }

  /** The story that is followed; absent while the element is in no page, or has no slug. */
  get live(): LiveStory<Story, PublicEntry> | undefined {
    return this.#session?.live;
  }

  connectedCallback(): void {
    // Moved within the page: it goes on.
    if (this.#ticking !== undefined) return;
    this.#ticking = setInterval(() => this.#tick(), MINUTE_MS);
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    // At the end of an event's way, so that everything of the page comes before us.
    addEventListener('keydown', (event) => this.#pressed(event), { signal });
    document.addEventListener('visibilitychange', () => this.#looked(!document.hidden), { signal });
    document.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true, capture: true });
    // Who comes near is about to do something; and whoever was there is to be told what changed when they come back.
    this.addEventListener('pointerenter', () => void this.#engage(), { signal });
    addEventListener('pagehide', () => this.#session?.engaged?.looked(false), { signal });
    addEventListener('hashchange', () => this.#visit(entryInAddress(this.#settings.slug ?? '')), { signal });
    this.#restart();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected || this.#ticking === undefined) return;
      clearInterval(this.#ticking);
      this.#ticking = undefined;
      this.#heard?.abort();
      this.#stop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    // An element that was in the page before its script hears of its attributes first, and of its place then.
    if (before === after || this.#ticking === undefined) return;
    if (OF_THE_STORY.includes(name)) {
      this.#restart();
      return;
    }
    this.#settings = settingsOf(this, LiveStoryElement.home);
    if (name === 'order') this.#session?.reading.choose({ order: this.#settings.order });
    this.#plan();
  }

  #restart(): void {
    this.#stop();
    this.#settings = settingsOf(this, LiveStoryElement.home);
    const { slug } = this.#settings;
    if (slug === undefined) return;
    this.#isShown = false;
    this.#session = new Session({
      slug,
      settings: () => this.#settings,
      handover: takeHandover(this),
      announcements: this.#announcements,
      seesEdge: () => this.#seesEdge(),
      changed: () => this.#plan(),
      engage: () => void this.#engage(),
      tell: (name, detail) => this.#tell(name, detail),
    });
    this.#plan();
  }

  #stop(): void {
    this.#session?.stop();
    this.#session = undefined;
  }

  #tell<Name extends keyof SessionEvents>(name: Name, detail: SessionEvents[Name]): boolean {
    const options = { detail, bubbles: true, composed: true, cancelable: name === 'breaking' };
    return this.dispatchEvent(new CustomEvent(`live-story:${name}`, options));
  }

  /** Draws once for all that happens in one frame. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      this.#render();
    });
  }

  #render(): void {
    const session = this.#session;
    if (session === undefined) return;
    const { story } = session.live;
    if (story !== undefined) this.#wording.want(this.#settings.language ?? story.language);
    // What was printed has more than a session shows: it stays until that can be shown.
    if (session.engaged === undefined && session.isDemanding && !this.#isShown && !this.#isAlone) {
      void this.#engage();
      return;
    }
    const { texts } = this.#wording;
    const view = texts && session.view(texts);
    if (view === undefined) {
      this.#showTrouble(session);
      return;
    }
    changeGently(this, this.#root, session.engaged?.hold, () => show(this.#place(), storyTree(view)));
    session.engaged?.shown(view);
    if (!this.#isShown) this.#shown();
  }

  /** A story is shown for the first time. */
  #shown(): void {
    this.#isShown = true;
    this.toggleAttribute('data-live', true);
    const { slug = '', remember } = this.#settings;
    this.#visit(entryInAddress(slug));
    // Who comes back is told what changed; and they may have gone somewhere before we heard of it.
    const isSomewhere = this.#root.activeElement !== null || this.getBoundingClientRect().top < 0;
    if (isSomewhere || (remember === 'on' && mayReturn())) void this.#engage();
  }

  /** What was printed, or shown before, stays until it is known to be no longer the reader's to see. */
  #showTrouble(session: Session): void {
    const kind = session.trouble(false)?.kind;
    const missing = session.engaged?.missing;
    const isFinal = kind === 'refused' || missing !== undefined;
    if (!isFinal && (kind === undefined || this.#root.querySelector('.story') !== null)) return;
    show(this.#place(), missing ?? say(this.#texts(), kind === 'behind' ? 'reconnecting' : (kind ?? 'refused')));
  }

  /** `undefined` where that part of the script does not come, or the story is no longer followed. */
  async #engage(): Promise<Engaged | undefined> {
    const session = this.#session;
    if (session === undefined || session.engaged !== undefined) return session?.engaged;
    const part = await import('./engaged.js').catch(() => undefined);
    this.#isAlone = part === undefined;
    if (session !== this.#session || session.live.story === undefined) return undefined;
    this.#plan();
    if (part === undefined) return undefined;
    session.engaged ??= new part.Engaged({
      host: this,
      root: this.#root,
      session,
      announcements: this.#announcements,
      texts: () => this.#texts(),
      seesEdge: () => this.#seesEdge(),
      render: () => this.#render(),
    });
    return session.engaged;
  }

  #visit(id: string | undefined): void {
    if (id !== undefined) void this.#engage().then((engaged) => engaged?.visit(id));
  }

  /** Where the tree goes: beside what else is in the root. */
  #place(): Element {
    const known = this.#root.querySelector('.root');
    if (known !== null) return known;
    const made = document.createElement('div');
    made.className = 'root';
    this.#root.append(made);
    return made;
  }

  #texts(): Texts {
    return this.#wording.texts ?? en;
  }

  #seesEdge(): boolean {
    // Our own page in a frame knows better: nothing is scrolled there.
    if (this.hasAttribute('data-read-below')) return false;
    const feed = this.#root.querySelector('.feed');
    if (feed === null) return true;
    return this.#session?.reading.choice.order === 'oldest' ? seesEndOf(this, feed) : seesStartOf(this, feed);
  }

  #tick(): void {
    const clock = { language: this.#texts().language, now: Date.now() };
    for (const node of this.#root.querySelectorAll<HTMLElement>('.ago')) {
      const text = agoText(node.dataset.at ?? '', clock);
      if (node.textContent !== text) node.textContent = text;
    }
  }

  #clicked(event: Event): void {
    const control = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    const action = control?.dataset.action;
    if (control === null || action === undefined || isForBrowser(event)) return;
    const link = control instanceof HTMLAnchorElement ? control.href : undefined;
    if (link !== undefined) event.preventDefault();
    void this.#engage().then((engaged) => {
      if (engaged !== undefined) return engaged.act(action, control);
      // Links lead somewhere all the same, and what waits is not kept from anybody.
      if (link !== undefined) location.assign(link);
      else if (action === 'show-gathered') this.#letIn();
      return undefined;
    });
  }

  #pressed(event: KeyboardEvent): void {
    const { keys } = this.#settings;
    if (keys === 'off' || (keys === 'focus' && this.#root.activeElement === null)) return;
    // Where it went is only known while it is on its way.
    const path = event.composedPath();
    const take = (engaged: Engaged | undefined) => engaged?.keyboard.take(event, path);
    // What the page is not to do besides, it has to be told at once.
    if (this.#session?.engaged !== undefined) take(this.#session.engaged);
    else void this.#engage().then(take);
  }

  #scrolled(): void {
    if (this.#session?.engaged === undefined) void this.#engage();
    // Who comes back to where new entries come in sees them come in.
    if (this.#session?.reading.hasGathered && this.#seesEdge()) this.#letIn();
  }

  #letIn(): void {
    this.#session?.reading.showGathered();
    this.#plan();
  }

  /** Who leaves for another page of the browser may be back, and then there is something to be told. */
  #looked(isSeen: boolean): void {
    void this.#engage().then((engaged) => engaged?.looked(isSeen));
  }
}

/** Whoever wants a link in another tab, or downloaded, is to have it so. */
function isForBrowser(event: Event): boolean {
  if (event.defaultPrevented || !(event instanceof MouseEvent)) return event.defaultPrevented;
  return event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}
