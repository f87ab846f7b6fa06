import { isSafeUrl, LIMITS } from '@slugline/client/protocol';

/**
 * What a text and a URL may be, apart from the schemas that hold requests to it: what reads texts of other forms runs in
 * the editors' page as well, and takes no library of schemas there.
 *
 * Refused everywhere: control characters, and lone surrogates, which are no text: UTF-8 has no form for them, so
 * each store, parser and client would put something else in their place.
 */
const NOT_TEXT = /\p{Cs}|(?![\t\n])\p{Cc}/gu;
export const isText = (text: string): boolean => text.search(NOT_TEXT) < 0;

/** What is to be read of a text from elsewhere, where refusing it for a stray control character would help nobody. */
export const readable = (text: string): string => text.replace(NOT_TEXT, ' ');

/** A URL to follow. What cannot be parsed as a URL is none, so that no renderer has to cope with it. */
export function isLinkUrl(url: string): boolean {
  return url.length <= LIMITS.url && isSafeUrl(url) && isText(url) && URL.canParse(url);
}

/** A URL that is to be loaded: `mailto:` makes no sense there. */
export function isResourceUrl(url: string): boolean {
  return isLinkUrl(url) && !/^mailto:/i.test(url);
}
