import { placeOf } from '../store/lineage.js';
import { HEADER_ID, type Head, type StoredObject, type StoryStore } from '../store/story-store.js';
import type { Cursor } from './trail-record.js';

/** Objects looked at between two reads of what changed. */
const CHANGES_MOST = 200;
/** Entries read at a time where a trail is further behind. */
const PAGE = 200;

interface Untold {
  readonly head: Head;
  /** Oldest first, each object once. There may be more. */
  readonly changes: readonly StoredObject[];
}

/** Where a trail stands: at a cursor, or at a moment where there is none yet. */
interface Standing {
  readonly cursor: Cursor | undefined;
  readonly since: string;
}

/** What comes next on a trail, and where the story stood when that was read; `change` is absent where there is none. */
interface Found {
  readonly head: Head;
  readonly change: StoredObject | undefined;
}

/**
 * What changed in a story behind a cursor, oldest change first, read some hundred at a time. What changed once more since it
 * was read lies further on: whoever goes by it MUST look whether an object is still where it was.
 */
export class Ahead {
  readonly #store: StoryStore;
  readonly #slug: string;
  #read: Untold | undefined;
  #at = 0;

  constructor(store: StoryStore, slug: string) {
    this.#store = store;
    this.#slug = slug;
  }

  /** `undefined` for a story that is not there. */
  async next(standing: Standing): Promise<Found | undefined> {
    if (this.#read === undefined || this.#at >= this.#read.changes.length) {
      this.#read = await untoldOf(this.#store, this.#slug, standing);
      this.#at = 0;
      if (this.#read === undefined) return undefined;
    }
    const { head, changes } = this.#read;
    const change = changes[this.#at];
    this.#at += 1;
    return { head, change };
  }
}

/**
 * Where there is no cursor yet, or one of a history that is gone, it is what changed since a moment: times go by one clock,
 * but for the milliseconds by which instances know it, so a change made then may be missing or be told twice.
 */
async function untoldOf(store: StoryStore, slug: string, { cursor, since }: Standing): Promise<Untold | undefined> {
  const known = cursor === undefined || cursor.at < since ? undefined : cursor;
  if (known === undefined) return behind(store, slug, ({ at }) => at >= since);
  const read = await store.changesSince(slug, 'public', known, CHANGES_MOST);
  if (read === undefined) return undefined;
  const { reset, changes, ...head } = read;
  if (!reset) return { head, changes };
  const place = placeOf(known, head);
  return behind(store, slug, place === undefined ? ({ at }) => at > known.at : ({ seq }) => seq > place);
}

/** Goes through the whole story, and keeps what changed first. */
async function behind(
  store: StoryStore,
  slug: string,
  isUntold: (object: StoredObject) => boolean,
): Promise<Untold | undefined> {
  let head: Head | undefined;
  let changes: StoredObject[] = [];
  let before: string | undefined;
  do {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    const page = await store.page(slug, 'public', query);
    if (page === undefined) return undefined;
    const { objects, older, ...rest } = page;
    // What changes meanwhile lies behind the first head, and is looked at the next time.
    if (head === undefined) {
      head = rest;
      const { header } = rest;
      if (header?.objectId === HEADER_ID && isUntold(header)) changes.push(header);
    }
    changes.push(...objects.filter(isUntold));
    changes = changes.sort((one, other) => one.seq - other.seq).slice(0, CHANGES_MOST);
    before = older;
  } while (before !== undefined);
  return head === undefined ? undefined : { head, changes };
}
