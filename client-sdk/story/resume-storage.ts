import type { CatchUp } from '../protocol/change.js';
import { readCatchUp } from './guards.js';
import { standingOf, type Timeline, type TimelineEntry, type TimelineStory } from './timeline.js';

/**
 * Where a story survives a reload. `localStorage`, `sessionStorage` and React Native's AsyncStorage fit as they
 * are. What is shown to this reader is stored: leave it out where a device is shared and stories are private.
 */
export interface ResumeStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Entries that are kept. Where the first page and what came above it are more, a reload begins afresh. */
const ENTRIES_MOST = 200;
/** Characters that are kept, likewise: browsers give a whole site some five million. */
const CHARACTERS_MOST = 500_000;
/** Milliseconds between two writes, so that a busy story does not keep the disk busy. */
const WRITE_EVERY_MS = 1_000;
/** Milliseconds that a storage may take to answer before the story begins without it. */
const READ_WITHIN_MS = 2_000;

type End = Pick<Timeline<TimelineStory, TimelineEntry>, 'floor' | 'older'>;

/**
 * Keeps the newest part of one timeline, so that a reload shows it at once and catches up from there: the first
 * page with what came above it, since a cursor for what is older is only known for the end of a page.
 */
export class Resume<S extends TimelineStory, E extends TimelineEntry> {
  readonly #storage: ResumeStorage;
  readonly #key: string;
  readonly #onFailure: (cause: unknown) => void;
  #end: End = { floor: undefined, older: undefined };
  #latest: Timeline<S, E> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onFailure told what the storage threw. */
  constructor(storage: ResumeStorage, key: string, onFailure: (cause: unknown) => void) {
    this.#storage = storage;
    this.#key = key;
    this.#onFailure = onFailure;
  }

  /** What was kept, in the form of a reset. */
  async read(): Promise<CatchUp<S, E> | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, READ_WITHIN_MS, null);
      });
      const text = await Promise.race([this.#storage.getItem(this.#key), late]);
      const kept = text === null ? undefined : readCatchUp<S, E>(JSON.parse(text));
      return kept?.answer.reset ? kept.answer : undefined;
    } catch (cause) {
      this.#onFailure(cause);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A first page was taken: what ends here is what is kept from now on. */
  begin(timeline: Timeline<S, E>): void {
    this.#end = timeline;
    this.keep(timeline);
  }

  /** Writes the latest of what it is given, soon. */
  keep(timeline: Timeline<S, E>): void {
    // Trimmed to less than the first page, it ends where it was trimmed.
    if (!reaches(timeline, this.#end)) this.#end = timeline;
    this.#latest = timeline;
    this.#timer ??= setTimeout(() => this.flush(), WRITE_EVERY_MS);
  }

  /** Writes now what is still to be written. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const timeline = this.#latest;
    this.#latest = undefined;
    if (timeline === undefined) return;
    const { floor, older } = this.#end;
    const end = older === undefined ? -1 : timeline.entries.findIndex(({ id }) => id === floor?.id);
    const entries = end === -1 ? timeline.entries : timeline.entries.slice(0, end + 1);
    const { story } = timeline;
    const position = standingOf(timeline);
    const text = entries.length > ENTRIES_MOST ? '' : JSON.stringify({ reset: true, position, story, entries, older });
    if (text === '' || text.length > CHARACTERS_MOST) this.#do((storage) => storage.removeItem(this.#key));
    else this.#do((storage) => storage.setItem(this.#key, text));
  }

  /** Forgets it all: this reader may not see the story any more. */
  forget(): void {
    this.#latest = undefined;
    this.flush();
    this.#do((storage) => storage.removeItem(this.#key));
  }

  #do(action: (storage: ResumeStorage) => void | Promise<void>): void {
    try {
      Promise.resolve(action(this.#storage)).catch(this.#onFailure);
    } catch (cause) {
      this.#onFailure(cause);
    }
  }
}

function reaches(timeline: Timeline<TimelineStory, TimelineEntry>, { floor, older }: End): boolean {
  if (older === undefined) return timeline.older === undefined;
  return timeline.entries.some(({ id }) => id === floor?.id);
}
