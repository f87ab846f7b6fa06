import { PAGE_DEFAULT, PAGE_MOST } from '../protocol/reading-limits.js';
import { isSlug } from '../protocol/slug.js';
import type { Choice, Part } from '../view/story-view.js';

/** What an element's attributes say. What cannot be is told once on the console, and what stands by default is taken. */
export interface Settings {
  readonly slug: string | undefined;
  /** Id of the only entry to be shown; absent: the whole story is. */
  readonly entry: string | undefined;
  /** Where the server is, without a slash at the end; the page's own is named by its path alone. */
  readonly server: string;
  /** Of the interface; absent: the story's. */
  readonly language: string | undefined;
  readonly order: Choice['order'];
  readonly hidden: ReadonlySet<Part>;
  readonly headingLevel: number;
  readonly limit: number;
  readonly announce: 'off' | 'all' | 'breaking';
  /** Where shortcuts of the keyboard are heard. */
  readonly keys: 'focus' | 'page' | 'off';
  /** Whether the document's title is the story's, or the site's. */
  readonly documentTitle: 'site' | 'headline';
  readonly token: string | undefined;
}

export const ATTRIBUTES = [
  ...[
    'slug',
    'entry',
    'server',
    'lang',
    'order',
    'hide',
    'heading-level',
    'limit',
    'announce',
    'keys',
    'document-title',
    'token',
  ],
] as const;

const PARTS: readonly string[] = ['header', 'picture', 'key-points', 'controls', 'share'] satisfies readonly Part[];

/** @param home the server that the element's code came from. */
export function settingsOf(element: Element, home: string): Settings {
  const text = (name: string) => element.getAttribute(name)?.trim() || undefined;
  const oneOf = <Value extends string>(name: string, first: Value, ...others: readonly Value[]): Value =>
    [first, ...others].find((value) => value === text(name)) ?? first;
  const number = (name: string, usual: number, least: number, most: number) => {
    const value = Number(text(name) ?? usual);
    return Number.isInteger(value) && value >= least && value <= most ? value : usual;
  };
  const slug = text('slug');
  return {
    slug: slug !== undefined && isSlug(slug) ? slug : undefined,
    entry: text('entry'),
    server: withoutOwnOrigin(text('server') ?? home).replace(/\/+$/, ''),
    language: text('lang'),
    order: oneOf('order', 'newest', 'oldest'),
    hidden: new Set((text('hide') ?? '').split(/\s+/).filter((part): part is Part => PARTS.includes(part))),
    headingLevel: number('heading-level', 2, 1, 4),
    limit: number('limit', PAGE_DEFAULT, 1, PAGE_MOST),
    announce: oneOf('announce', 'all', 'off', 'breaking'),
    keys: oneOf('keys', 'focus', 'page', 'off'),
    documentTitle: oneOf('document-title', 'site', 'headline'),
    token: text('token'),
  };
}

/** As the server writes its links, so that those that it printed need not be changed. */
function withoutOwnOrigin(url: string): string {
  const { origin } = location;
  return url === origin || url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
}
