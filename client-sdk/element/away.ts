import type { PublicEntry } from '../protocol/index.js';
import type { SinceLeft } from '../view/notices-tree.js';
import type { Session } from './session.js';
import { lastVisit, rememberVisit } from './visits.js';

/** Milliseconds after which who was away is told what changed meanwhile. */
const AWAY_MS = 60_000;
/** Milliseconds after their return in which what is caught up happened while they were away. */
const RETURNING_MS = 15_000;

/** What changed while the reader was away: on another page, or with this one out of sight. */
export class Away {
  readonly #session: Session;
  #updates = new Set<string>();
  #corrections = new Set<string>();
  #withdrawals = new Set<string>();
  #orMore = false;
  #leftAt: number | undefined;
  #backAt = performance.now();
  #isTold = false;

  constructor(session: Session) {
    this.#session = session;
    const visit = this.#remembers ? lastVisit(this.#name) : undefined;
    if (visit !== undefined && Date.now() - visit.at >= AWAY_MS) this.#countSince(visit.newest);
  }

  get since(): SinceLeft | undefined {
    const [updates, corrections, withdrawals] = [this.#updates.size, this.#corrections.size, this.#withdrawals.size];
    if (!this.#isTold || updates + corrections + withdrawals === 0) return undefined;
    return { updates, corrections, withdrawals, orMore: this.#orMore };
  }

  /** Something happened to an entry. */
  heard(entry: PublicEntry, previous: PublicEntry | undefined, isNew: boolean, isCaughtUp: boolean): void {
    const isReturning = this.#isTold && isCaughtUp && performance.now() - this.#backAt < RETURNING_MS;
    if (this.#leftAt === undefined && !isReturning) return;
    const { id } = entry;
    if (entry.status !== 'usable') {
      // What came and went meanwhile was never seen.
      if (!this.#updates.delete(id) && previous?.status === 'usable') this.#withdrawals.add(id);
      this.#corrections.delete(id);
    } else if (isNew) this.#updates.add(id);
    else if (previous?.status === 'usable' && entry.corrections.length > previous.corrections.length) {
      if (!this.#updates.has(id)) this.#corrections.add(id);
    }
    if (isReturning) this.#session.changed();
  }

  leave(): void {
    if (this.#leftAt !== undefined) return;
    this.#leftAt = performance.now();
    if (this.since === undefined) this.#clear();
    this.#remember();
  }

  comeBack(): void {
    if (this.#leftAt === undefined) return;
    this.#backAt = performance.now();
    const isLong = this.#backAt - this.#leftAt >= AWAY_MS;
    this.#leftAt = undefined;
    if (isLong) this.#isTold = true;
    else if (!this.#isTold) this.#clear();
    this.#session.changed();
  }

  dismiss(): void {
    this.#clear();
    this.#session.changed();
  }

  get #remembers(): boolean {
    return this.#session.settings().remember === 'on';
  }

  /** The story's, among those of all servers. */
  get #name(): string {
    const { server } = this.#session.settings();
    return `${server || location.origin} ${this.#session.live.slug}`;
  }

  /** Keeps what was seen for the next visit. */
  #remember(): void {
    if (!this.#remembers) return;
    const { live, reading } = this.#session;
    let newest = '';
    for (const { id, updatedAt } of live.entries) {
      if (updatedAt > newest && !reading.isGathered(id)) newest = updatedAt;
    }
    if (newest !== '') rememberVisit(this.#name, { at: Date.now(), newest });
  }

  #countSince(seen: string): void {
    const { entries, hasOlder } = this.#session.live;
    this.#isTold = true;
    for (const entry of entries) {
      const isNew = entry.publishedAt > seen;
      if (entry.status !== 'usable') {
        if (!isNew && entry.updatedAt > seen) this.#withdrawals.add(entry.id);
      } else if (isNew) this.#updates.add(entry.id);
      else if (entry.corrections.some(({ at }) => at > seen)) this.#corrections.add(entry.id);
    }
    this.#orMore = hasOlder && entries.every(({ publishedAt }) => publishedAt > seen);
  }

  #clear(): void {
    this.#updates = new Set();
    this.#corrections = new Set();
    this.#withdrawals = new Set();
    this.#orMore = false;
    this.#isTold = false;
  }
}
