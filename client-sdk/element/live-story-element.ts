import type { PublicEntry, Story } from '../protocol/index.js';
import type { InitialSnapshot, LiveStory } from '../story/live-story.js';
import { show } from '../tree/show.js';
import { storyLinks } from '../view/links.js';
import { say, type Texts } from '../view/messages.js';
import { storyTree } from '../view/story-tree.js';
import type { StoryView } from '../view/story-view.js';
import { en } from '../view/texts/en.js';
import { agoText, type Clock } from '../view/times.js';
import { useConnection } from './connections.js';
import { focusOn, keepFocus } from './focus.js';
import { takeHandover } from './handover.js';
import { Keys } from './keys.js';
import { Listening } from './listening.js';
import { OneEntry } from './one-entry.js';
import { preferences } from './preferences.js';
import { Reading } from './reading.js';
import { keepPlace, scrollToTop, seesTopOf } from './scroll.js';
import { ATTRIBUTES, type Settings, settingsOf } from './settings.js';
import { shareStyles } from './styles.js';
import { Wording } from './texts.js';
import { TroubleWatch } from './trouble.js';

/** Milliseconds between two looks at how long ago entries were published. */
const MINUTE_MS = 60_000;

/** What the element holds while it follows a story, from one `connect` or change of address to the next. */
interface Following {
  readonly live: LiveStory<Story, PublicEntry>;
  /** Present where the element shows one entry alone. */
  readonly one: OneEntry | undefined;
  readonly stop: () => void;
}

/**
 * `<live-story slug="…">`: a rolling story that keeps itself current. What it shows is made from `StoryView` by
 * `storyTree`, as on the server; all it does by itself is to know what its reader wants to see.
 */
export class LiveStoryElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;
  /** The server that the element's code came from; set where the tag is registered. */
  static home = '';

  readonly #root: ShadowRoot;
  #settings: Settings;
  readonly #wording = new Wording(() => this.#plan());
  #reading = new Reading();
  readonly #listening: Listening;
  readonly #keys: Keys;
  #trouble = new TroubleWatch(() => this.#render());
  #following: Following | undefined;
  #planned = false;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.#root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#settings = settingsOf(this, LiveStoryElement.home);
    this.#listening = new Listening(this.#root, () => ({
      which: preferences().announce ?? this.#settings.announce,
      texts: this.#texts(),
      story: this.live?.story,
    }));
    this.#keys = new Keys(this, this.#root, {
      scope: () => this.#settings.keys,
      showGathered: () => this.#showGathered(),
      openHelp: () => void this.#openHelp(),
    });
  }

  connectedCallback(): void {
    shareStyles(this.#root);
    this.#root.addEventListener('click', this.#onClick);
    this.#keys.start();
    this.#ticking = setInterval(() => this.#tick(), MINUTE_MS);
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#root.removeEventListener('click', this.#onClick);
    this.#keys.stop();
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    // An element that was in the page before its script hears of its attributes first, and of its place then.
    if (before === after || this.#ticking === undefined) return;
    this.#settings = settingsOf(this, LiveStoryElement.home);
    if (name === 'order') this.#reading.choice = { ...this.#reading.choice, order: this.#settings.order };
    if (['slug', 'entry', 'server', 'limit', 'token'].includes(name)) this.#restart();
    else this.#plan();
  }

  /** The story that is followed; absent while the element is in no page, or has no slug. */
  get live(): LiveStory<Story, PublicEntry> | undefined {
    return this.#following?.live;
  }

  #restart(): void {
    this.#stop();
    this.#settings = settingsOf(this, LiveStoryElement.home);
    const { slug, server, limit, token, order } = this.#settings;
    if (slug === undefined) return;
    this.#reading = new Reading();
    this.#reading.choice = { ...this.#reading.choice, order };
    const initial = takeHandover(this);
    this.#follow(slug, server, limit, token, initial);
    this.#plan();
  }

  #follow(
    slug: string,
    server: string,
    limit: number,
    token: string | undefined,
    initial: InitialSnapshot<Story, PublicEntry> | undefined,
  ): void {
    const { connection, release } = useConnection(server, token);
    const live = connection.story(slug, initial === undefined ? { limit } : { limit, initial });
    const { entry: only } = this.#settings;
    const one = only === undefined ? undefined : new OneEntry(live, only, () => this.#plan());
    live.on('entry', ({ entry, previous }) => {
      if (one !== undefined && entry.id !== one.id) return;
      // An edit of what is on an older page is new to us, but no news.
      const isNew = previous === undefined && live.entries.includes(entry);
      if (isNew && one === undefined) this.#reading.arrived(entry, this.#seesTop());
      this.#listening.heard(entry, previous, isNew);
    });
    live.on('breaking', (entry) => {
      if (entry.status === 'usable' && (one === undefined || entry.id === one.id)) this.#listening.breaking(entry);
    });
    live.on('reset', () => this.#listening.clear());
    live.on('status', (status) => this.#trouble.is(status));
    live.subscribe(() => this.#plan());
    this.#following = {
      live,
      one,
      stop() {
        live.close();
        release();
      },
    };
  }

  #stop(): void {
    this.#trouble.stop();
    this.#listening.clear();
    const following = this.#following;
    this.#following = undefined;
    following?.stop();
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
    const view = this.#view();
    const root = this.#root;
    if (view === undefined) {
      const { trouble } = this.#trouble;
      const isMissing = this.#following?.one?.isMissing === true;
      if (root.querySelector('.story') === null && (trouble !== undefined || isMissing)) {
        show(this.#place(), say(this.#texts(), trouble?.kind === 'connecting' ? 'connecting' : 'refused'));
      }
      return;
    }
    keepPlace(
      this,
      () => root.querySelectorAll('.entry'),
      () => keepFocus(root, () => show(this.#place(), storyTree(view))),
    );
    if (this.#settings.documentTitle === 'headline') document.title = view.story.headline;
    this.toggleAttribute('data-live', true);
  }

  /** Where the tree goes: beside the style that a server may have put into the root. */
  #place(): Element {
    const known = this.#root.querySelector('.root');
    if (known !== null) return known;
    const made = document.createElement('div');
    made.className = 'root';
    this.#root.append(made);
    return made;
  }

  #view(): StoryView | undefined {
    const { live } = this;
    const story = live?.story;
    if (live === undefined || story === undefined) return undefined;
    const { trouble } = this.#trouble;
    const { headingLevel, hidden, language } = this.#settings;
    this.#wording.want(language ?? story.language);
    const { texts } = this.#wording;
    if (texts === undefined) return undefined;
    const one = this.#following?.one;
    if (one !== undefined && one.entry === undefined) return undefined;
    return {
      story,
      entries: one?.entry === undefined ? this.#reading.shown(story, live.entries) : [one.entry],
      texts,
      clock: this.#clock(),
      links: storyLinks({ server: this.#settings.server, slug: story.slug, isNewest: one === undefined }),
      headingLevel,
      hidden,
      choice: this.#reading.choice,
      ...(trouble === undefined ? {} : { trouble }),
      gathered: one === undefined ? this.#reading.gathered(live.entries) : 0,
      older: live.hasOlder && one === undefined ? 'more' : 'none',
      loadedEmbeds: new Set(),
    };
  }

  #texts(): Texts {
    return this.#wording.texts ?? en;
  }

  #clock(): Clock {
    return { language: this.#texts().language, now: Date.now() };
  }

  /** Focus goes to the first of them: the button that had it is gone with them. */
  #showGathered(): boolean {
    const ids = this.#reading.showGathered();
    if (ids.size === 0) return false;
    this.#render();
    scrollToTop(this);
    const articles = this.#root.querySelectorAll<HTMLElement>('.entry');
    focusOn(
      this.#root,
      [...articles].find(({ dataset }) => ids.has(dataset.key ?? '')),
    );
    return true;
  }

  async #openHelp(): Promise<void> {
    const { announce, keys, headingLevel } = this.#settings;
    const { openHelp } = await import('./help/help-dialog.js');
    await openHelp(this.#root, { language: this.#texts().language, announce, hasKeys: keys !== 'off', headingLevel });
  }

  #seesTop(): boolean {
    // Our own page in a frame knows better: nothing is scrolled there.
    if (this.hasAttribute('data-read-below')) return false;
    const feed = this.#root.querySelector('.feed');
    return feed === null || seesTopOf(this, feed);
  }

  #tick(): void {
    const clock = this.#clock();
    for (const node of this.#root.querySelectorAll<HTMLElement>('.ago')) {
      const text = agoText(node.dataset.at ?? '', clock);
      if (node.textContent !== text) node.textContent = text;
    }
  }

  readonly #onClick = (event: Event): void => {
    const control = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    if (control === null) return;
    switch (control.dataset.action) {
      case 'show-gathered':
        this.#showGathered();
        return;
      case 'settings':
        void this.#openHelp();
        return;
      case 'older':
        event.preventDefault();
        void this.live?.loadOlder();
        return;
    }
  };
}
