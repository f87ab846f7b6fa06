import type { Edition, Position } from '../../../client-sdk/protocol/index.js';
import type { Commit, Receipt, StoredObject } from '../../../server/store/story-store.js';
import type { ModelStream } from '../../helpers/model-data.js';

/** One run of numbers: what there was when it began, and each change since. */
interface Era {
  /** The number that it began after. */
  readonly from: number;
  readonly base: ReadonlyMap<string, StoredObject>;
  /** Ascending, without holes: `from + 1` is the first. */
  readonly changes: StoredObject[];
}

/**
 * All that the store ever held of one edition of one stream, written down while it happens and beside the store:
 * what readers are sent and what they show is held against this.
 */
export class Journal {
  readonly #edition: Edition;
  readonly #eras = new Map<string, Era>();
  #now = new Map<string, StoredObject>();
  #seq = 0;

  constructor(edition: Edition) {
    this.#edition = edition;
  }

  /** A commit took effect. */
  committed({ at, writes }: Commit, { positions }: Receipt): void {
    const mine = writes.filter(({ edition }) => edition === this.#edition);
    const { epoch, seq } = positions[this.#edition];
    const era = this.#eraOf(epoch, seq - mine.length);
    for (const [index, { edition: _mine, ...write }] of mine.entries()) {
      const object = { ...write, at, seq: seq - mine.length + index + 1 };
      if (object.seq !== era.from + era.changes.length + 1) {
        throw new Error(`${epoch}:${object.seq} was given a second time, or a number before it was left out`);
      }
      era.changes.push(object);
      this.#now.set(object.objectId, object);
    }
    this.#seq = seq;
  }

  /** The stream goes on under another epoch, or from an older state, or both. */
  became({ epoch, seqs, objects }: ModelStream): void {
    this.#now = new Map(objects[this.#edition]);
    this.#seq = seqs[this.#edition];
    this.#eraOf(epoch, this.#seq);
  }

  /** Every change of the epoch with `after < seq <= upTo`. */
  between(epoch: string, after: number, upTo: number): readonly StoredObject[] {
    const era = this.#eras.get(epoch);
    return era === undefined ? [] : era.changes.slice(Math.max(0, after - era.from), Math.max(0, upTo - era.from));
  }

  /** The form that an object had at a position; `undefined` when it had none, or there never was such a position. */
  at({ epoch, seq }: Position, objectId: string): StoredObject | undefined {
    const era = this.#eras.get(epoch);
    const changed = this.between(epoch, 0, seq).findLast((change) => change.objectId === objectId);
    return changed ?? era?.base.get(objectId);
  }

  /** Whether the store ever stood there. */
  knows({ epoch, seq }: Position): boolean {
    const era = this.#eras.get(epoch);
    return era !== undefined && seq >= era.from && seq <= era.from + era.changes.length;
  }

  /** The number at which an object changed next, in the same epoch. */
  nextChange({ epoch, seq }: Position, objectId: string): number | undefined {
    return this.between(epoch, seq, Number.POSITIVE_INFINITY).find((change) => change.objectId === objectId)?.seq;
  }

  #eraOf(epoch: string, from: number): Era {
    let era = this.#eras.get(epoch);
    if (era === undefined) {
      era = { from, base: new Map(this.#now), changes: [] };
      this.#eras.set(epoch, era);
    }
    return era;
  }
}
