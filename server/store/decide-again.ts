import { isFailure } from '../errors.js';

/** Each lost race means that somebody else's commit landed: losing this often is no longer a race. */
const MOST_TRIES = 20;

/**
 * Reads, decides and commits, and once more, upon what is there then, where somebody else's commit came between the read
 * and ours. Rejects with `version_conflict` after 20 such tries, and at once with everything else.
 */
export async function decideAgain<Result>(readAndCommit: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readAndCommit();
    } catch (error) {
      if (!isFailure(error, 'version_conflict') || tries >= MOST_TRIES) throw error;
    }
  }
}
