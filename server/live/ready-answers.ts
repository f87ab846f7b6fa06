import type { FeedCatchUp } from './story-feed.js';

/** Answers kept at a time. */
const ANSWERS_MOST = 256;
/**
 * Characters of the forms in them, unless one alone has more. As text, as bytes and as events they take several times as
 * much. Stops a stranger who asks for every size, or from every position, from filling the memory.
 */
const TEXT_MOST = 4 * 1024 * 1024;

/** Answers of a feed that are good until it goes on, for who asks the same: those asked for least lately go first. */
export class ReadyAnswers {
  /** By what was asked for: a position, or a size. */
  readonly #answers = new Map<number, FeedCatchUp>();
  #text = 0;
  #isInUse = false;

  get(asked: number): FeedCatchUp | undefined {
    this.#isInUse = true;
    const answer = this.#answers.get(asked);
    if (answer === undefined) return undefined;
    this.#answers.delete(asked);
    this.#answers.set(asked, answer);
    return answer;
  }

  keep(asked: number, answer: FeedCatchUp): void {
    this.#answers.set(asked, answer);
    this.#text += textOf(answer);
    for (const [oldest, old] of this.#answers) {
      const isWithin = this.#answers.size <= ANSWERS_MOST && this.#text <= TEXT_MOST;
      if (isWithin || old === answer) return;
      this.#answers.delete(oldest);
      this.#text -= textOf(old);
    }
  }

  clear(): void {
    this.#answers.clear();
    this.#text = 0;
  }

  /** To be called every few seconds: lets go of all when nobody has asked since the last time. */
  rest(): void {
    if (!this.#isInUse) this.clear();
    this.#isInUse = false;
  }
}

function textOf({ header, objects }: FeedCatchUp): number {
  return objects.reduce((sum, { form }) => sum + form.length, header?.form.length ?? 0);
}
