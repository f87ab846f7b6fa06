import type { ChangedObject } from '../store/change-text.js';

/** Characters of forms kept per feed: stops a story of huge entries from filling the memory. */
const TEXT_MOST = 4 * 1024 * 1024;

/**
 * The ring of a feed: what changed lately, as net changes. It holds each object once, in its newest form, so the
 * text of an entry that was withdrawn is not even here any more. Whoever stands at `reach` or later can be brought
 * up to date from it.
 */
export class RecentChanges {
  readonly #most: number;
  /** By object, ascending `seq`: an object that changes again moves to the end. */
  #objects = new Map<string, ChangedObject>();
  #text = 0;
  #reach: number;

  /** @param most objects kept. */
  constructor(reach: number, most: number) {
    this.#reach = reach;
    this.#most = most;
  }

  /** Takes in the next change of the stream. */
  add(object: ChangedObject): void {
    this.#remove(object.objectId);
    this.#append(object);
    this.#evict();
  }

  /**
   * Takes in a read that reached farther back.
   *
   * @param from the read holds all net changes after this `seq`
   * @param to up to and with this one.
   */
  extend(from: number, to: number, changes: readonly ChangedObject[]): void {
    if (from >= this.#reach || to < this.#reach) return;
    const merged = new Map(changes.map((object) => [object.objectId, object]));
    for (const [objectId, object] of this.#objects) merged.set(objectId, object);
    this.#objects = new Map();
    this.#text = 0;
    this.#reach = from;
    for (const object of [...merged.values()].sort((a, b) => a.seq - b.seq)) this.#append(object);
    this.#evict();
  }

  /** Net changes after `seq`, ascending; `undefined` when that is farther back than the ring reaches. */
  since(seq: number): readonly ChangedObject[] | undefined {
    if (seq < this.#reach) return undefined;
    return [...this.#objects.values()].filter((object) => object.seq > seq);
  }

  #append(object: ChangedObject): void {
    this.#objects.set(object.objectId, object);
    this.#text += object.form.length;
  }

  #remove(objectId: string): void {
    const object = this.#objects.get(objectId);
    if (object === undefined) return;
    this.#objects.delete(objectId);
    this.#text -= object.form.length;
  }

  #evict(): void {
    for (const object of this.#objects.values()) {
      if (this.#objects.size <= this.#most && this.#text <= TEXT_MOST) return;
      this.#remove(object.objectId);
      this.#reach = object.seq;
    }
  }
}
