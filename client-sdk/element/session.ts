import type { ChangeKind, PublicEntry, Story } from '../protocol/index.js';
import type { EntryChange, LiveStatus, LiveStory } from '../story/live-story.js';
import { DrawnEntries } from '../view/drawn-entries.js';
import { storyLinks } from '../view/links.js';
import type { Texts } from '../view/messages.js';
import type { Links, Player, StoryView, Trouble } from '../view/story-view.js';
import { shareConnection } from './connections.js';
import type { Engaged } from './engaged.js';
import { EntriesBeside } from './entries-beside.js';
import type { Handover } from './handover.js';
import type { Listening } from './listening.js';
import { Marks } from './marks.js';
import { pageLinks } from './page-links.js';
import { Reading } from './reading.js';
import type { Settings } from './settings.js';
import { tellInTitle } from './title.js';
import { TroubleWatch } from './trouble.js';

/** Entries held while the reader sees where new ones come in; those beyond are loaded again when they are wanted. */
const HELD = 500;
/** Entries beyond those before any are let go of, so that it is not done for each. */
const SLACK = 50;
/** Milliseconds for which it is told that a link was copied. */
const COPIED_MS = 3_000;

export interface SessionParts {
  readonly slug: string;
  readonly settings: () => Settings;
  readonly handover: Handover | undefined;
  readonly listening: Listening;
  /** Whether the reader sees where new entries come in. */
  readonly seesEdge: () => boolean;
  /** There is something else to be shown. */
  readonly changed: () => void;
  /** Tells the page what happened; whether it leaves to us what is usually done. */
  readonly tell: <Name extends keyof SessionEvents>(name: Name, detail: SessionEvents[Name]) => boolean;
}

/** What pages hear of a story that they embed. */
export interface SessionEvents {
  readonly entry: { readonly entry: PublicEntry; readonly previous?: PublicEntry; readonly kind?: ChangeKind };
  readonly breaking: { readonly entry: PublicEntry };
  readonly status: { readonly status: LiveStatus };
}

/** One reader's time with one story: follows it, and knows what its reader chose, has seen and asked for. */
export class Session {
  readonly live: LiveStory<Story, PublicEntry>;
  readonly reading: Reading;
  readonly beside: EntriesBeside;
  readonly marks: Marks;
  readonly changed: () => void;
  /** Names the story among those of all servers. */
  readonly name: string;
  /** What is done for a reader who does something, once they did. */
  engaged: Engaged | undefined;
  readonly #parts: SessionParts;
  readonly #trouble: TroubleWatch;
  readonly #drawn = new DrawnEntries();
  readonly #release: () => void;
  #players: ReadonlyMap<string, Player> = new Map();
  #links: { readonly key: string; readonly links: Links } | undefined;
  #banner: string | undefined;
  /** Id of the entry that a link led to. */
  #linked: string | undefined;
  #copied: string | undefined;

  constructor(parts: SessionParts) {
    const { slug, settings, handover, changed } = parts;
    const { server, token, limit, order } = settings();
    this.#parts = parts;
    this.changed = changed;
    this.name = `${server || location.origin} ${slug}`;
    const { connection, release } = shareConnection(server, token);
    this.#release = release;
    this.live = connection.story(slug, handover === undefined ? { limit } : { limit, initial: handover });
    this.reading = new Reading(order);
    this.beside = new EntriesBeside(this.live, changed);
    this.marks = new Marks(changed);
    this.#trouble = new TroubleWatch(changed);
    for (const entry of handover?.pinnedOlder ?? []) this.beside.put(entry);
    this.#listen();
  }

  stop(): void {
    this.engaged?.stop();
    this.live.close();
    this.#release();
    this.#trouble.stop();
    this.marks.stop();
    this.#parts.listening.clear();
    tellInTitle(this, 0, undefined);
  }

  /** What is to be shown; `undefined` while there is nothing. */
  view(texts: Texts): StoryView | undefined {
    const { live, reading, engaged } = this;
    const { story, entries } = live;
    if (story === undefined || live.status === 'refused') return undefined;
    const { headingLevel, hidden, entry: only } = this.#parts.settings();
    const shown = only === undefined ? this.#shown(story, entries) : this.#one(only);
    if (shown === undefined) return undefined;
    const trouble = this.trouble(true);
    const since = engaged?.away.since;
    const banner = this.#banner === undefined ? undefined : this.entry(this.#banner);
    return {
      story,
      entries: shown,
      texts,
      clock: { language: texts.language, now: Date.now() },
      links: this.links(story.slug),
      headingLevel,
      hidden,
      choice: reading.choice,
      gathered: reading.gathered(entries),
      older: only === undefined ? (engaged?.older.state ?? (live.hasOlder ? 'more' : 'none')) : 'none',
      players: this.#players,
      marks: this.marks,
      drawn: this.#drawn,
      ...(trouble === undefined ? {} : { trouble }),
      ...(since === undefined ? {} : { since }),
      ...(banner?.status === 'usable' && banner.breaking ? { banner } : {}),
      ...(this.#copied === undefined ? {} : { copied: this.#copied }),
    };
  }

  /** Whether the only entry that was to be shown is none of the story's. */
  get isMissing(): boolean {
    const { entry } = this.#parts.settings();
    return entry !== undefined && this.beside.isMissing(entry);
  }

  /** @param hasStory whether something is shown. */
  trouble(hasStory: boolean): Trouble | undefined {
    return this.#trouble.trouble(hasStory);
  }

  /** An entry that is held, wherever. */
  entry(id: string): PublicEntry | undefined {
    return this.live.entries.find((entry) => entry.id === id) ?? this.beside.get(id);
  }

  links(slug: string): Links {
    const { links, server, entry } = this.#parts.settings();
    const key = links === 'server' ? server : location.href;
    if (this.#links?.key !== key) {
      const isNewest = entry === undefined;
      const made = links === 'server' ? storyLinks({ server, slug, isNewest }) : pageLinks(slug);
      this.#links = { key, links: made };
    }
    return this.#links.links;
  }

  /** Tells in the document's title how much the reader has not seen. */
  tellTitle(): void {
    const { documentTitle } = this.#parts.settings();
    const { story, entries, status } = this.live;
    if (documentTitle === 'off' || status === 'closed') return;
    tellInTitle(this, this.reading.unseen(entries), documentTitle === 'headline' ? story?.headline : undefined);
  }

  showPlayer(name: string, player: Player): void {
    this.#players = new Map([...this.#players, [name, player]]);
    this.changed();
  }

  /** Shows an entry that is not loaded before all others, since a link led to it. */
  showBeside(entry: PublicEntry): void {
    this.beside.put(entry);
    this.#linked = entry.id;
  }

  showCopied(id: string): void {
    this.#copied = id;
    this.changed();
    setTimeout(() => {
      if (this.#copied !== id) return;
      this.#copied = undefined;
      this.changed();
    }, COPIED_MS);
  }

  dismissBanner(): void {
    this.#banner = undefined;
    this.changed();
  }

  /** The page can be seen, or no longer. */
  looked(isSeen: boolean): void {
    if (isSeen) {
      this.reading.looked();
      this.tellTitle();
      this.engaged?.away.comeBack();
    } else this.engaged?.away.leave();
  }

  #listen(): void {
    const { live } = this;
    const { listening, tell } = this.#parts;
    live.on('entry', (change) => this.#heard(change));
    live.on('breaking', (entry) => {
      const { entry: only = entry.id } = this.#parts.settings();
      if (entry.status !== 'usable' || entry.id !== only) return;
      listening.breaking(entry);
      if (tell('breaking', { entry })) this.#banner = entry.id;
    });
    live.on('reset', () => {
      listening.clear();
      this.beside.clear();
    });
    live.on('change', ({ cause }) => {
      this.tellTitle();
      if (cause === 'live' || cause === 'catch-up') this.#trim();
    });
    live.on('status', (status) => {
      this.#trouble.is(status);
      if (status === 'live') this.beside.askAgain();
      tell('status', { status });
    });
    live.subscribe(this.changed);
  }

  #heard({ entry, previous, kind }: EntryChange<PublicEntry>): void {
    const { live, reading, marks, beside } = this;
    const { listening, seesEdge, tell, settings } = this.#parts;
    const { entry: only } = settings();
    beside.heard(entry);
    if (only !== undefined && entry.id !== only) return;
    // An edit of what is on an older page is new to us, but no news.
    const isNew = previous === undefined && live.entries.includes(entry);
    if (isNew && only === undefined && entry.status === 'usable') reading.arrived(entry, seesEdge(), !document.hidden);
    if (isNew || previous !== undefined) marks.set(entry.id, isNew ? 'new' : 'changed');
    listening.heard(entry, previous, isNew);
    this.engaged?.away.heard(entry, previous, isNew, kind === undefined);
    tell('entry', {
      entry,
      ...(previous === undefined ? {} : { previous }),
      ...(kind === undefined ? {} : { kind }),
    });
  }

  /** A page that is open all day holds what its reader may want to see, and not the whole day. */
  #trim(): void {
    const { live, reading } = this;
    if (live.entries.length <= HELD + SLACK || reading.choice.order === 'oldest') return;
    if (!reading.hasGathered && this.#parts.seesEdge()) live.trim(HELD);
  }

  #shown(story: Story, entries: readonly PublicEntry[]): readonly PublicEntry[] {
    this.beside.want(story.pinned.filter((id) => !entries.some((entry) => entry.id === id)));
    return this.reading.shown(story, entries, this.#beside(story, entries));
  }

  /** The only entry that is shown; `undefined` while it is not here. */
  #one(id: string): readonly PublicEntry[] | undefined {
    const entry = this.entry(id);
    if (entry === undefined) this.beside.want([id]);
    else this.beside.put(entry);
    return entry && [entry];
  }

  /** Pinned entries, and what a link led to, where they are not among those that are loaded. */
  #beside(story: Story, entries: readonly PublicEntry[]): readonly PublicEntry[] {
    const ids = this.#linked === undefined ? story.pinned : [...story.pinned, this.#linked];
    return [...new Set(ids)].flatMap((id) => {
      const entry = entries.some((one) => one.id === id) ? undefined : this.beside.get(id);
      if (entry === undefined) return [];
      // A pin is of no use on what was withdrawn; but who followed a link to it is told.
      return entry.status === 'usable' || id === this.#linked ? [entry] : [];
    });
  }
}
