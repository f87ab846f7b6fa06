import { placeOf } from '../store/lineage.js';
import { HEADER_ID, type Head, type StoredObject, type StoryStore } from '../store/story-store.js';
import type { Cursor } from './trail-record.js';

/** Objects looked at between two reads of what changed. */
const CHANGES_MOST = 200;
/** Entries read at a time where a trail is further behind. */
const PAGE = 200;

/** What changed in a story behind a cursor, each object once, oldest change first. There may be more. */
export interface Untold {
  readonly head: Head;
  readonly changes: readonly StoredObject[];
}

/**
 * What is to be told next. Where there is no cursor yet, or one of a history that is gone, it is what changed since a
 * moment: times go by one clock, but for the milliseconds by which instances know it, so a change made then may be missing
 * or be told twice. `undefined` for a story that is not there.
 */
export async function untoldOf(
  store: StoryStore,
  slug: string,
  { cursor, since }: { readonly cursor: Cursor | undefined; readonly since: string },
): Promise<Untold | undefined> {
  const moment = cursor === undefined || cursor.at < since ? since : cursor.at;
  const known = cursor === undefined || cursor.at < since ? undefined : cursor;
  if (known === undefined) return behind(store, slug, (object) => object.at >= moment);
  const read = await store.changesSince(slug, 'public', known, CHANGES_MOST);
  if (read === undefined) return undefined;
  const { reset, changes, ...head } = read;
  if (!reset) return { head, changes };
  const place = placeOf(known, head);
  return behind(store, slug, place === undefined ? ({ at }) => at > moment : ({ seq }) => seq > place);
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
