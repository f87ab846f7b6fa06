/** Milliseconds out of sight after which links may have died without anyone noticing. */
const SLEEP_MS = 10_000;

/**
 * Calls back when this is a good moment to try again: the network is back, or the page is looked at again.
 * `slept` tells that links which look open may be dead. Where a platform tells nothing of the kind (Node, React
 * Native), nothing happens; an app calls `LiveConnection.wake()` there.
 */
export function watchWake(listener: (slept: boolean) => void): () => void {
  const page = globalThis.document as Document | undefined;
  if (typeof globalThis.addEventListener !== 'function') return () => undefined;
  let hiddenAt: number | undefined;

  const onVisibility = () => {
    if (page?.visibilityState === 'hidden') {
      hiddenAt ??= Date.now();
      return;
    }
    const slept = hiddenAt !== undefined && Date.now() - hiddenAt > SLEEP_MS;
    hiddenAt = undefined;
    listener(slept);
  };
  const watching = new AbortController();
  const { signal } = watching;
  addEventListener('online', () => listener(true), { signal });
  addEventListener('focus', () => listener(false), { signal });
  // A page that comes back out of the browser's back/forward cache.
  addEventListener('pageshow', (event) => event.persisted && listener(true), { signal });
  page?.addEventListener('visibilitychange', onVisibility, { signal });
  return () => watching.abort();
}

/** Whether the platform knows that there is no network. `false` where it cannot tell. */
export function isOffline(): boolean {
  return typeof navigator === 'object' && navigator?.onLine === false;
}
