import { type Edition, LIMITS, type Position } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { type ChangedObject, changedObject, changeText } from '../store/change-text.js';
import {
  type AnnouncedChange,
  type Announcement,
  HEADER_ID,
  type Head,
  type NetChanges,
  type StoryStore,
  type Unsubscribe,
} from '../store/story-store.js';
import { Freshness } from './freshness.js';
import { LookBack } from './look-back.js';
import { RecentChanges } from './recent-changes.js';
import { SharedRead } from './shared-read.js';
import { Snapshots } from './snapshots.js';
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
  /** Least milliseconds between two store reads of a kind that readers cause. */
  readonly readSpacingMs: number;
  /** Milliseconds since the feed was level with the store, after which neither announcements nor memory are passed on. */
  readonly staleMs: number;
}

/** Announcements held while an earlier one is missing. One that finds no room is read from the store instead. */
const HELD_MOST = 256;
/** Tries in a row to be level with the store. */
const CATCHES_MOST = 5;
/** Different positions whose catch-ups are kept ready between two changes. */
const READY_MOST = 256;

/** The feed over a `StoryStore`. Two things bring it on: announcements in order, and net changes read to fill a gap. */
export class StreamFeed implements StoryFeed {
  readonly stream: string;
  readonly edition: Edition;
  readonly #settings: FeedSettings;
  readonly #listeners = new Set<FeedListener>();
  readonly #refresh: SharedRead<void>;
  readonly #lookBack: LookBack;
  readonly #snapshots: Snapshots;
  /** Catch-ups by `seq`, good until the next change. */
  readonly #ready = new Map<number, FeedCatchUp>();
  readonly #held = new Map<number, AnnouncedChange>();
  #freshness: Freshness;
  #unsubscribe: Unsubscribe = () => {};
  #position: Position;
  #header: ChangedObject | undefined;
  #recent: RecentChanges;
  /** The newest `seq` known to exist. */
  #newest: number;
  #gapTimer: NodeJS.Timeout | undefined;
  #checkTimer: NodeJS.Timeout | undefined;
  #repairing: Promise<void> | undefined;
  #storeIsAway = false;
  #closed = false;

  /**
   * Subscribes first and reads the head second, so that no change falls between the two. `undefined` when there is
   * no such stream: that is asked before, since subscribing costs more than a look, and made-up names are common.
   */
  static async open(settings: FeedSettings, stream: string, edition: Edition): Promise<StreamFeed | undefined> {
    const { store } = settings;
    const askedAt = performance.now();
    const before = await store.head(stream, edition);
    if (before === undefined) return undefined;
    const feed = new StreamFeed(settings, stream, edition, before, askedAt);
    try {
      feed.#unsubscribe = await store.onCommitted(stream, edition, (announcement) => feed.#hear(announcement));
      await feed.#catchHead();
    } catch (error) {
      feed.close();
      throw error;
    }
    feed.#scheduleCheck();
    return feed;
  }

  private constructor(settings: FeedSettings, stream: string, edition: Edition, head: Head, askedAt: number) {
    const { store, readSpacingMs, staleMs } = settings;
    this.stream = stream;
    this.edition = edition;
    this.#settings = settings;
    this.#position = head.position;
    this.#header = head.header;
    this.#newest = head.position.seq;
    this.#recent = new RecentChanges(head.position.seq, LIMITS.netChanges);
    this.#freshness = new Freshness(staleMs, askedAt);
    this.#refresh = new SharedRead(() => this.#catchHead(), readSpacingMs);
    this.#lookBack = new LookBack((from) => this.#readFrom(from), readSpacingMs);
    this.#snapshots = new Snapshots({
      read: (limit) => store.page(stream, edition, { limit }),
      position: () => this.#position,
      older: !stream.startsWith('@'),
      spacingMs: readSpacingMs,
    });
  }

  get position(): Position {
    return this.#position;
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
      const answer = await this.#answer(since, limit);
      // The process may have been stopped while it was read.
      if (this.#freshness.isGood) return answer;
    }
    throw new Failure('store_unavailable', 'What the store holds now cannot be found out.');
  }

  async #answer(since: Position | undefined, limit: number): Promise<FeedCatchUp> {
    if (since === undefined) return this.#fresh(limit);
    if (!this.#isBehindUs(since)) {
      // Either the reader was ahead on another instance, or one of us stands in a past that is gone.
      await this.#refresh.ask();
    }
    for (;;) {
      if (!this.#isBehindUs(since)) return this.#fresh(limit);
      const answer = this.#changesAfter(since.seq);
      if (answer !== undefined) return answer;
      if ((await this.#lookBack.from(since.seq)) === 'too far') return this.#fresh(limit);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#checkTimer);
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #isBehindUs({ epoch, seq }: Position): boolean {
    return epoch === this.#position.epoch && seq <= this.#position.seq;
  }

  async #fresh(limit: number): Promise<FeedCatchUp> {
    const answer = await this.#snapshots.take(limit);
    // Nobody may be left on a live stream of an epoch that the snapshot shows to be over.
    if (answer.position.epoch !== this.#position.epoch) await this.#refresh.ask();
    return answer;
  }

  #changesAfter(seq: number): FeedCatchUp | undefined {
    const known = this.#ready.get(seq);
    if (known !== undefined) return known;
    const changes = this.#recent.since(seq);
    if (changes === undefined) return undefined;
    const header = changes.find(({ objectId }) => objectId === HEADER_ID);
    const objects = header === undefined ? changes : changes.filter((object) => object !== header);
    const answer = { position: this.#position, reset: false, ...(header !== undefined && { header }), objects };
    if (this.#ready.size < READY_MOST) this.#ready.set(seq, answer);
    return answer;
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

  #deliver(object: ChangedObject, json: string): void {
    const { epoch, seq: after } = this.#position;
    this.#position = { epoch, seq: object.seq };
    this.#newest = Math.max(this.#newest, object.seq);
    if (object.objectId === HEADER_ID) this.#header = object;
    this.#recent.add(object);
    this.#ready.clear();
    this.#snapshots.moved(this.#position);
    this.#freshness.moved(object.seq);
    this.#tell({ type: 'change', change: { epoch, seq: object.seq, after, objectId: object.objectId, json } });
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
    const { epoch, seq } = this.#position;
    const wanted = this.#newest;
    if (this.#closed || wanted <= seq) return;
    await this.#readFrom(seq);
    if (this.#position.epoch === epoch && this.#position.seq > seq) this.#settings.metrics.feedRepairs.inc();
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
    const net = await store.changesSince(this.stream, this.edition, { epoch, seq: from }, LIMITS.netChanges);
    this.#storeAnswered();
    if (net === undefined) throw new Failure('story_not_found');
    if (this.#closed || this.#position.epoch !== epoch) return 'taken';
    if (net.position.epoch !== epoch || net.position.seq < from) {
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
    const { epoch } = this.#position;
    for (const object of net.changes) {
      if (object.seq > this.#position.seq) this.#deliver(object, changeText(epoch, object, this.#position.seq));
    }
    if (this.#position.seq < net.position.seq) {
      // The object that was changed last is always among the changes; without it they tell no whole story.
      this.#settings.logger.error({ stream: this.stream, position: net.position }, 'net changes end before the head');
      this.#startOver(net, askedAt);
      return 'too far';
    }
    this.#recent.extend(from, net.position.seq, net.changes);
    this.#ready.clear();
    this.#deliverHeld();
    return this.#recent.since(from) === undefined ? 'too far' : 'taken';
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

  /** Finds out whether the store has gone on, has another epoch, or has gone back in time. */
  async #compare(): Promise<void> {
    const { store, logger } = this.#settings;
    const { stream, edition } = this;
    const before = this.#position;
    const askedAt = performance.now();
    const head = await store.head(stream, edition);
    this.#storeAnswered();
    if (this.#closed || head === undefined || this.#position.epoch !== before.epoch) return;
    if (head.position.epoch !== before.epoch) return this.#startOver(head, askedAt);
    this.#freshness.looked(head.position.seq, askedAt, this.#position.seq);
    if (head.position.seq >= before.seq) {
      this.#newest = Math.max(this.#newest, head.position.seq);
      return this.#watchGap();
    }
    logger.warn({ stream, edition, held: before, found: head.position }, 'the store went back in time: new epoch');
    await store.renewEpoch(stream, before.epoch);
    const renewed = await store.head(stream, edition);
    if (this.#closed || renewed === undefined || renewed.position.epoch === this.#position.epoch) return;
    this.#startOver(renewed, askedAt);
  }

  #startOver({ position, header }: Head, askedAt: number): void {
    this.#position = position;
    this.#freshness = new Freshness(this.#settings.staleMs, askedAt);
    this.#header = header;
    this.#newest = position.seq;
    this.#recent = new RecentChanges(position.seq, LIMITS.netChanges);
    this.#held.clear();
    this.#ready.clear();
    this.#snapshots.moved(position);
    this.#lookBack.forget();
    this.#tell({ type: 'reset', position });
  }

  /** Jittered, so that the feeds of an instance, and instances started together, do not all look at once. */
  #scheduleCheck(): void {
    if (this.#closed) return;
    const { headCheckMs } = this.#settings;
    const pause = headCheckMs * (this.#storeIsAway ? 2 : 1) * (0.9 + Math.random() * 0.1);
    this.#checkTimer = setTimeout(() => {
      this.#compare()
        .catch((error: unknown) => this.#storeFailed(error))
        .finally(() => this.#scheduleCheck());
    }, pause);
  }

  /** The position stands, and the next head check finds whatever is missing. */
  #storeFailed(error: unknown): void {
    if (this.#closed || this.#storeIsAway) return;
    this.#storeIsAway = true;
    this.#settings.logger.warn({ err: error, stream: this.stream }, 'a feed cannot reach the store');
  }

  #storeAnswered(): void {
    if (!this.#storeIsAway) return;
    this.#storeIsAway = false;
    this.#settings.logger.info({ stream: this.stream }, 'a feed reaches the store again');
  }
}
