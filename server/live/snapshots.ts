import { LIMITS, type Position } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Page } from '../store/story-store.js';
import type { Pace } from './pace.js';
import { ReadyAnswers } from './ready-answers.js';
import { SharedRead } from './shared-read.js';
import type { FeedCatchUp } from './story-feed.js';

export interface SnapshotSource {
  /** The newest page, as it was read when the feed began. */
  readonly first: Page;
  /** Reads the newest page. */
  readonly read: (limit: number) => Promise<Page | undefined>;
  /** Where the feed stands now. */
  readonly position: () => Position;
  /** Whether answers may name what is behind the page. */
  readonly older: boolean;
  readonly pace: Pace;
}

/**
 * Fresh starts of one feed. As long as nothing changed, all of them are served from one page; while the story moves,
 * those who ask while the next read has not begun share it.
 */
export class Snapshots {
  readonly #older: boolean;
  readonly #reads: SharedRead<Snapshot>;
  /** The largest page asked for by those who wait for the next read. */
  #limit: number = LIMITS.pageDefault;
  #latest: Snapshot | undefined;
  #isInUse = true;

  constructor({ first, read, position, older, pace }: SnapshotSource) {
    this.#older = older;
    this.#latest = snapshotOf(first);
    this.#reads = new SharedRead(async () => {
      const limit = this.#limit;
      this.#limit = LIMITS.pageDefault;
      const page = await read(limit);
      if (page === undefined) throw new Failure('story_not_found');
      const snapshot = snapshotOf(page);
      // The stream may have moved past it while it was read. Those who asked are sent what came since, being in the
      // room already; those who come later would wait for it in vain.
      if (!isBehind(page.position, position())) this.#latest = snapshot;
      return snapshot;
    }, pace);
  }

  /** A snapshot at the stream's last `moved` or later, with at most `limit` objects. */
  async take(limit: number): Promise<FeedCatchUp> {
    this.#isInUse = true;
    const latest = this.#latest;
    if (latest !== undefined && latest.covers >= limit) return this.#cut(latest, limit);
    this.#limit = Math.max(this.#limit, limit);
    return this.#cut(await this.#reads.ask(), limit);
  }

  /** Lets go of a page that the stream has moved past: what was withdrawn since is in it. */
  moved(position: Position): void {
    if (this.#latest !== undefined && isBehind(this.#latest.page.position, position)) this.#latest = undefined;
  }

  /** To be called every few seconds: lets go of a page that nobody has asked for since the last time. */
  rest(): void {
    if (!this.#isInUse) this.#latest = undefined;
    this.#isInUse = false;
  }

  #cut({ page, answers }: Snapshot, limit: number): FeedCatchUp {
    const known = answers.get(limit);
    if (known !== undefined) return known;
    const { position, header } = page;
    const objects = page.objects.slice(0, limit);
    const older = page.objects.length > limit ? objects.at(-1)?.orderKey : page.older;
    const answer: FeedCatchUp = {
      position,
      reset: true,
      ...(header !== undefined && { header }),
      objects,
      ...(this.#older && older !== undefined && { older }),
    };
    answers.keep(limit, answer);
    return answer;
  }
}

interface Snapshot {
  readonly page: Page;
  /** The largest size for which it will do. */
  readonly covers: number;
  /** By limit: readers who ask for as much get the same object. */
  readonly answers: ReadyAnswers;
}

function snapshotOf(page: Page): Snapshot {
  const covers = page.older === undefined ? Number.POSITIVE_INFINITY : page.objects.length;
  return { page, covers, answers: new ReadyAnswers() };
}

/** A page of another epoch is of the past too, or the feed is, which it then soon finds out. */
function isBehind(page: Position, { epoch, seq }: Position): boolean {
  return page.epoch !== epoch || page.seq < seq;
}
