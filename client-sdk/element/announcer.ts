import type { PublicEntry } from '../protocol/index.js';

/** What readers who listen to a page are told of it. */
export class Announcer {
  #entry: string | undefined;
  #text = '';

  /** Empty where there is nothing to tell. */
  get text(): string {
    return this.#text;
  }

  announce(entry: PublicEntry, text: string): void {
    this.#entry = entry.id;
    this.#text = text;
  }

  /** An entry changed: what was told of it is no longer what the story says. */
  changed({ id }: PublicEntry): void {
    if (id === this.#entry) this.clear();
  }

  clear(): void {
    this.#entry = undefined;
    this.#text = '';
  }
}
