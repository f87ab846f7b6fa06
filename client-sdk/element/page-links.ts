import type { Links } from '../view/story-view.js';

/** Links to a story where it is embedded: its entries are parts of the page, named behind `#entry=`. */
export function pageLinks(slug: string): Links {
  const page = location.href.replace(/#.*/, '');
  return { story: page, entry: (id) => `${page}#entry=${slug}/${encodeURIComponent(id)}` };
}

/** The entry of this story that the page's address names, if it does. */
export function entryInAddress(slug: string): string | undefined {
  const [, story, id] = /^#entry=([^/]+)\/([\w-]+)$/.exec(location.hash) ?? [];
  return story === slug ? id : undefined;
}
