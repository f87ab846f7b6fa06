/** What shows something is told when that is no longer so. */
export interface Source {
  /** @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** A source that is told by hand. */
export class Emitter implements Source {
  readonly #listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
