import { LIMITS, type Position } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { ChangedObject } from '../store/change-text.js';
import { HEADER_ID, type Page } from '../store/story-store.js';
import { LookBack } from './look-back.js';
import type { Pace } from './pace.js';
import { ReadyAnswers } from './ready-answers.js';
import { RecentChanges } from './recent-changes.js';
import { Snapshots } from './snapshots.js';
import type { FeedCatchUp } from './story-feed.js';

/** Snapshots read for one answer, while epoch follows epoch. */
const FRESH_MOST = 5;

/** The feed whose readers are answered. */
export interface CatchUpSource {
  /** Where the feed stands now. */
  readonly position: () => Position;
  /** The `seq` of a position in the history that leads to where the feed stands; `undefined`: it is no part of it. */
  readonly placeOf: (since: Position) => number | undefined;
  /** Brings the feed level with the store. */
  readonly refresh: () => Promise<void>;
  /** Reads the net changes after a `seq`, which the feed then hands to `deepen`. */
  readonly readFrom: (seq: number) => Promise<'taken' | 'too far'>;
  /** The newest page, as it was read when the feed began. */
  readonly firstPage: Page;
  /** Reads the newest page. */
  readonly readPage: (limit: number) => Promise<Page | undefined>;
  /** Whether answers may name what is behind a page. */
  readonly hasOlder: boolean;
  /** Of all reads that readers cause. */
  readonly pace: Pace;
}

/** What a feed answers to readers who join it: from memory where that reaches, else from reads that they share. */
export class CatchUps {
  readonly #source: CatchUpSource;
  readonly #lookBack: LookBack;
  readonly #snapshots: Snapshots;
  /** By `seq`, good until the next change. */
  readonly #ready = new ReadyAnswers();
  #recent: RecentChanges;
  /** The newest `seq` of the feed's epoch as of which a page was given out. */
  #given = 0;

  constructor(source: CatchUpSource) {
    const { position, readFrom, readPage, firstPage, hasOlder, pace } = source;
    this.#source = source;
    this.#recent = new RecentChanges(position().seq, LIMITS.netChanges);
    this.#lookBack = new LookBack(readFrom, pace);
    this.#snapshots = new Snapshots({ first: firstPage, read: readPage, position, older: hasOlder, pace });
  }

  /** Where the one stands who was told most: a page that was given out may be beyond what the feed has heard of. */
  get reached(): Position {
    const { epoch, seq } = this.#source.position();
    return { epoch, seq: Math.max(seq, this.#given) };
  }

  /** See `StoryFeed.catchUp`. */
  async answer(since: Position | undefined, limit: number): Promise<FeedCatchUp> {
    if (since === undefined) return this.#fresh(limit);
    // Either the reader was ahead on another instance, or one of us stands in a past that is gone.
    if (this.#placeOf(since) === undefined) await this.#source.refresh();
    for (;;) {
      const seq = this.#placeOf(since);
      if (seq === undefined) return this.#fresh(limit);
      const answer = this.#changesAfter(seq);
      if (answer !== undefined) return answer;
      if ((await this.#lookBack.from(seq)) === 'too far') return this.#fresh(limit);
    }
  }

  /** The feed went on by one change. */
  moved(object: ChangedObject): void {
    this.#recent.add(object);
    this.#ready.clear();
    this.#snapshots.moved(this.#source.position());
  }

  /** The feed stands where it stood, in a new epoch that continues the old one. */
  turned(): void {
    this.#given = 0;
    this.#ready.clear();
    this.#snapshots.moved(this.#source.position());
  }

  /** The feed stands in another history. */
  startOver(): void {
    const position = this.#source.position();
    this.#given = 0;
    this.#recent = new RecentChanges(position.seq, LIMITS.netChanges);
    this.#ready.clear();
    this.#snapshots.moved(position);
    this.#lookBack.forget();
  }

  /** To be called every few seconds: lets go of answers that nobody has asked for since the last time. */
  rest(): void {
    this.#ready.rest();
    this.#snapshots.rest();
  }

  /** Takes in a read of all net changes after `from`, up to and with `to`. */
  deepen(from: number, to: number, changes: readonly ChangedObject[]): void {
    this.#recent.extend(from, to, changes);
    this.#ready.clear();
  }

  /** Whether who stands at this `seq` can be answered from memory. */
  reachBackTo(seq: number): boolean {
    return this.#recent.since(seq) !== undefined;
  }

  /** Where a reader stands among our numbers, if we have come so far: by the end of an epoch, which is known, it need not be. */
  #placeOf(since: Position): number | undefined {
    const seq = this.#source.placeOf(since);
    return seq !== undefined && seq <= this.#source.position().seq ? seq : undefined;
  }

  /**
   * Nobody may be left on a live stream of an epoch that the snapshot shows to be over, nor be given a snapshot of an epoch
   * that is over in the stream: what goes out would not follow on it.
   */
  async #fresh(limit: number): Promise<FeedCatchUp> {
    for (let tries = 1; tries <= FRESH_MOST; tries += 1) {
      const answer = await this.#snapshots.take(limit);
      const { epoch, seq } = answer.position;
      if (epoch !== this.#source.position().epoch) await this.#source.refresh();
      if (epoch !== this.#source.position().epoch) continue;
      // Only now: the feed may just have come into the snapshot's epoch, and have found less in it than that has.
      this.#given = Math.max(this.#given, seq);
      return answer;
    }
    throw new Failure('store_unavailable', 'What the store holds now cannot be found out.');
  }

  #changesAfter(seq: number): FeedCatchUp | undefined {
    const known = this.#ready.get(seq);
    if (known !== undefined) return known;
    const changes = this.#recent.since(seq);
    if (changes === undefined) return undefined;
    const header = changes.find(({ objectId }) => objectId === HEADER_ID);
    const objects = header === undefined ? changes : changes.filter((object) => object !== header);
    const position = this.#source.position();
    const answer = { position, reset: false, ...(header !== undefined && { header }), objects };
    this.#ready.keep(seq, answer);
    return answer;
  }
}
