import type { Links } from './story-view.js';

/** Where a server's pages of a story are. */
export interface StoryPage {
  /** The server's address without a slash at the end; empty for the page's own. */
  readonly server: string;
  readonly slug: string;
  /** Cursor of the next older page; absent where there is none, or a script loads it. */
  readonly older?: string | undefined;
  /** Whether this is the newest page; the others lead to it. */
  readonly isNewest: boolean;
}

export function storyLinks({ server, slug, older, isNewest }: StoryPage): Links {
  const story = `${server}/s/${segment(slug)}`;
  return {
    story,
    entry: (id) => `${story}/${segment(id)}`,
    ...(older === undefined ? {} : { older: `${story}?before=${segment(older)}` }),
    ...(isNewest ? {} : { newest: story }),
  };
}

/** Whatever it is that a server sent, as one part of a URL: half a character, too, which could not be encoded. */
function segment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}
