import type { LiveSnapshot, LiveStory } from '../story/live-story.js';

/** What a component sees of a story at one moment. The same object until something in it changes. */
export interface StoryState<S, E> extends LiveSnapshot<S, E> {
  /** Loads the next older page: see `LiveStory.loadOlder`. Always the same function; before the story is followed it does nothing. */
  readonly loadOlder: () => Promise<void>;
  /**
   * The story itself, for its events and all else; absent on the server and until the component is mounted. In an effect:
   * `useEffect(() => live?.on('breaking', (entry) => alert(entry.headline)), [live])`.
   */
  readonly live: LiveStory<S, E> | undefined;
}
