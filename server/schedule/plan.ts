import { createHash } from 'node:crypto';
import type { StoredObject, StoryStore, Write } from '../store/story-store.js';

/**
 * The server's own stream that tells what is to be published when: one object for each entry that was ever scheduled, in
 * order of their times while they wait. It is the public edition, though no door shows it: that one keeps no revisions.
 * It holds no word of an entry, only where it is; what is to happen is read from there when the time has come.
 */
export const SCHEDULE_STREAM = '@schedule';

/** As it is stored. */
export interface PlanForm {
  readonly slug: string;
  readonly entryId: string;
  /** ISO 8601; absent: the entry is not, or no longer, to be published by itself. */
  readonly due?: string;
}

export interface Plan extends PlanForm {
  readonly id: string;
  /** 0: it is not there. */
  readonly version: number;
}

export interface DuePlan extends Plan {
  readonly due: string;
}

function planId(slug: string, entryId: string): string {
  return createHash('sha256').update(`${slug}\n${entryId}`).digest('base64url').slice(0, 22);
}

export async function readPlan(store: StoryStore, slug: string, entryId: string): Promise<Plan> {
  const id = planId(slug, entryId);
  const object = (await store.object(SCHEDULE_STREAM, 'public', id))?.object;
  return object === undefined ? { id, version: 0, slug, entryId } : planOf(object);
}

/** What waits for its time, the first in front. */
export async function nextPlans(store: StoryStore, limit: number): Promise<readonly DuePlan[]> {
  const page = await store.page(SCHEDULE_STREAM, 'public', { limit });
  return (page?.objects ?? []).flatMap((object) => {
    const plan = planOf(object);
    return plan.due === undefined ? [] : [{ ...plan, due: plan.due }];
  });
}

/** Pages come with the greatest key first. The year 9999, which stands for an embargo without an end, has 15 digits. */
const LAST_MS = 999_999_999_999_999;

export function planWrite({ id, version }: Plan, form: PlanForm): Write {
  const { due } = form;
  const untilDue = due === undefined ? undefined : String(LAST_MS - Date.parse(due)).padStart(15, '0');
  return {
    edition: 'public',
    objectId: id,
    version: version + 1,
    kind: version === 0 ? 'entry.scheduled' : 'entry.updated',
    ...(untilDue !== undefined && { orderKey: `${untilDue}-${id}` }),
    form: JSON.stringify(form),
  };
}

function planOf({ objectId, version, form }: StoredObject): Plan {
  const read: PlanForm = JSON.parse(form);
  return { ...read, id: objectId, version };
}
