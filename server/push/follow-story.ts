import type { PublicEntry } from '@slugline/client/protocol';
import { decideAgain } from '../store/decide-again.js';
import type { Page, StoryStore } from '../store/story-store.js';
import { publicEntryOf, publicStoryOf } from '../story/stored.js';
import { ALERTS_STREAM, alertId, alertWrite, readAlert } from './alert-record.js';
import { nextAlert, topicsOf } from './alert-rules.js';

/** Entries read at a time. */
const BATCH = 200;

/**
 * Brings the alerts of one entry in step with it, in one commit for all topics. What is there is read first and expected
 * at the commit, the entry is read after it, and all is looked at once more after each commit: so an alert is never left
 * behind the newest form, whoever else is at it.
 */
export async function followEntry(store: StoryStore, slug: string, entryId: string): Promise<void> {
  let moved: boolean;
  do {
    moved = await decideAgain(() => moveAlerts(store, slug, entryId));
  } while (moved);
}

/** Answers whether there were any to be moved. */
async function moveAlerts(store: StoryStore, slug: string, entryId: string): Promise<boolean> {
  const ids = topicsOf(slug).map((topic) => ({ topic, id: alertId(topic, slug, entryId) }));
  const held = await Promise.all(ids.map(async ({ topic, id }) => ({ topic, id, alert: await readAlert(store, id) })));
  const view = await store.object(slug, 'public', entryId);
  if (view?.object === undefined || view.header === undefined) return false;
  const entry = publicEntryOf(view.object);
  const story = publicStoryOf(view.header);
  const now = new Date(store.now()).toISOString();
  const moved = held.flatMap(({ topic, id, alert }) => {
    const record = nextAlert(alert?.record, { topic, entry, story, now });
    return record === undefined ? [] : [{ id, version: alert?.version ?? 0, record }];
  });
  if (moved.length === 0) return false;
  await store.commit({
    stream: ALERTS_STREAM,
    at: now,
    expected: moved.map(({ id, version }) => ({ objectId: id, version })),
    writes: moved.map(({ id, version, record }) => alertWrite(id, version + 1, record)),
  });
  return true;
}

/** The same for all entries of a story that ever were alerts: its visibility changed. */
export async function followStory(store: StoryStore, slug: string): Promise<void> {
  let before: string | undefined;
  do {
    const query = before === undefined ? { limit: BATCH } : { limit: BATCH, before };
    const page: Page | undefined = await store.page(slug, 'public', query);
    const entries = (page?.objects ?? []).map(publicEntryOf);
    const alerted = await Promise.all(entries.map(async (entry) => ((await wasAlert(store, entry)) ? [entry] : [])));
    for (const { id } of alerted.flat()) await followEntry(store, slug, id);
    before = page?.older;
  } while (before !== undefined);
}

async function wasAlert(store: StoryStore, { slug, id }: PublicEntry): Promise<boolean> {
  const alerts = await Promise.all(topicsOf(slug).map((topic) => readAlert(store, alertId(topic, slug, id))));
  return alerts.some((alert) => alert !== undefined);
}
