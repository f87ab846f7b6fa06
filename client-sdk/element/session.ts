import type { ChangeKind, PublicEntry, Story } from '../protocol/index.js';
import type { EntryChange, LiveStatus, LiveStory } from '../story/live-story.js';
import { storyLinks } from '../view/links.js';
import type { Texts } from '../view/messages.js';
import type { Links, StoryView, Trouble } from '../view/story-view.js';
import type { Announcements } from './announcements.js';
import { shareConnection } from './connections.js';
import type { Engaged } from './engaged.js';
import type { Handover } from './handover.js';
import { Marks } from './marks.js';
import { pageLinks } from './page-links.js';
import { Reading } from './reading.js';
import type { Settings } from './settings.js';
import { TroubleWatch } from './trouble.js';

/** Entries beyond which it is worth to remember how each was drawn. */
const MANY = 60;

export interface SessionParts {
  readonly slug: string;
  readonly settings: () => Settings;
  readonly handover: Handover | undefined;
  readonly announcements: Announcements;
  /** Whether the reader sees where new entries come in. */
  readonly seesEdge: () => boolean;
  /** There is something else to be shown. */
  readonly changed: () => void;
  /** There is more to be done than a session does by itself. */
  readonly engage: () => void;
  /** Tells the page what happened; whether it leaves to us what is usually done. */
  readonly tell: <Name extends keyof SessionEvents>(name: Name, detail: SessionEvents[Name]) => boolean;
}

/** What pages hear of a story that they embed. */
export interface SessionEvents {
  readonly entry: { readonly entry: PublicEntry; readonly previous?: PublicEntry; readonly kind?: ChangeKind };
  readonly breaking: { readonly entry: PublicEntry };
  readonly status: { readonly status: LiveStatus };
}

/** One reader's time with one story: follows it, and shows what is new. All else is for the engaged. */
export class Session {
  readonly live: LiveStory<Story, PublicEntry>;
  readonly reading: Reading;
  readonly marks: Marks;
  readonly settings: () => Settings;
  readonly changed: () => void;
  /** Pinned entries below what is loaded, where the page came with them. */
  readonly pinnedOlder: readonly PublicEntry[];
  /** What is done for a reader who does something, once they did. */
  engaged: Engaged | undefined;
  /** Id of the entry that broke last. */
  broke: string | undefined;
  readonly #parts: SessionParts;
  readonly #trouble: TroubleWatch;
  readonly #release: () => void;
  #links: { readonly key: string; readonly links: Links } | undefined;

  constructor(parts: SessionParts) {
    const { slug, settings, handover, changed } = parts;
    const { server, token, limit, order } = settings();
    this.#parts = parts;
    this.settings = settings;
    this.changed = changed;
    this.pinnedOlder = handover?.pinnedOlder ?? [];
    const { connection, release } = shareConnection(server, token);
    this.#release = release;
    this.live = connection.story(slug, handover === undefined ? { limit } : { limit, initial: handover });
    this.reading = new Reading(order);
    this.marks = new Marks(changed);
    this.#trouble = new TroubleWatch(changed);
    this.#listen();
  }

  stop(): void {
    this.engaged?.stop();
    this.live.close();
    this.#release();
    this.#trouble.stop();
    this.marks.stop();
    this.#parts.announcements.clear();
  }

  /** Whether there is more to be shown, or done, than a session does by itself. */
  get isDemanding(): boolean {
    const { entry, documentTitle } = this.settings();
    const { story, entries } = this.live;
    if (story === undefined) return false;
    return (
      entry !== undefined ||
      this.broke !== undefined ||
      this.reading.unseen(entries) > 0 ||
      (documentTitle === 'headline' && document.title !== story.headline) ||
      story.pinned.some((id) => !entries.some((one) => one.id === id)) ||
      entries.length > MANY
    );
  }

  /** What is to be shown; `undefined` while there is nothing. */
  view(texts: Texts): StoryView | undefined {
    const { live, reading } = this;
    const { story, entries } = live;
    if (story === undefined || live.status === 'refused') return undefined;
    const { entry: only, headingLevel, hidden } = this.settings();
    const trouble = this.trouble(true);
    const view: StoryView = {
      story,
      entries: reading.shown(story, entries).filter((entry) => this.#isShown(entry)),
      texts,
      clock: { language: texts.language, now: Date.now() },
      links: this.links(story.slug),
      headingLevel,
      hidden,
      choice: reading.choice,
      gathered: reading.gathered(entries),
      older: live.hasOlder && only === undefined ? 'more' : 'none',
      players: new Map(),
      marks: this.marks,
      trouble,
    };
    if (this.engaged !== undefined) return this.engaged.complete(view);
    // The only one is further down than what is loaded: to be brought by the engaged, or to stay as it was printed.
    return only !== undefined && view.entries.length === 0 ? undefined : view;
  }

  /** @param hasStory whether something is shown. */
  trouble(hasStory: boolean): Trouble | undefined {
    return this.#trouble.trouble(hasStory);
  }

  /** The same object until they lead elsewhere. */
  links(slug: string): Links {
    const { links, server, entry } = this.settings();
    const key = links === 'server' ? server : location.href;
    if (this.#links?.key !== key) {
      const isNewest = entry === undefined;
      const made = links === 'server' ? storyLinks({ server, slug, isNewest }) : pageLinks(slug);
      this.#links = { key, links: made };
    }
    return this.#links.links;
  }

  #listen(): void {
    const { live } = this;
    const { announcements, tell, engage } = this.#parts;
    live.on('entry', (change) => this.#heard(change));
    live.on('breaking', (entry) => {
      if (entry.status !== 'usable' || !this.#isShown(entry)) return;
      announcements.breaking(entry);
      if (tell('breaking', { entry })) this.broke = entry.id;
    });
    live.on('reset', () => {
      announcements.clear();
      this.engaged?.beside.clear();
    });
    // Also where nothing is drawn, since nobody looks.
    live.on('change', (update) => {
      if (this.engaged !== undefined) this.engaged.changed(update);
      else if (this.isDemanding) engage();
    });
    live.on('status', (status) => {
      this.#trouble.is(status);
      if (status === 'live') this.engaged?.beside.askAgain();
      tell('status', { status });
    });
    live.subscribe(this.changed);
  }

  #heard({ entry, previous, kind }: EntryChange<PublicEntry>): void {
    const { live, reading, marks, engaged } = this;
    const { announcements, seesEdge, tell } = this.#parts;
    engaged?.beside.heard(entry);
    if (!this.#isShown(entry)) return;
    // An edit of what is on an older page is new to us, but no news.
    const isNew = previous === undefined && live.entries.includes(entry);
    if (isNew && entry.status === 'usable') reading.arrived(entry, seesEdge(), !document.hidden);
    if (isNew || previous !== undefined) marks.set(entry.id, isNew ? 'new' : 'changed');
    announcements.heard(entry, previous, isNew);
    engaged?.away.heard(entry, previous, isNew, kind === undefined);
    tell('entry', {
      entry,
      ...(previous === undefined ? {} : { previous }),
      ...(kind === undefined ? {} : { kind }),
    });
  }

  /** Where one entry is shown alone, the others are none of its readers' business. */
  #isShown({ id }: PublicEntry): boolean {
    const { entry = id } = this.settings();
    return entry === id;
  }
}
