import { isFailure } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { Commit, Receipt, StoryStore } from '../store/story-store.js';

/** A commit whose time is measured. */
export async function timedCommit(store: StoryStore, metrics: Metrics, commit: Commit): Promise<Receipt> {
  const stop = metrics.commitSeconds.startTimer();
  try {
    const receipt = await store.commit(commit);
    stop({ result: receipt.replayed ? 'replayed' : 'ok' });
    return receipt;
  } catch (error) {
    stop({ result: isFailure(error) ? error.code : 'internal' });
    throw error;
  }
}
