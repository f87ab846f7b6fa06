/** New updates of each story of the page that its reader has not seen. */
const unseen = new Map<object, number>();

/** What the title is without a count, and what we made of it. */
let written: { readonly plain: string; readonly counted: string } | undefined;

/**
 * Puts the number of new updates before the document's title: of all stories of a page together, and as long as there are
 * any. What the site writes there meanwhile is kept.
 *
 * @param headline the title is to be this, and not the site's.
 */
export function tellInTitle(story: object, count: number, headline: string | undefined): void {
  if (count === 0) unseen.delete(story);
  else unseen.set(story, count);
  let total = 0;
  for (const [, each] of unseen) total += each;
  const plain = headline ?? (written?.counted === document.title ? written.plain : document.title);
  const title = total === 0 ? plain : `(${total}) ${plain}`;
  if (written === undefined && title === document.title) return;
  document.title = title;
  // As it reads now: a browser may have written it down otherwise.
  written = total === 0 ? undefined : { plain, counted: document.title };
}
