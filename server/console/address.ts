import { isSlug } from '@slugline/client/protocol';

/** What of the console is shown; it stands in the page's fragment, so that a reload and a bookmark lead to it. */
export type Place =
  | { readonly screen: 'stories' }
  | { readonly screen: 'story'; readonly slug: string }
  | { readonly screen: 'members' };

export function placeOf(hash: string): Place {
  const [, screen, slug = ''] = hash.replace(/^#/, '').split('/');
  if (screen === 'stories' && isSlug(slug)) return { screen: 'story', slug };
  return screen === 'members' ? { screen } : { screen: 'stories' };
}

/** For `href`. */
export function linkTo(place: Place): string {
  if (place.screen === 'story') return `#/stories/${place.slug}`;
  return place.screen === 'members' ? '#/members' : '#/';
}

/**
 * The secret of a one-time link that led here. It is taken out of the address at once: it must not stay in the history of
 * a browser, nor in a link that is passed on.
 */
export function takeSignInSecret(): string | undefined {
  const secret = /^#sign-in=([\w.~-]{1,500})$/.exec(location.hash)?.[1];
  if (secret !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return secret;
}
