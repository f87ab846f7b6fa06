import { decideAgain } from '../store/decide-again.js';
import type { StoryStore } from '../store/story-store.js';
import { deskEntry } from '../story/stored.js';
import { dueAt } from '../story/workflow-rules.js';
import { planWrite, readPlan, SCHEDULE_STREAM } from './plan.js';

/**
 * Brings the plan of an entry in step with it. What is there is read first and expected at the commit, the entry is read
 * after it, and both are looked at once more after each commit: so a plan is never left behind the newest form, however
 * late, often or from how many instances this is called.
 */
export async function followEntry(store: StoryStore, slug: string, entryId: string): Promise<void> {
  let moved: boolean;
  do {
    moved = await decideAgain(() => movePlan(store, slug, entryId));
  } while (moved);
}

/** Answers whether the plan had to be moved. */
async function movePlan(store: StoryStore, slug: string, entryId: string): Promise<boolean> {
  const plan = await readPlan(store, slug, entryId);
  const object = (await store.object(slug, 'desk', entryId))?.object;
  const due = object && dueAt(deskEntry(object));
  if (due === plan.due) return false;
  const write = planWrite(plan, { slug, entryId, ...(due !== undefined && { due }) });
  const expected = [{ objectId: plan.id, version: plan.version }];
  const at = new Date(store.now()).toISOString();
  await store.commit({ stream: SCHEDULE_STREAM, at, expected, writes: [write] });
  return true;
}
