import { show } from '../tree/show.js';
import { h, type TreeNode } from '../tree/tree.js';

/** Milliseconds that what was said stays to be found by whoever walks through the page. */
const KEPT_MS = 10_000;
/** Sentences kept at a time; the oldest go. */
const MOST_SENTENCES = 5;

/** One thing said. */
export interface Sentence {
  /** Ids of the entries whose words it holds. */
  readonly about: readonly string[];
  /** A `p`. */
  readonly tree: TreeNode;
}

/** A place that screen readers watch: what is put into it is read out. */
export class LiveRegion {
  /** To be in the page before anything is said: what a region begins with is not read out. */
  readonly node = document.createElement('div');
  #sentences: readonly Sentence[] = [];
  #said = 0;
  #clearing: ReturnType<typeof setTimeout> | undefined;

  /** @param role `status` waits until the listener has heard out what is being read; `alert` does not. */
  constructor(role: 'status' | 'alert') {
    this.node.className = 'heard';
    this.node.setAttribute('role', role);
    // What was said a moment ago is not to be read out again with what is new.
    this.node.setAttribute('aria-atomic', 'false');
  }

  say(sentences: readonly Sentence[]): void {
    if (sentences.length === 0) return;
    const keyed = sentences.map(({ about, tree }) => {
      this.#said += 1;
      // A node of its own each, so that the same words twice are two things said.
      return { about, tree: h('p', { ...tree.attributes, key: this.#said }, tree.children) };
    });
    this.#show([...this.#sentences, ...keyed].slice(-MOST_SENTENCES));
    clearTimeout(this.#clearing);
    this.#clearing = setTimeout(() => this.#show([]), KEPT_MS);
  }

  /** The story says something else of this entry now, or nothing more. */
  takeBack(id: string): void {
    const left = this.#sentences.filter(({ about }) => !about.includes(id));
    if (left.length < this.#sentences.length) this.#show(left);
  }

  clear(): void {
    clearTimeout(this.#clearing);
    this.#show([]);
  }

  #show(sentences: readonly Sentence[]): void {
    this.#sentences = sentences;
    show(
      this.node,
      sentences.map(({ tree }) => tree),
    );
  }
}
