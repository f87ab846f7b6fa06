import { setTimeout as delay } from 'node:timers/promises';
import { Failure, isFailure } from '../errors.js';

/**
 * Each lost race means that another editor's command landed, so this many fail only under a pile of commands on
 * one object; the one who loses them all is told to come back.
 */
const MOST_TRIES = 40;
/** Milliseconds, growing with each lost race, so that instances do not keep step. */
const BACKOFF_STEP = 2;

/**
 * Someone was faster between the read and the commit: resolves when it is time to decide again upon what they left.
 * Rejects with every other error, and after the last try with `too_many_requests`.
 */
export async function afterLostRace(error: unknown, tries: number): Promise<void> {
  if (!isFailure(error, 'version_conflict')) throw error;
  if (tries >= MOST_TRIES) {
    const message = 'Too many commands on one object at once.';
    throw new Failure('too_many_requests', message, { retryAfterSeconds: 1, cause: error });
  }
  await delay(Math.random() * BACKOFF_STEP * tries);
}
