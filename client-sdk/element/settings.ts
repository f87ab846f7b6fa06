import { PAGE_DEFAULT, PAGE_MOST } from '../protocol/reading-limits.js';
import { isSlug } from '../protocol/slug.js';
import type { Choice, Part } from '../view/story-view.js';

/** What an element's attributes say. For what is left out, or cannot be, what is usual is taken. */
export interface Settings {
  /** `slug`: the story. Nothing is shown without it. */
  readonly slug: string | undefined;
  /**
   * `server`: where the server is, without a slash at the end; the page's own is named by its path alone. Usual: where
   * the element's code came from.
   */
  readonly server: string;
  /** `token`: key or signed token of a reader of a private story. Whoever can read the page can read it. */
  readonly token: string | undefined;
  /** `limit`: entries of a first page, and of each older one, 1 to 200 (usual 30). */
  readonly limit: number;
  /** `lang`: of the interface, BCP 47. Absent: the story's. */
  readonly language: string | undefined;
  /** `order`: `newest` (usual) or `oldest` first, until the reader chooses. */
  readonly order: Choice['order'];
  /** `hide`: any of `header picture key-points controls share`, for sites that show them by themselves. */
  readonly hidden: ReadonlySet<Part>;
  /** `heading-level`: of the story's headline, 1 to 4 (usual 2). */
  readonly headingLevel: number;
  /** `announce`: of what those are told who listen to the page, `all` (usual), `breaking` or `off`, until they choose. */
  readonly announce: 'off' | 'all' | 'breaking';
  /** `keys`: where shortcuts of the keyboard are heard: with the `focus` in the story (usual), in the `page`, or `off`. */
  readonly keys: 'focus' | 'page' | 'off';
  /**
   * `links`: where links to entries lead, and what is shared: to this `page` (usual), or to the page that the `server`
   * has of each.
   */
  readonly links: 'page' | 'server';
  /** `entry`: id of the only entry that is shown, by itself. Absent: the whole story is. */
  readonly entry: string | undefined;
  /**
   * `document-title`: `site` (usual) puts the number of new entries before the title that the site gave its page;
   * `headline` makes the story's headline the title besides; `off` leaves it alone.
   */
  readonly documentTitle: 'site' | 'headline' | 'off';
  /** `remember`: whether what was read is kept in the browser, to tell who comes back what changed: `on` (usual) or `off`. */
  readonly remember: 'on' | 'off';
}

export const ATTRIBUTES: readonly string[] =
  'slug entry server token limit lang order hide heading-level announce keys links document-title remember'.split(' ');

/** Those that make it another story, or another reader of it: the first ones. */
export const OF_THE_STORY: readonly string[] = ATTRIBUTES.slice(0, 5);

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
    token: text('token'),
    limit: number('limit', PAGE_DEFAULT, 1, PAGE_MOST),
    language: text('lang'),
    order: oneOf('order', 'newest', 'oldest'),
    hidden: new Set((text('hide') ?? '').split(/\s+/).filter((part): part is Part => PARTS.includes(part))),
    headingLevel: number('heading-level', 2, 1, 4),
    announce: oneOf('announce', 'all', 'off', 'breaking'),
    keys: oneOf('keys', 'focus', 'page', 'off'),
    links: oneOf('links', 'page', 'server'),
    documentTitle: oneOf('document-title', 'site', 'headline', 'off'),
    remember: oneOf('remember', 'on', 'off'),
  };
}

/** As the server writes its links, so that those that it printed need not be changed. */
function withoutOwnOrigin(url: string): string {
  const { origin } = location;
  return url === origin || url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
}
