import { BREAKING_SLUG, type Edition, LIMITS, type Position } from '@slugline/client/protocol';
import type { Access, Caller } from '../access/access.js';
import { type ReadableStory, requireRead } from '../access/policy.js';
import { Failure } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { ChangedObject } from '../store/change-text.js';
import { deskStory, publicStoryOf } from '../story/stored.js';
import type { FeedCatchUp, FeedChange, FeedEvent, FeedLease, StoryFeed, StoryFeeds } from './story-feed.js';

/** Milliseconds between two looks for credentials that ran out. Revocations are told, and need no look. */
const SWEEP = 2_000;

/**
 * How one way of following stories (sockets, SSE, long polls) reaches those who follow. Called from within the
 * feed: MUST NOT throw, and MUST NOT wait.
 */
export interface Door<Member> {
  /** By which its figures are told from those of the other doors. */
  readonly name: 'socket' | 'sse' | 'poll';
  change(room: Room<Member>, change: FeedChange): void;
  /** The feed can no longer vouch for what it delivered: members start again from `catchUp`. */
  reset(room: Room<Member>): void;
  /** The member was taken out of the room: it may no longer read this story, or its credential is void. */
  putOut(room: Room<Member>, member: Member): void;
  /** The member is in the room no more, for whatever reason. Told before `putOut`. */
  left?(room: Room<Member>, member: Member): void;
}

/** Those who follow one edition of one story through one door of this instance. */
export class Room<Member> {
  readonly slug: string;
  readonly edition: Edition;
  readonly feed: StoryFeed;
  /** Each with the credential under which it reads. */
  readonly members = new Map<Member, Caller>();

  constructor(slug: string, edition: Edition, feed: StoryFeed) {
    this.slug = slug;
    this.edition = edition;
    this.feed = feed;
  }
}

/** A room and those on their way into it, who keep it open. */
interface OpenRoom<Member> {
  readonly opened: Promise<HeldRoom<Member> | undefined>;
  held?: HeldRoom<Member>;
  entering: number;
}

interface HeldRoom<Member> {
  readonly room: Room<Member>;
  /** The feed's, and who may read by it. */
  header: ChangedObject | undefined;
  readable: ReadableStory;
  readonly letGo: () => void;
}

export interface RoomsParts {
  readonly feeds: StoryFeeds;
  readonly access: Access;
  readonly metrics: Metrics;
}

/**
 * The rooms of one door, and who may be in them: the one place where following is authorised, on entry and for as
 * long as it lasts. One feed listener per room, nothing per member but a place in the room's map.
 */
export class Rooms<Member> {
  readonly #feeds: StoryFeeds;
  readonly #access: Access;
  readonly #door: Door<Member>;
  readonly #open = new Map<string, OpenRoom<Member>>();
  readonly #forgetRevocations: () => void;
  readonly #sweeping: NodeJS.Timeout;
  readonly #fanOutSeconds: { observe(seconds: number): void };
  #closed = false;

  constructor({ feeds, access, metrics }: RoomsParts, door: Door<Member>) {
    this.#feeds = feeds;
    this.#access = access;
    this.#door = door;
    // Looked up once: to find a figure by its labels costs more than to add to it.
    this.#fanOutSeconds = metrics.fanOutSeconds.labels({ door: door.name });
    this.#forgetRevocations = access.onRevoked(() => this.#sweep());
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP);
    // A server that could not start, its port being taken, must not be kept alive by rooms that nobody is in.
    this.#sweeping.unref();
  }

  *[Symbol.iterator](): Iterator<Room<Member>> {
    for (const { held } of this.#open.values()) if (held !== undefined) yield held.room;
  }

  /** Stories that are followed here in their public edition, each with how many do. */
  *readers(): Iterable<readonly [slug: string, readers: number]> {
    for (const { slug, edition, members } of this) if (edition === 'public') yield [slug, members.size];
  }

  /**
   * @param add takes the member in. It is called without a pause after the last check, so that nothing that was
   * found can have changed, and may throw to stay out.
   * @throws Failure `story_not_found`, `unauthenticated`, `forbidden`, `invalid_input` or `store_unavailable`.
   */
  async enter(
    caller: Caller,
    slug: string,
    edition: Edition,
    add: (room: Room<Member>) => void,
  ): Promise<Room<Member>> {
    if (edition === 'desk') {
      if (slug === BREAKING_SLUG) throw new Failure('invalid_input', `${BREAKING_SLUG} has no desk edition.`);
      // Asked before looking, so that a refusal does not tell which private stories there are.
      requireRead(caller, { slug, visibility: 'public' }, edition);
    }
    const key = `${edition} ${slug}`;
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { opened: this.#openRoom(slug, edition), entering: 0 };
      this.#open.set(key, open);
    }
    open.entering += 1;
    try {
      const held = await open.opened;
      if (this.#closed) throw new Failure('shutting_down');
      if (held === undefined) throw new Failure('story_not_found');
      open.held = held;
      this.#check(caller, held.readable, edition);
      add(held.room);
      return held.room;
    } finally {
      open.entering -= 1;
      this.#closeIfEmpty(key, open);
    }
  }

  leave(room: Room<Member>, member: Member): void {
    if (!room.members.delete(member)) return;
    this.#door.left?.(room, member);
    const key = `${room.edition} ${room.slug}`;
    const open = this.#open.get(key);
    if (open?.held?.room === room) this.#closeIfEmpty(key, open);
  }

  /**
   * The feed's catch-up. A store read may be ahead of the feed, so it is the answer's own header, where it has one,
   * that decides whether the caller may have it.
   *
   * @param limit 1–200; of `@breaking` there are never more than `LIMITS.breaking`.
   */
  async catchUp(
    room: Room<Member>,
    caller: Caller,
    since: Position | undefined,
    limit: number | undefined,
  ): Promise<FeedCatchUp> {
    const isBreaking = room.slug === BREAKING_SLUG;
    const most = isBreaking ? Math.min(limit ?? LIMITS.breaking, LIMITS.breaking) : (limit ?? LIMITS.pageDefault);
    const answer = await room.feed.catchUp(since, most);
    this.#check(caller, readableStory(room, answer.header ?? room.feed.header), room.edition);
    return answer;
  }

  /**
   * The same for who is sent single changes. Forms that a reader holds beyond its `seq` may be gone in a new epoch, and
   * no single change says that they were looked for: such a reader is led into one by a fresh start.
   */
  async catchUpByChanges(
    room: Room<Member>,
    caller: Caller,
    since: Position | undefined,
    limit: number | undefined,
  ): Promise<FeedCatchUp> {
    const answer = await this.catchUp(room, caller, since, limit);
    const isLed = answer.reset || since?.through === undefined || since.epoch === answer.position.epoch;
    return isLed ? answer : this.catchUp(room, caller, undefined, limit);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeping);
    this.#forgetRevocations();
    for (const { held } of this.#open.values()) held?.letGo();
    this.#open.clear();
  }

  async #openRoom(slug: string, edition: Edition): Promise<HeldRoom<Member> | undefined> {
    const lease: FeedLease | undefined = await this.#feeds.open(slug, edition);
    if (lease === undefined) return undefined;
    const { feed } = lease;
    const room = new Room<Member>(slug, edition, feed);
    const unlisten = feed.listen((event) => this.#onEvent(held, event));
    const held: HeldRoom<Member> = {
      room,
      header: feed.header,
      readable: readableStory(room, feed.header),
      letGo: () => {
        unlisten();
        lease.release();
      },
    };
    if (this.#closed) held.letGo();
    return held;
  }

  #closeIfEmpty(key: string, open: OpenRoom<Member>): void {
    if (open.entering > 0 || (open.held?.room.members.size ?? 0) > 0 || this.#open.get(key) !== open) return;
    this.#open.delete(key);
    open.held?.letGo();
  }

  /** Those who may not see what comes are out before it goes to the door. */
  #onEvent(held: HeldRoom<Member>, event: FeedEvent): void {
    const { room } = held;
    const { header } = room.feed;
    if (header !== held.header) {
      held.header = header;
      held.readable = readableStory(room, header);
      if (isRestricted(held)) this.#putOut(room, (caller) => !mayRead(caller, held.readable, room.edition));
    }
    if (event.type === 'reset') {
      this.#door.reset(room);
      return;
    }
    const began = performance.now();
    this.#door.change(room, event.change);
    this.#fanOutSeconds.observe((performance.now() - began) / 1_000);
  }

  /**
   * Puts out those whose token ran out or whose key was revoked, of public stories too: a credential that is void is
   * refused at every door, and one that is inside must not fare better than one that knocks.
   */
  #sweep(): void {
    for (const { held } of this.#open.values()) {
      if (held !== undefined) this.#putOut(held.room, (caller) => !this.#access.isInForce(caller));
    }
  }

  #putOut(room: Room<Member>, isToGo: (caller: Caller) => boolean): void {
    for (const [member, caller] of room.members) {
      if (!isToGo(caller)) continue;
      this.leave(room, member);
      this.#door.putOut(room, member);
    }
  }

  #check(caller: Caller, story: ReadableStory, edition: Edition): void {
    requireRead(caller, story, edition);
    if (!this.#access.isInForce(caller)) throw new Failure('unauthenticated');
  }
}

function isRestricted({ room, readable }: HeldRoom<unknown>): boolean {
  return room.edition === 'desk' || readable.visibility !== 'public';
}

/** `@breaking` holds only what is public. Any other stream without a header is kept from all who bring nothing. */
function readableStory({ slug, edition }: Room<unknown>, header: ChangedObject | undefined): ReadableStory {
  if (header === undefined) return { slug, visibility: slug === BREAKING_SLUG ? 'public' : 'private' };
  // Only what decides is kept, for as long as the room is there.
  const visibility = publicStoryOf(header).visibility === 'public' ? 'public' : 'private';
  if (edition === 'public') return { slug, visibility };
  const { members = [] } = deskStory(header);
  return { slug, visibility, members };
}

function mayRead(caller: Caller, story: ReadableStory, edition: Edition): boolean {
  try {
    requireRead(caller, story, edition);
    return true;
  } catch {
    return false;
  }
}
