export type ShareOutcome = 'shared' | 'copied' | 'failed';

/** By the system's own means where it has some; else the link goes to the clipboard. */
export async function share(title: string, url: string): Promise<ShareOutcome> {
  if (typeof navigator.share === 'function') {
    try {
      await navigator.share({ title, url });
      return 'shared';
    } catch (error) {
      // Who thought better of it does not want it on the clipboard either.
      if (error instanceof DOMException && error.name === 'AbortError') return 'shared';
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    return 'copied';
  } catch {
    return 'failed';
  }
}

/** The address of an entry as others are to have it: the page's canonical one, where the link leads into the page. */
export function addressOf(link: string): string {
  const { href, origin, pathname, search } = new URL(link, location.href);
  const isHere = origin === location.origin && pathname === location.pathname && search === location.search;
  const canonical = document.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href;
  if (!isHere || canonical === undefined || canonical === '') return href;
  return new URL(new URL(href).hash, canonical).href;
}
