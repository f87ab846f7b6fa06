import type { DeskEntry } from '@slugline/client/protocol';
import type { EntryDraft } from './entry-draft.js';
import type { Kept } from './kept.js';

/** What was written and not given to be published, as this browser keeps it. */
export interface KeptDraft {
  readonly draft: EntryDraft;
  /** The entry as it was when this was begun; absent for what is new. */
  readonly base?: DeskEntry;
  readonly former?: EntryDraft;
  /** Given where readers are to be told of a mistake. */
  readonly correction?: { readonly wrong: string; readonly right: string };
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Drafts of a story's entries: one for each entry, and one for a new one (`undefined`). */
export class Drafts {
  readonly #kept: Kept;
  readonly #slug: string;

  constructor(kept: Kept, slug: string) {
    this.#kept = kept;
    this.#slug = slug;
  }

  read(entryId: string | undefined): KeptDraft | undefined {
    return this.#kept.read(this.#name(entryId));
  }

  /** Whether it is kept. */
  write(entryId: string | undefined, draft: KeptDraft): boolean {
    return this.#kept.write(this.#name(entryId), draft);
  }

  remove(entryId: string | undefined): void {
    this.#kept.remove(this.#name(entryId));
  }

  /** Whether something is kept for an entry. */
  has(entryId: string): boolean {
    return this.read(entryId) !== undefined;
  }

  #name(entryId: string | undefined): string {
    return `draft:${this.#slug}:${entryId ?? ''}`;
  }
}
