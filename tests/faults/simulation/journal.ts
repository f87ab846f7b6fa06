import type { Edition, Position } from '../../../client-sdk/protocol/index.js';
import { placeOf } from '../../../server/store/lineage.js';
import type { Commit, Receipt, StoredObject } from '../../../server/store/story-store.js';
import type { ModelStream } from '../../helpers/model-data.js';

/** One run of numbers: what there was when it began, and each change since. */
interface Era {
  /** The number that it began after. */
  readonly from: number;
  readonly base: ReadonlyMap<string, StoredObject>;
  /** Ends of earlier epochs that it goes on from, newest first. */
  readonly continues: readonly Position[];
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
  #now: ReadonlyMap<string, StoredObject> = new Map();

  constructor(edition: Edition) {
    this.#edition = edition;
  }

  /** A commit took effect. */
  committed({ at, writes }: Commit, { positions }: Receipt, stream: ModelStream): void {
    const mine = writes.filter(({ edition }) => edition === this.#edition);
    const { epoch, seq } = positions[this.#edition];
    const era = this.#eraOf(stream, seq - mine.length);
    for (const [index, { edition: _mine, ...write }] of mine.entries()) {
      const object = { ...write, at, seq: seq - mine.length + index + 1 };
      if (object.seq !== era.from + era.changes.length + 1) {
        throw new Error(`${epoch}:${object.seq} was given a second time, or a number before it was left out`);
      }
      era.changes.push(object);
    }
    this.#now = new Map(stream.objects[this.#edition]);
  }

  /** The stream goes on under another epoch, or from an older state, or both. */
  became(stream: ModelStream): void {
    this.#now = new Map(stream.objects[this.#edition]);
    this.#eraOf(stream, stream.seqs[this.#edition]);
  }

  /**
   * Every change on the way from one position to another, in order; `undefined` where the one does not lead to the
   * other.
   */
  between(asked: Position, reached: Position): readonly StoredObject[] | undefined {
    const [from, to] = [this.#home(asked), this.#home(reached)];
    const era = this.#eras.get(to.epoch);
    if (era === undefined || placeOf(from, { position: to, continues: era.continues }) === undefined) return undefined;
    const first = era.continues.findIndex(({ epoch }) => epoch === from.epoch);
    const legs = [...era.continues.slice(0, first + 1).reverse(), to];
    return legs.flatMap(({ epoch, seq }) => this.#slice(epoch, from.seq, seq));
  }

  /** The form that an object had at a position; `undefined` when it had none, or there never was such a position. */
  at(position: Position, objectId: string): StoredObject | undefined {
    const { epoch, seq } = this.#home(position);
    const changed = this.#slice(epoch, 0, seq).findLast((change) => change.objectId === objectId);
    return changed ?? this.#eras.get(epoch)?.base.get(objectId);
  }

  /** Whether the store ever stood there. */
  knows(position: Position): boolean {
    const { epoch, seq } = this.#home(position);
    const era = this.#eras.get(epoch);
    return era !== undefined && seq >= era.from && seq <= era.from + era.changes.length;
  }

  /** Changes of an object after a position, as far as there are any yet, in every history that leads on from there. */
  *later(position: Position, objectId: string): Iterable<StoredObject> {
    const { epoch, seq } = this.#home(position);
    for (const [other, { continues }] of this.#eras) {
      const isNext = continues.some((end) => end.epoch === epoch && end.seq >= seq);
      if (other !== epoch && !isNext) continue;
      for (const change of this.#slice(other, seq, Number.POSITIVE_INFINITY)) {
        if (change.objectId === objectId) yield change;
      }
    }
  }

  /** The position in the epoch that gave out its number: a later epoch goes on with the numbers of those before it. */
  #home({ epoch, seq }: Position): Position {
    const era = this.#eras.get(epoch);
    if (era === undefined || seq >= era.from) return { epoch, seq };
    const home = era.continues.find((end) => seq <= end.seq && seq >= (this.#eras.get(end.epoch)?.from ?? 0));
    return { epoch: home?.epoch ?? epoch, seq };
  }

  #slice(epoch: string, after: number, upTo: number): readonly StoredObject[] {
    const era = this.#eras.get(epoch);
    return era === undefined ? [] : era.changes.slice(Math.max(0, after - era.from), Math.max(0, upTo - era.from));
  }

  #eraOf({ epoch, continued }: ModelStream, from: number): Era {
    let era = this.#eras.get(epoch);
    if (era === undefined) {
      const continues = continued.map((ended) => ({ epoch: ended.epoch, seq: ended.seqs[this.#edition] }));
      era = { from, base: this.#now, continues, changes: [] };
      this.#eras.set(epoch, era);
    }
    return era;
  }
}
