import type { CatchUp, Change, Position, PublicEntry, Story } from '@slugline/client/protocol';
import type { Received } from './stalling-reader.js';

/**
 * Follows one story by the letter of PROTOCOL.md, section 3, and no more: it asks for nothing, so a gap stays one.
 */
export class RuleFollower {
  /** Absent before the first answer, and from a `story:reset` to the next. */
  position: Position | undefined;
  story: Story | undefined;
  /** Newest forms by id. */
  readonly entries = new Map<string, PublicEntry>();
  /** Changes taken, in order. */
  readonly taken: Change[] = [];
  /** Changes that came although they were held already. */
  dropped = 0;
  /** Changes that do not connect to what is held. */
  readonly gaps: string[] = [];
  starts = 0;
  readonly #slug: string;
  #early: Change[] = [];

  constructor(slug: string) {
    this.#slug = slug;
  }

  take(received: Received): void {
    if (received.what === 'goaway' || received.slug !== this.#slug) return;
    if (received.what === 'change') this.#change(received.change);
    else if (received.what === 'answer') this.#answer(received.answer);
    else if (received.what === 'reset') this.position = undefined;
  }

  #answer(answer: CatchUp): void {
    if (answer.reset) {
      this.starts += 1;
      this.entries.clear();
    }
    if (answer.reset || answer.position.seq >= (this.position?.seq ?? 0)) this.position = answer.position;
    this.#apply(answer.story, answer.entries);
    const early = this.#early;
    this.#early = [];
    for (const change of early) if (change.epoch === answer.position.epoch) this.#change(change);
  }

  #change(change: Change): void {
    const { position } = this;
    if (position === undefined) {
      this.#early.push(change);
      return;
    }
    const { epoch, seq, after = seq - 1, story, entry } = change;
    if (epoch === position.epoch && seq <= position.seq) {
      this.dropped += 1;
      return;
    }
    if (epoch !== position.epoch || after > position.seq) {
      this.gaps.push(`at ${position.epoch}:${position.seq} came ${epoch}:${seq} after ${after}`);
      return;
    }
    this.position = { epoch, seq };
    this.taken.push(change);
    this.#apply(story, entry === undefined ? [] : [entry]);
  }

  #apply(story: Story | undefined, entries: readonly PublicEntry[]): void {
    if (story !== undefined && story.version > (this.story?.version ?? 0)) this.story = story;
    for (const entry of entries) {
      if (entry.version > (this.entries.get(entry.id)?.version ?? 0)) this.entries.set(entry.id, entry);
    }
  }
}
