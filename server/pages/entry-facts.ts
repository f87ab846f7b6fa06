import { type Byline, type Entry, isSafeUrl, type Picture } from '@slugline/client/protocol';

/** Pictures in a body, in its order. Their URLs are safe. */
export function picturesIn({ body }: Entry): readonly Picture[] {
  return body.flatMap((block) => (block.type === 'picture' && isSafeUrl(block.picture.url) ? [block.picture] : []));
}

/** Bylines with a page each, where they name one that may be linked. */
export function authorsOf({ bylines }: Entry): readonly Byline[] {
  return bylines.map(({ url, ...byline }) => (url === undefined || !isSafeUrl(url) ? byline : { ...byline, url }));
}

/** When any of them last changed. Times are of one length and zone, so the greatest text is the latest. */
export function newestOf(objects: readonly { readonly updatedAt: string }[]): string {
  return (
    objects
      .map(({ updatedAt }) => updatedAt)
      .sort()
      .at(-1) ?? ''
  );
}
