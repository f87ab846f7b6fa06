import type { PublicEntry } from './protocol/entry.js';
import { BREAKING_MOST } from './protocol/reading-limits.js';
import { BREAKING_SLUG, isSlug } from './protocol/slug.js';
import type { Edition, Story } from './protocol/story.js';
import { type FollowedEntry, FollowedStory } from './story/followed-story.js';
import type { InitialSnapshot, LiveStory, StoryOptions } from './story/live-story.js';
import type { OlderEntries } from './story/older-entries.js';
import type { ResumeStorage } from './story/resume-storage.js';
import type { TimelineRules, TimelineStory } from './story/timeline.js';
import { unreachable } from './transport/failures.js';
import type { Http } from './transport/http.js';
import { Ladder, type LadderOptions } from './transport/ladder.js';
import { lateTransport } from './transport/late-transport.js';
import type { MakeSockets } from './transport/platform-sockets.js';
import { Token, type TokenSource } from './transport/token.js';
import type { Target, Transport, TransportName } from './transport/transport.js';
import { watchWake } from './transport/wake.js';

export interface ConnectOptions {
  /**
   * `public` (default) is what readers see. `desk` also carries drafts and what readers must not see, and needs a
   * contributor's key as `token`.
   */
  readonly edition?: Edition;
  /** Key or signed token, or a function that gets one: called when first needed and when the last was refused. */
  readonly token?: TokenSource;
  /** Ways to follow, by preference (default all: `socket`, `sse`, `poll`). Where one fails, the next gets its turn. */
  readonly transports?: readonly TransportName[];
  /** Where stories survive a reload. Default: nowhere. */
  readonly storage?: ResumeStorage;
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** When to try again, and when to go back to a better transport. */
  readonly backoff?: LadderOptions;
  /** Source of randomness in [0, 1), for tests. Default `Math.random`. */
  readonly random?: () => number;
}

/** One server, as seen by one reader. Opens nothing until a story is followed, and closes all with the last one. */
export interface LiveConnection<S, E> {
  /** Follows a story. Throws `TypeError` for what cannot be a slug. */
  story(slug: string, options?: StoryOptions<S, E>): LiveStory<S, E>;
  /**
   * Follows all public breaking entries, the newest 50. One that is no longer breaking leaves the list; one that was
   * withdrawn leaves it too, unless there is a notice to show in its place. Either way an `entry` event brings the
   * tombstone, so that an alert can be taken back.
   */
  breaking(options?: Pick<StoryOptions<Story, PublicEntry>, 'initial'>): LiveStory<Story, PublicEntry>;
  /**
   * Tells that the app came back to the foreground or the network is back, where the platform does not tell:
   * call it from React Native's AppState. Browsers do by themselves.
   */
  wake(): void;
  /** Closes every story. The connection can be used again. */
  close(): void;
}

const WHOLE_STORY: TimelineRules<FollowedEntry> = { shows: () => true, most: Number.POSITIVE_INFINITY, paged: true };
const BREAKING: TimelineRules<FollowedEntry> = {
  shows: ({ status, breaking, notice }) => (status === 'usable' ? breaking !== false : notice !== undefined),
  most: BREAKING_MOST,
  paged: false,
};

const ORIGIN_AND_PATH = /^(https?:\/\/[^/?#]+)(\/[^?#]*?)?\/*$/i;

/** See `connect`. */
export class Connection<S extends TimelineStory, E extends FollowedEntry> implements LiveConnection<S, E> {
  readonly #base: string;
  readonly #edition: Edition;
  readonly #storage: ResumeStorage | undefined;
  readonly #http: () => Promise<Http>;
  readonly #token: Token;
  readonly #ladder: Ladder;
  readonly #transport: (name: TransportName) => Transport;
  readonly #followed = new Set<{ check(): void; close(): void }>();
  #stopWatching: () => void = () => undefined;

  /** @param sockets what follows over a socket, where it gets its turn. */
  constructor(url: string, options: ConnectOptions, sockets: MakeSockets) {
    const { transports = ['socket', 'sse', 'poll'], random = Math.random, edition = 'public' } = options;
    const [, origin, prefix = ''] = ORIGIN_AND_PATH.exec(absolute(url)) ?? [];
    if (origin === undefined) throw new TypeError(`Not the address of a server: ${url}`);
    this.#base = origin + prefix;
    this.#edition = edition;
    this.#storage = options.storage;
    const token = new Token(options.token);
    this.#token = token;
    const http = async () => new (await import('./transport/http.js')).Http(this.#base, options.fetch, token);
    this.#http = http;
    this.#ladder = new Ladder([...new Set(transports)], options.backoff ?? {}, random);
    const { departure } = this.#ladder;
    const made: Record<TransportName, Transport> = {
      socket: sockets(origin, prefix, { token, departure }),
      // Most readers stay on their socket, and never need these.
      sse: lateTransport(async () => {
        const [{ sseTransport }, ready] = await Promise.all([import('./transport/sse.js'), http()]);
        return sseTransport(ready, departure);
      }),
      poll: lateTransport(async () => {
        const [{ pollTransport }, ready] = await Promise.all([import('./transport/poll.js'), http()]);
        return pollTransport(ready);
      }),
    };
    if (transports.length === 0 || !transports.every((name) => Object.hasOwn(made, name))) {
      throw new TypeError(`transports: some of ${Object.keys(made).join(', ')} are needed.`);
    }
    this.#transport = (name) => made[name];
  }

  story(slug: string, { limit, initial }: StoryOptions<S, E> = {}): LiveStory<S, E> {
    if (!isSlug(slug)) throw new TypeError(`Not a slug: ${slug}`);
    return this.#follow({ slug, edition: this.#edition, limit }, WHOLE_STORY, initial);
  }

  breaking({ initial }: Pick<StoryOptions<Story, PublicEntry>, 'initial'> = {}): LiveStory<Story, PublicEntry> {
    return this.#follow({ slug: BREAKING_SLUG, edition: 'public', limit: undefined }, BREAKING, initial);
  }

  wake(): void {
    this.#wake(true);
  }

  close(): void {
    for (const story of [...this.#followed]) story.close();
  }

  #follow<T extends TimelineStory, F extends FollowedEntry>(
    target: Target,
    rules: TimelineRules<FollowedEntry>,
    initial: InitialSnapshot<T, F> | undefined,
  ): LiveStory<T, F> {
    if (this.#followed.size === 0) this.#stopWatching = watchWake((slept) => this.#wake(slept));
    const storage = this.#storage;
    const key = `slugline:${this.#base}:${target.edition}:${target.slug}`;
    const story: FollowedStory<T, F> = new FollowedStory<T, F>({
      target,
      rules,
      initial,
      older: () => this.#older(target),
      token: this.#token,
      ladder: this.#ladder,
      transport: this.#transport,
      resume:
        storage &&
        (async (onFailure) => {
          const { Resume } = await import('./story/resume-storage.js');
          return new Resume<T, F>(storage, key, onFailure);
        }),
      onEnd: () => {
        this.#followed.delete(story);
        if (this.#followed.size === 0) this.#stopWatching();
      },
    });
    this.#followed.add(story);
    return story;
  }

  async #older<T extends TimelineStory, F extends FollowedEntry>(target: Target): Promise<OlderEntries<T, F>> {
    try {
      const [{ OlderEntries }, http] = await Promise.all([import('./story/older-entries.js'), this.#http()]);
      return new OlderEntries<T, F>(http, target);
    } catch (cause) {
      throw unreachable('A part of the SDK could not be loaded.', cause);
    }
  }

  #wake(slept: boolean): void {
    this.#ladder.hurry();
    if (slept) for (const story of [...this.#followed]) story.check();
  }
}

/** A page may name the server by a path alone. */
function absolute(url: string): string {
  return /^[a-z]+:/i.test(url) ? url : `${globalThis.location?.origin ?? ''}${url}`;
}
