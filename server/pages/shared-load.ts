import { SHARED_READ_MS } from '../cache-times.js';

/** Answers kept so at a time; above it the oldest go. Bounds what a crawl over all stories can pin down. */
const SHARED_ANSWERS = 200;

/**
 * Lets all who ask for the same within a moment share one read, and its failure. That there is nothing is shared while it
 * is read, and not after: whoever makes a story looks at its page next.
 */
export function shareBriefly<T>(load: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const shared = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  const forgetNothing = (key: string, answer: Promise<T>) =>
    answer.then(
      (loaded) => {
        if (loaded === undefined && shared.get(key)?.answer === answer) shared.delete(key);
      },
      () => undefined,
    );
  return (key) => {
    const now = performance.now();
    const known = shared.get(key);
    if (known !== undefined && now - known.at < SHARED_READ_MS) return known.answer;
    const answer = load(key);
    shared.delete(key);
    shared.set(key, { at: now, answer });
    void forgetNothing(key, answer);
    for (const oldest of shared.keys()) {
      if (shared.size <= SHARED_ANSWERS) break;
      shared.delete(oldest);
    }
    return answer;
  };
}
