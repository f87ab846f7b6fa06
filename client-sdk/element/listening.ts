import type { Entry, PublicEntry } from '../protocol/index.js';
import type { Announcements, Hearing } from './announcements.js';

/**
 * Announcements for those who listen to a page. What they are said in is in the page from the start, since screen readers
 * read out what comes into a region that they know, and not what one begins with; how they are made is loaded with the
 * first of them.
 */
export class Listening {
  readonly #polite = liveRegion('status');
  readonly #urgent = liveRegion('alert');
  readonly #hearing: () => Hearing;
  #announcements: Promise<Announcements> | undefined;

  constructor(root: ShadowRoot, hearing: () => Hearing) {
    this.#hearing = hearing;
    root.prepend(this.#polite, this.#urgent);
  }

  /** See `Announcements`. */
  heard(entry: PublicEntry, previous: PublicEntry | undefined, isNew: boolean): void {
    this.#tell((announcements) => announcements.heard(entry, previous, isNew));
  }

  breaking(entry: Entry): void {
    this.#tell((announcements) => announcements.breaking(entry));
  }

  /** Tells what came of something that the reader did, whether or not they want to be told things unasked. */
  answer(text: string): void {
    this.#tell((announcements) => announcements.answer(text), true);
  }

  clear(): void {
    void this.#announcements?.then((announcements) => announcements.clear());
  }

  /** One after the other, in the order in which it happened. */
  #tell(act: (announcements: Announcements) => void, isAsked = false): void {
    if (this.#announcements === undefined && !isAsked && this.#hearing().which === 'off') return;
    this.#announcements ??= this.#load();
    // Where the part of the script does not come, the next announcement asks for it again.
    void this.#announcements.then(act, () => {
      this.#announcements = undefined;
    });
  }

  async #load(): Promise<Announcements> {
    const { Announcements } = await import('./announcements.js');
    return new Announcements(this.#polite, this.#urgent, this.#hearing);
  }
}

/** @param role `status` waits until the listener has heard out what is being read; `alert` does not. */
function liveRegion(role: 'status' | 'alert'): Element {
  const node = document.createElement('div');
  node.className = 'heard';
  node.setAttribute('role', role);
  // What was said a moment ago is not to be read out again with what is new.
  node.setAttribute('aria-atomic', 'false');
  return node;
}
