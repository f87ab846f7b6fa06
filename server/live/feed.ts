import { type Edition, LIMITS, type Position } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { type ChangedObject, changedObject, changeText } from '../store/change-text.js';
import { placeOf } from '../store/lineage.js';
import {
  type AnnouncedChange,
  type Announcement,
  HEADER_ID,
  type Head,
  type NetChanges,
  type Page,
  type StoryStore,
  type Unsubscribe,
} from '../store/story-store.js';
import { standing } from './catch-up-text.js';
import { CatchUps } from './catch-ups.js';
import { Freshness } from './freshness.js';
import { Pace } from './pace.js';
import { SharedRead } from './shared-read.js';
import type { FeedCatchUp, FeedEvent, FeedListener, StoryFeed } from './story-feed.js';

/** What all feeds of an instance have in common. */
export interface FeedSettings {
  readonly store: StoryStore;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds between two looks at the store's head. */
  readonly headCheckMs: number;
  /** Milliseconds for a missing announcement to arrive late before the store is asked: most are only out of order. */
  readonly gapMs: number;
  /** Least milliseconds between the beginnings of two store reads of one feed, for whatever cause. */
  readonly readSpacingMs: number;
  /** Milliseconds since the feed was level with the store, after which neither announcements nor memory are passed on. */
  readonly staleMs: number;
}

/** Announcements held while an earlier one is missing. One that finds no room is read from the store instead. */
const HELD_MOST = 256;
/** Tries in a row to be level with the store. */
const CATCHES_MOST = 5;
/** Objects of the page with which a feed begins: what those who come first ask for as a rule. */
const FIRST_PAGE = Math.max(LIMITS.pageDefault, LIMITS.breaking);

/** The feed over a `StoryStore`. Two things bring it on: announcements in order, and net changes read to fill a gap. */
export class StreamFeed implements StoryFeed {
  readonly stream: string;
  readonly edition: Edition;
  readonly #settings: FeedSettings;
  readonly #listeners = new Set<FeedListener>();
  readonly #pace: Pace;
  readonly #refresh: SharedRead<void>;
  readonly #catchUps: CatchUps;
  readonly #held = new Map<number, AnnouncedChange>();
  #freshness: Freshness;
  #unsubscribe: Unsubscribe = () => {};
  #position: Position;
  /** The ends of the epochs that ours continues: who stands there or before goes on with us. */
  #continues: readonly Position[];
  #told: Position;
  #header: ChangedObject | undefined;
  /** The newest `seq` known to exist. */
  #newest: number;
  #gapTimer: NodeJS.Timeout | undefined;
  #checkTimer: NodeJS.Timeout | undefined;
  #repairing: Promise<void> | undefined;
  #storeIsAway = false;
  /** The store has no such stream any more. */
  #vanished = false;
  #closed = false;

  /**
   * Reads first and subscribes second, which costs more than a look, and made-up names are common. What is committed
   * between the two is found a moment later, as if its announcement were lost: who came first need not wait for that.
   * They are answered from what was read. `undefined` when there is no such stream.
   */
  static async open(settings: FeedSettings, stream: string, edition: Edition): Promise<StreamFeed | undefined> {
    const { store, readSpacingMs } = settings;
    const askedAt = performance.now();
    const page = await store.page(stream, edition, { limit: FIRST_PAGE });
    if (page === undefined) return undefined;
    const feed = new StreamFeed(settings, stream, edition, page, askedAt);
    try {
      feed.#unsubscribe = await store.onCommitted(stream, edition, (announcement) => feed.#hear(announcement));
    } catch (error) {
      feed.close();
      throw error;
    }
    feed.#scheduleCheck(readSpacingMs);
    return feed;
  }

  private constructor(settings: FeedSettings, stream: string, edition: Edition, page: Page, askedAt: number) {
    const { readSpacingMs, staleMs } = settings;
    const { position, header, continues = [] } = page;
    this.stream = stream;
    this.edition = edition;
    this.#settings = settings;
    this.#position = position;
    this.#continues = continues;
    this.#told = position;
    this.#header = header;
    this.#newest = position.seq;
    this.#freshness = new Freshness(staleMs, askedAt);
    this.#pace = new Pace(readSpacingMs);
    this.#pace.ended();
    this.#refresh = new SharedRead(() => this.#catchHead(), this.#pace);
    this.#catchUps = new CatchUps({
      position: () => this.#position,
      placeOf: (since) => placeOf(since, { position: this.#position, continues: this.#continues }),
      refresh: () => this.#refresh.ask(),
      readFrom: (seq) => this.#readFrom(seq),
      firstPage: page,
      readPage: (limit) => this.#ask(() => settings.store.page(stream, edition, { limit })),
      hasOlder: !stream.startsWith('@'),
      pace: this.#pace,
    });
  }

  get position(): Position {
    return this.#position;
  }

  get told(): Position {
    return this.#told;
  }

  get header(): ChangedObject | undefined {
    return this.#header;
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async catchUp(since: Position | undefined, limit: number): Promise<FeedCatchUp> {
    for (let tries = 1; tries <= CATCHES_MOST; tries += 1) {
      if (!this.#freshness.isGood) await this.#refresh.ask();
      if (this.#vanished) throw new Failure('story_not_found');
      const answer = await this.#catchUps.answer(since, limit);
      // The process may have been stopped while it was read.
      if (this.#freshness.isGood) return answer;
    }
    throw new Failure('store_unavailable', 'What the store holds now cannot be found out.');
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#checkTimer);
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #hear(announcement: Announcement): void {
    if (this.#closed) return;
    if (announcement.epoch !== this.#position.epoch) {
      this.#refresh.ask().catch((error: unknown) => this.#storeFailed(error));
      return;
    }
    if (!this.#freshness.isGood) {
      // What is said now may have been said long ago, and be withdrawn since: the store tells what is left of it.
      this.#refresh.ask().catch((error: unknown) => this.#storeFailed(error));
      return;
    }
    for (const change of announcement.changes) {
      if (change.seq <= this.#position.seq) continue;
      this.#newest = Math.max(this.#newest, change.seq);
      if (this.#held.size < HELD_MOST) this.#held.set(change.seq, change);
    }
    this.#deliverHeld();
    this.#watchGap();
  }

  /** Delivers what directly follows, and drops what a repair has overtaken. */
  #deliverHeld(): void {
    for (;;) {
      const change = this.#held.get(this.#position.seq + 1);
      const object = change && changedObject(change);
      if (change === undefined || object === undefined) break;
      this.#held.delete(change.seq);
      this.#deliver(object, change.json);
    }
    for (const seq of this.#held.keys()) if (seq <= this.#position.seq) this.#held.delete(seq);
  }

  /** @param run where the change comes from a read of net changes: the `seq` that these reach up to. */
  #deliver(object: ChangedObject, announced: string | undefined, run?: number): void {
    const { epoch } = this.#position;
    const { seq, objectId } = object;
    const through = run ?? seq;
    const follows = this.#told;
    // Readers may still stand in the epoch before, and take only what says that it follows on from there.
    const fits = announced !== undefined && follows.epoch === epoch;
    const json = fits ? announced : changeText(epoch, object, { follows, through });
    this.#position = { epoch, seq };
    this.#told = standing(epoch, seq, through);
    this.#newest = Math.max(this.#newest, seq);
    if (objectId === HEADER_ID) this.#header = object;
    this.#catchUps.moved(object);
    this.#freshness.moved(seq);
    this.#tell({ type: 'change', change: { epoch, seq, follows, through, objectId, json, object } });
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A defect of one door must keep neither the other doors nor the next change from their readers.
        this.#settings.logger.error({ err: error, stream: this.stream }, 'a listener of a feed failed');
      }
    }
  }

  #watchGap(): void {
    if (this.#closed || this.#gapTimer !== undefined || this.#newest <= this.#position.seq) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      this.#repair().catch((error: unknown) => this.#storeFailed(error));
    }, this.#settings.gapMs);
  }

  /** Fills the gap before the newest change known. Those who need it at the same time share it. */
  #repair(): Promise<void> {
    this.#repairing ??= this.#repairOnce().finally(() => {
      this.#repairing = undefined;
    });
    return this.#repairing;
  }

  async #repairOnce(): Promise<void> {
    if (this.#newest <= this.#position.seq) return;
    // Before all who come: whoever follows the story waits for this.
    await this.#pace.firstTurn();
    const { epoch, seq } = this.#position;
    const wanted = this.#newest;
    if (this.#closed || wanted <= seq) return;
    await this.#readFrom(seq);
    if (this.#position.epoch !== epoch) return this.#watchGap();
    if (this.#position.seq > seq) this.#settings.metrics.feedRepairs.inc();
    if (this.#position.seq < wanted && this.#newest === wanted) {
      // Announced, but not in the store: it went back in time, which the next head check will find.
      this.#newest = this.#position.seq;
      this.#held.clear();
    }
    this.#watchGap();
  }

  /** Reads net changes and takes them in: those beyond the position go out, those before it deepen the ring. */
  async #readFrom(from: number): Promise<'taken' | 'too far'> {
    const { store } = this.#settings;
    const { epoch } = this.#position;
    const askedAt = performance.now();
    const since = { epoch, seq: from };
    const net = await this.#ask(() => store.changesSince(this.stream, this.edition, since, LIMITS.netChanges));
    if (this.#closed) throw new Failure('shutting_down');
    if (net === undefined) throw new Failure('story_not_found');
    if (this.#position.epoch !== epoch) return 'taken';
    if (net.position.epoch !== epoch || net.position.seq < from) {
      await this.#pace.firstTurn();
      await this.#compare();
      return 'taken';
    }
    this.#freshness.looked(net.position.seq, askedAt, this.#position.seq);
    if (net.reset) {
      if (from >= this.#position.seq) this.#startOver(net, askedAt);
      return 'too far';
    }
    return this.#takeIn(from, net, askedAt);
  }

  #takeIn(from: number, net: NetChanges, askedAt: number): 'taken' | 'too far' {
    // Ahead of what goes out: an earlier header was superseded, and may have shut out those who read until now.
    if (this.#position.seq < net.position.seq) this.#header = net.header;
    for (const object of net.changes) {
      if (object.seq > this.#position.seq) this.#deliver(object, undefined, net.position.seq);
    }
    if (this.#position.seq < net.position.seq) {
      // The object that was changed last is always among the changes; without it they tell no whole story.
      this.#settings.logger.error({ stream: this.stream, position: net.position }, 'net changes end before the head');
      this.#startOver(net, askedAt);
      return 'too far';
    }
    this.#catchUps.deepen(from, net.position.seq, net.changes);
    this.#deliverHeld();
    return this.#catchUps.reachBackTo(from) ? 'taken' : 'too far';
  }

  /** Brings the feed to where the store's head is now. Rejects with `store_unavailable` where that cannot be done. */
  async #catchHead(): Promise<void> {
    await this.#compare();
    // A repair under way may have been asked for less than the head.
    for (let tries = 1; this.#newest > this.#position.seq && tries <= CATCHES_MOST; tries += 1) {
      await this.#repair();
      if (this.#freshness.isGood) return;
    }
  }

  /** Finds out whether the store has gone on, has another epoch, has gone back in time or forgotten the stream. */
  async #compare(): Promise<void> {
    const { store, logger } = this.#settings;
    const { stream, edition } = this;
    const before = this.#position;
    const { reached } = this.#catchUps;
    const askedAt = performance.now();
    const head = await this.#ask(() => store.head(stream, edition));
    if (this.#closed || this.#position.epoch !== before.epoch) return;
    if (head === undefined) return this.#vanish();
    if (this.#vanished) return this.#startOver(head, askedAt);
    const isOurs = head.position.epoch === before.epoch;
    // Where the epoch ended before what was given out of it, those who hold that cannot go on, and may hear of no change.
    // Nor can all, where those who came since stand in an epoch that the others never heard of: no change follows on both.
    const mayTurn = this.#told.epoch === before.epoch && placeOf(this.#catchUps.reached, head) !== undefined;
    const goesOn = isOurs ? head.position.seq >= reached.seq : mayTurn;
    if (goesOn) return this.#goOn(head, askedAt);
    if (!isOurs) return this.#startOver(head, askedAt);
    logger.warn({ stream, edition, held: before, found: head.position }, 'the store went back in time: new epoch');
    await store.renewEpoch(stream, before.epoch);
    await this.#pace.firstTurn();
    const renewed = await this.#ask(() => store.head(stream, edition));
    if (this.#closed || renewed === undefined || renewed.position.epoch === this.#position.epoch) return;
    this.#startOver(renewed, askedAt);
  }

  /** The store is where we are, or further on in the same history, if under another epoch. */
  #goOn({ position, continues = [] }: Head, askedAt: number): void {
    if (position.epoch !== this.#position.epoch) {
      this.#position = { epoch: position.epoch, seq: this.#position.seq };
      this.#held.clear();
      this.#catchUps.turned();
    }
    this.#continues = continues;
    this.#freshness.looked(position.seq, askedAt, this.#position.seq);
    this.#newest = Math.max(this.#newest, position.seq);
    this.#watchGap();
  }

  /** Readers are told once, and ask in vain until the stream is there again. */
  #vanish(): void {
    if (this.#vanished) return;
    const { stream, edition } = this;
    this.#settings.logger.error({ stream, edition, held: this.#position }, 'the store has lost a stream');
    this.#vanished = true;
    this.#header = undefined;
    this.#newest = this.#position.seq;
    this.#held.clear();
    this.#tell({ type: 'reset', position: this.#position });
  }

  #startOver({ position, header, continues = [] }: Head, askedAt: number): void {
    this.#vanished = false;
    this.#position = position;
    this.#freshness = new Freshness(this.#settings.staleMs, askedAt);
    this.#continues = continues;
    this.#told = position;
    this.#header = header;
    this.#newest = position.seq;
    this.#held.clear();
    this.#catchUps.startOver();
    this.#tell({ type: 'reset', position });
  }

  /** Jittered, so that the feeds of an instance, and instances started together, do not all look at once. */
  #scheduleCheck(pauseMs = this.#settings.headCheckMs * (0.9 + Math.random() * 0.1)): void {
    if (this.#closed) return;
    this.#checkTimer = setTimeout(
      () => {
        this.#catchUps.rest();
        this.#pace
          .turn()
          .then(() => this.#compare())
          .catch((error: unknown) => this.#storeFailed(error))
          .finally(() => this.#scheduleCheck());
      },
      pauseMs * (this.#storeIsAway ? 2 : 1),
    );
  }

  /** One read, whose turn it is. */
  async #ask<T>(read: () => Promise<T>): Promise<T> {
    try {
      const answer = await read();
      if (this.#storeIsAway) this.#settings.logger.info({ stream: this.stream }, 'a feed reaches the store again');
      this.#storeIsAway = false;
      return answer;
    } finally {
      this.#pace.ended();
    }
  }

  /** The position stands, and the next head check finds whatever is missing. */
  #storeFailed(error: unknown): void {
    if (this.#closed || this.#storeIsAway) return;
    this.#storeIsAway = true;
    this.#settings.logger.warn({ err: error, stream: this.stream }, 'a feed cannot reach the store');
  }
}
