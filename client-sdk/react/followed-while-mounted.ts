import { readCatchUp } from '../story/guards.js';
import type { InitialSnapshot, LiveStory } from '../story/live-story.js';
import type { StoryState } from './story-state.js';

/**
 * A story that is followed while a component shows it, in the form that `useSyncExternalStore` takes. Making one is no
 * work: nothing is opened before somebody subscribes, which no render does, and no server.
 */
export class FollowedWhileMounted<S, E> {
  readonly #open: (initial: InitialSnapshot<S, E> | undefined) => LiveStory<S, E>;
  readonly #listeners = new Set<() => void>();
  #initial: InitialSnapshot<S, E> | undefined;
  #first: StoryState<S, E> | undefined;
  #state: StoryState<S, E>;
  #live: LiveStory<S, E> | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;

  /** @param open follows the story; called again where a component comes back that was gone for a while. */
  constructor(open: (initial: InitialSnapshot<S, E> | undefined) => LiveStory<S, E>) {
    this.#open = open;
    this.#state = {
      story: undefined,
      entries: [],
      status: 'connecting',
      hasOlder: false,
      loadOlder: async () => this.#live?.loadOlder(),
      live: undefined,
    };
  }

  /** Says what the story begins with. Only the first call counts: a story that has begun goes its own way. */
  beginWith(initial: InitialSnapshot<S, E> | undefined): void {
    if (this.#first !== undefined) return;
    this.#initial = initial;
    // Looked at as the story does that takes it over, which also tells when it is of no use.
    const handed = initial && readCatchUp<S, E>({ ...initial, reset: true })?.answer;
    if (handed !== undefined) {
      const { story, entries, older } = handed;
      this.#state = { ...this.#state, story, entries, hasOlder: older !== undefined };
    }
    this.#first = this.#state;
  }

  // Bound, as React calls them without their object.
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    clearTimeout(this.#closing);
    if (this.#live === undefined) this.#begin();
    return () => {
      this.#listeners.delete(own);
      // In its strict mode React takes each component out and puts it back at once, and the story is to go on.
      if (this.#listeners.size === 0) this.#closing = setTimeout(() => this.#end(), 0);
    };
  };
  readonly getSnapshot = (): StoryState<S, E> => this.#state;
  readonly getServerSnapshot = (): StoryState<S, E> => this.#first ?? this.#state;

  #begin(): void {
    const live = this.#open(this.#initial);
    // Handed over once: whoever comes back later begins afresh, and sees what was there until that has come.
    this.#initial = undefined;
    this.#live = live;
    live.subscribe(() => {
      if (this.#live !== live) return;
      this.#look(live);
      for (const listener of [...this.#listeners]) listener();
    });
    this.#look(live);
  }

  #end(): void {
    const live = this.#live;
    this.#live = undefined;
    live?.close();
    this.#state = { ...this.#state, status: 'connecting', live: undefined };
  }

  #look(live: LiveStory<S, E>): void {
    const { status, ...now } = live.getSnapshot();
    const seen = live.position === undefined ? {} : now;
    this.#state = { ...this.#state, ...seen, status, live };
  }
}
