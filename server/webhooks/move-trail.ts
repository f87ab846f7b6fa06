import { type Audited, audited } from '../audit/audited.js';
import { decideAgain } from '../store/decide-again.js';
import type { StoryStore, Write } from '../store/story-store.js';
import { newTrail, readTrail, TRAILS_STREAM, type Trail, trailId, trailWrite } from './trail-record.js';

/** Where a trail is to go, and what else is written in the same step. */
export interface Move {
  readonly trail: Trail;
  readonly also?: readonly Write[];
  /** Where it is somebody's command. */
  readonly told?: Audited;
}

/**
 * Moves a trail on from wherever it is. `decide` answers `undefined` where there is nothing to do; it is asked again upon
 * the newest form where somebody was faster. Answers the trail as it then is.
 */
export async function moveTrail(
  store: StoryStore,
  { webhookId, slug }: Pick<Trail, 'webhookId' | 'slug'>,
  decide: (trail: Trail) => Move | undefined | Promise<Move | undefined>,
): Promise<Trail> {
  const id = trailId(webhookId, slug);
  return decideAgain(async () => {
    const held = await readTrail(store, id);
    const trail = held?.record ?? newTrail(webhookId, slug);
    const move = await decide(trail);
    if (move === undefined) return trail;
    const version = held?.version ?? 0;
    const writes = [trailWrite(id, version + 1, move.trail), ...(move.also ?? [])];
    const expected = writes.map((write) => ({ objectId: write.objectId, version: write.version - 1 }));
    const commit = { stream: TRAILS_STREAM, at: new Date(store.now()).toISOString(), expected, writes };
    await store.commit(move.told === undefined ? commit : audited(commit, move.told));
    return move.trail;
  });
}

/** Says that there may be something to tell. Who is at it looks again; a trail that waits for its next try goes on waiting. */
export function ringTrail(store: StoryStore, of: Pick<Trail, 'webhookId' | 'slug'>): Promise<Trail> {
  return moveTrail(store, of, (trail) =>
    trail.hasWork && trail.lease === undefined
      ? undefined
      : { trail: { ...trail, hasWork: true, rung: trail.rung + 1 } },
  );
}
