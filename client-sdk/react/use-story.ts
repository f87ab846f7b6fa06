'use client';

import { useContext, useMemo, useSyncExternalStore } from 'react';
import type { LiveConnection } from '../connection.js';
import type { PublicEntry, Story } from '../protocol/index.js';
import type { StoryOptions } from '../story/live-story.js';
import { ConnectionContext } from './connection-provider.js';
import { FollowedWhileMounted } from './followed-while-mounted.js';
import type { StoryState } from './story-state.js';

export interface UseStoryOptions<S, E> extends StoryOptions<S, E> {
  /** In place of the one of the `ConnectionProvider` above. */
  readonly connection?: LiveConnection<S, E>;
}

/**
 * Follows a story for as long as the component is mounted, and renders it anew with each change. Rendering opens
 * nothing: on a server, and until the component is hydrated, the state is what `initial` says.
 *
 * Another slug, `limit` or connection is another story. `initial` is read when a story begins, so it may be a new object
 * each time.
 *
 * @throws `TypeError` where there is neither a connection nor a provider, and when it is mounted for what cannot be a slug.
 */
export function useStory<S, E>(
  slug: string,
  options: UseStoryOptions<S, E> & { readonly connection: LiveConnection<S, E> },
): StoryState<S, E>;
export function useStory(slug: string, options?: UseStoryOptions<Story, PublicEntry>): StoryState<Story, PublicEntry>;
export function useStory(
  slug: string,
  options: UseStoryOptions<Story, PublicEntry> = {},
): StoryState<Story, PublicEntry> {
  const provided = useContext(ConnectionContext);
  const { connection = provided, limit, initial } = options;
  if (connection === undefined) throw new TypeError('useStory needs a connection, or a ConnectionProvider above it.');
  const followed = useMemo(
    () =>
      new FollowedWhileMounted<Story, PublicEntry>((first) =>
        connection.story(slug, {
          ...(limit === undefined ? {} : { limit }),
          ...(first === undefined ? {} : { initial: first }),
        }),
      ),
    [connection, slug, limit],
  );
  followed.beginWith(initial);
  return useSyncExternalStore(followed.subscribe, followed.getSnapshot, followed.getServerSnapshot);
}
