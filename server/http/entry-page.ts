import type { DeskEntry, Edition, Workflow } from '@slugline/client/protocol';
import type { Page, StoredObject, StoryStore } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';
import { deskEntry, publicEntryOf } from '../story/stored.js';
import { isPublished } from '../story/workflow-rules.js';

/** Entries that one filtered page may look at. Bounds what a filter that fits nothing can cost. */
const SCAN = 600;
const SCAN_PAGE = 200;

export interface EntryFilter {
  readonly limit: number;
  readonly before?: string;
  readonly tag?: string;
  readonly keyEvents: boolean;
  /** In the desk edition: those that stand there. */
  readonly workflow?: Workflow | 'unpublished';
}

/**
 * A page of entries in display order. With a filter it looks at up to `SCAN` entries, so it may hold fewer than
 * `limit`, even none, and still name `older`. Its position is that of the first read: a reader who catches up
 * from there misses nothing that changed while the scan went on.
 */
export async function readEntries(
  store: StoryStore,
  slug: string,
  edition: Edition,
  { limit, before, tag, keyEvents, workflow }: EntryFilter,
): Promise<Page | undefined> {
  const query = before === undefined ? {} : { before };
  if (workflow !== undefined && edition !== 'desk') {
    throw invalidInput([{ field: '?workflow', message: 'is for the desk edition alone (edition=desk)' }]);
  }
  if (tag === undefined && !keyEvents && workflow === undefined) return store.page(slug, edition, { ...query, limit });

  const fits = ({ form }: StoredObject): boolean => {
    if (workflow !== undefined && !standsAt(deskEntry({ form }), workflow)) return false;
    if (tag === undefined && !keyEvents) return true;
    const entry = publicEntryOf({ form });
    if (entry.status !== 'usable') return false;
    return (tag === undefined || entry.tags.includes(tag)) && (!keyEvents || entry.keyEvent);
  };
  const first = await store.page(slug, edition, { ...query, limit: SCAN_PAGE });
  const taken: StoredObject[] = [];
  let page = first;
  for (let scanned = 0; page !== undefined; ) {
    for (const [at, object] of page.objects.entries()) {
      if (!fits(object)) continue;
      taken.push(object);
      const more = page.older !== undefined || at + 1 < page.objects.length;
      if (taken.length === limit) return answer(first, taken, more ? object.orderKey : undefined);
    }
    scanned += page.objects.length;
    if (page.older === undefined || scanned >= SCAN) return answer(first, taken, page.older);
    page = await store.page(slug, edition, { limit: SCAN_PAGE, before: page.older });
  }
  return answer(first, taken, undefined);
}

function standsAt(entry: DeskEntry, workflow: Workflow | 'unpublished'): boolean {
  return workflow === 'unpublished' ? !isPublished(entry) : entry.workflow === workflow;
}

function answer(first: Page | undefined, objects: readonly StoredObject[], older: string | undefined) {
  if (first === undefined) return undefined;
  const { position, changedAt, header } = first;
  return {
    position,
    changedAt,
    objects,
    ...(header === undefined ? {} : { header }),
    ...(older === undefined ? {} : { older }),
  };
}
