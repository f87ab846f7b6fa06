import {
  BREAKING_SLUG,
  type DeskEntry,
  type DeskStory,
  type Recall,
  type RecallReach,
} from '@slugline/client/protocol';
import { CACHES_OVER_MS } from '../cache-times.js';
import { Failure } from '../errors.js';
import type { Alerts } from '../push/alerts.js';
import { RECALLS_KEPT_MS, type Reach } from '../reach/reach.js';

export interface RecallParts {
  readonly reach: Reach;
  /** Absent: this server sends none. */
  readonly alerts: Pick<Alerts, 'recalled'> | undefined;
  /** Milliseconds since 1970, by the store's clock. */
  readonly now: () => number;
}

/** Milliseconds after which who has not confirmed is not waited for: it is asleep, or gone without a word. */
const CONFIRMED_WITHIN = 30_000;
/** Milliseconds after which no alert is replaced any more, so none is waited for: what is to be told was told by then. */
const ALERTED_WITHIN = 24 * 3_600_000;
/** Milliseconds in which every instance has told the others how many it had. */
const TOLD_WITHIN = 5_000;

const NOBODY: RecallReach = {
  there: { socket: 0, sse: 0, poll: 0 },
  handed: { socket: 0, sse: 0, poll: 0 },
  asked: 0,
  confirmed: 0,
};

/**
 * How far the newest withdrawal of an entry has come, from what instances counted, what caches were told and what became of
 * the alerts.
 *
 * @throws Failure `entry_not_withdrawn`, `store_unavailable`.
 */
export async function recallOf(parts: RecallParts, story: DeskStory, entry: DeskEntry): Promise<Recall> {
  const { reach, alerts, now } = parts;
  const { id: entryId, slug, status, workflow, corrections } = entry;
  // What readers never had cannot be taken from them.
  if (status === 'usable' || workflow !== 'published') throw new Failure('entry_not_withdrawn');
  // Later versions of what is withdrawn are for the desk alone. Records give way where they come to too much, and the last.
  const withdrawal = corrections.find(({ kind }) => kind === 'withdrawn');
  const { toVersion: version, at } = withdrawal ?? { toVersion: entry.version, at: entry.updatedAt };
  const [readers, breaking, alerted] = await Promise.all([
    reach.withdrawal(slug, entryId),
    reach.withdrawal(BREAKING_SLUG, entryId),
    alerts?.recalled(slug, entryId) ?? [],
  ]);
  const age = now() - Date.parse(at);
  // Nobody is told of where nobody was there; later than that, of whoever was.
  const told = readers ?? (age < RECALLS_KEPT_MS ? NOBODY : undefined);
  const isOver =
    age > Math.max(CACHES_OVER_MS, TOLD_WITHIN) &&
    (age > CONFIRMED_WITHIN || [told, breaking].every((one) => one === undefined || one.confirmed >= one.asked)) &&
    (age > ALERTED_WITHIN || alerted.every(({ state }) => state === 'replaced' || state === 'dropped'));
  return {
    entryId,
    version,
    status,
    at,
    state: isOver ? 'done' : 'in_progress',
    ...(told !== undefined && { readers: told }),
    ...(breaking !== undefined && { breaking }),
    caches: { until: new Date(Date.parse(at) + CACHES_OVER_MS).toISOString() },
    replacedAt: story.visibility === 'public' ? addressesOf(slug, entryId) : [],
    alerts: alerted,
    unknown: ['copies', 'away', 'unsampled', 'fetched_feeds', 'other_caches', ...(alerted.length > 0 ? SHOWN : [])],
  };
}

const SHOWN = ['shown_alerts'] as const;

/** Everything that is made of a story's entries when it is asked for. */
function addressesOf(slug: string, entryId: string): readonly string[] {
  const formats = ['rss', 'atom', 'json'];
  const story = `/s/${slug}`;
  return [
    ...[story, `${story}/${entryId}`, `/embed/${slug}`, `/embed/${slug}/${entryId}`],
    ...formats.map((format) => `${story}/feed.${format}`),
    ...formats.map((format) => `/feed.${format}`),
    ...[`${story}/ninjs.json`, `${story}/${entryId}/ninjs.json`],
    ...[`/v1/stories/${slug}`, `/v1/stories/${slug}/entries`, `/v1/stories/${slug}/entries/${entryId}`, '/v1/breaking'],
  ];
}
