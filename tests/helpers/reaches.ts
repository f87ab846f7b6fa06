import type { LiveStory, StoryEvents } from '@slugline/client';

/**
 * Resolves when the story is as awaited, looking again after each step it takes. Fails with `what` after `withinMs`,
 * so that a test that hangs says what it hangs on.
 */
export function reaches<S, E>(
  story: LiveStory<S, E>,
  what: string,
  isThere: (story: LiveStory<S, E>) => boolean,
  withinMs = 10_000,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const events: readonly (keyof StoryEvents<S, E>)[] = ['change', 'status', 'reset'];
    const offs = events.map((event) => story.on(event, look));
    const late = setTimeout(() => {
      finish();
      const at = `status ${story.status}, position ${JSON.stringify(story.position)}, ${story.entries.length} entries`;
      reject(new Error(`waited ${withinMs} ms for ${what} (${at})`));
    }, withinMs);
    function finish(): void {
      clearTimeout(late);
      for (const off of offs) off();
    }
    function look(): void {
      if (!isThere(story)) return;
      finish();
      resolve();
    }
    look();
  });
}
