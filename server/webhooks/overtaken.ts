import { HEADER_ID, type Revision, type StoryStore } from '../store/story-store.js';
import { isForReaders } from '../story/entry-writes.js';
import { deskEntry } from '../story/stored.js';
import type { Trail } from './trail-record.js';
import type { WebhookRecord } from './webhook-records.js';

/** Revisions read at a time. */
const PAGE = 20;

/** Whether a kind that a webhook is told of was overtaken, before it could be told, by a newer change of the same object. */
export async function wasOvertaken(
  store: StoryStore,
  objectId: string,
  { trail, webhook }: { readonly trail: Trail; readonly webhook: WebhookRecord },
): Promise<boolean> {
  const { kinds, since } = webhook;
  if (kinds === undefined) return false;
  const { slug, passed, levelAt = since } = trail;
  const known = passed.find(([id]) => id === objectId)?.[1];
  // What is no longer among those passed may have been so since the trail was level. It is told once more then: too often is
  // better than never.
  const isUntold = ({ version, at }: Revision) =>
    at >= since && (known === undefined ? at >= levelAt : version > known);
  const isWanted = (revision: Revision, previous?: Revision) =>
    kinds.includes(revision.kind) && (objectId === HEADER_ID || isNews(revision, previous));

  let newer: Revision | undefined;
  for (;;) {
    const before = newer === undefined ? {} : { before: newer.version };
    const revisions = await store.revisions(slug, objectId, { limit: PAGE, ...before });
    for (const revision of revisions) {
      if (newer !== undefined && isWanted(newer, revision)) return true;
      if (!isUntold(revision)) return false;
      newer = revision;
    }
    if (revisions.length < PAGE) return newer !== undefined && isWanted(newer);
  }
}

/** Revisions are the desk's: drafts and notes between editors are among them. */
function isNews(revision: Revision, previous?: Revision): boolean {
  return isForReaders(deskEntry(revision), previous && deskEntry(previous));
}
