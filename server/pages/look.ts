import type { PublicEntry, Story } from '@slugline/client/protocol';
import { arrange, type StoryView as Look, print, STYLES, storyLinks, storyTree, textsIn } from '@slugline/client/view';
import { Html, html } from './html.js';

/** What of a look a page decides by itself; all else is as readers find a story that they have not touched. */
export interface PrintedLook extends Partial<Pick<Look, 'headingLevel' | 'hidden' | 'texts'>> {
  readonly story: Story;
  /** See `PageAssets`: links are under it. */
  readonly base: string;
  /** Newest first. */
  readonly entries: readonly PublicEntry[];
  /** Cursor of the next older page. */
  readonly older?: string | undefined;
  readonly isNewest: boolean;
  readonly order?: Look['choice']['order'];
}

/**
 * A story as the element will show it, in the root in which it will: a browser without a script shows it as it stands,
 * and one with a script takes it over, and nothing moves.
 */
export function printedRoot(look: PrintedLook): Html {
  const tree = print(storyTree(lookOf(look)));
  return html`<template shadowrootmode="open"><style>${new Html(STYLES)}</style><div class="root">${new Html(tree)}</div></template>`;
}

function lookOf({ story, base, entries, older, isNewest, order = 'newest', ...given }: PrintedLook): Look {
  const { texts = textsIn(story.language) } = given;
  return {
    story,
    entries: arrange(story, entries, order),
    texts,
    clock: { language: texts.language, timeZone: 'UTC', now: Date.now() },
    links: storyLinks({ server: base, slug: story.slug, older, isNewest }),
    headingLevel: given.headingLevel ?? 1,
    hidden: given.hidden ?? new Set(),
    choice: { order, keyEvents: false, tag: undefined },
    trouble: undefined,
    gathered: 0,
    older: older === undefined ? 'none' : 'more',
    players: new Map(),
    marks: new Map(),
  };
}
