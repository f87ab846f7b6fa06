import type { AlertRecall, Recall } from '@slugline/client/protocol';
import type { StoryStore } from '../store/story-store.js';
import { type AlertRecord, alertId, readAlert } from './alert-record.js';
import { topicsOf } from './alert-rules.js';

/** What became of the alerts of an entry that was withdrawn. Those that were never made are left out. */
export async function recalledAlerts(store: StoryStore, slug: string, entryId: string): Promise<Recall['alerts']> {
  const found = await Promise.all(
    topicsOf(slug).map(async (topic) => {
      const alert = await readAlert(store, alertId(topic, slug, entryId));
      return alert === undefined ? [] : [{ topic, state: stateOf(alert.record) }];
    }),
  );
  return found.flat();
}

/** Followers who are asked again, since their push service is away, are told of the newest round or of none. */
function stateOf({ kind, walk, reached }: AlertRecord): AlertRecall {
  if (kind !== 'withdrawn') return 'pending';
  if (walk !== undefined) return 'replacing';
  return reached === undefined ? 'dropped' : 'replaced';
}
