import { type AuditedBy, audited } from '../audit/audited.js';
import { Failure, isFailure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { StoryStore } from '../store/story-store.js';
import type { PictureStore } from './picture-store.js';

/**
 * The server's own stream that tells which pictures were removed for good, desk edition only: one object for each, of
 * which there is one version for ever. It is the decision, and stands in the audit log; what becomes of the files follows
 * from it, so that a crash in between, or an older copy of their directory, brings no picture back.
 */
export const PICTURES_STREAM = '@pictures';

/** As it is stored. */
export interface Removal {
  /** The picture's digest. */
  readonly id: string;
  /** ISO 8601 UTC. */
  readonly removedAt: string;
}

interface Places {
  readonly store: StoryStore;
  readonly pictures: PictureStore;
}

const PAGE = 200;

/** Removes a picture for good; a second time changes nothing. Rejects with `picture_not_found` for one that never was. */
export async function removePicture({ store, pictures }: Places, digest: string, by: AuditedBy): Promise<void> {
  if ((await pictures.record(digest)) === undefined) throw new Failure('picture_not_found');
  await addRemoval(store, { id: digest, removedAt: new Date(store.now()).toISOString() }, by);
  await pictures.remove(digest);
}

/** Writes down that a picture is removed, unless that is known. */
export async function addRemoval(store: StoryStore, removal: Removal, by: AuditedBy): Promise<void> {
  const { id, removedAt } = removal;
  const commit = {
    stream: PICTURES_STREAM,
    at: new Date(store.now()).toISOString(),
    expected: [{ objectId: id, version: 0 }],
    writes: [
      {
        edition: 'desk',
        objectId: id,
        version: 1,
        kind: 'entry.canceled',
        orderKey: `${removedAt}-${id}`,
        form: JSON.stringify(removal),
      },
    ],
  } as const;
  await store.commit(audited(commit, { by, action: 'picture.removed' })).catch((error: unknown) => {
    if (!isFailure(error, 'version_conflict')) throw error;
  });
}

/** At a start: finishes what a crash left of removals, and removes what came back with an older copy of the files. */
export async function repeatRemovals({ store, pictures }: Places, logger: Logger): Promise<void> {
  try {
    let before: string | undefined;
    do {
      const page = await store.page(PICTURES_STREAM, 'desk', { limit: PAGE, ...(before !== undefined && { before }) });
      for (const { objectId } of page?.objects ?? []) await pictures.remove(objectId);
      before = page?.older;
    } while (before !== undefined);
  } catch (error) {
    logger.warn({ err: error }, 'pictures that were removed may be there again');
  }
}
