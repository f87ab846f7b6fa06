import type { DeskEntry } from '@slugline/client/protocol';
import type { Drafts, KeptDraft } from './drafts.js';
import { Emitter } from './emitter.js';
import { draftOf, EMPTY_DRAFT, type EntryDraft, editFields, isBlank } from './entry-draft.js';

/** Milliseconds without a keystroke after which what was written is kept. */
const PAUSE_MS = 250;

export interface CorrectionText {
  readonly wrong: string;
  readonly right: string;
}

const NO_CORRECTION: CorrectionText = { wrong: '', right: '' };

/**
 * What is being written in the composer: a new entry, or another form of one that there is. It is kept in this browser at
 * each pause of the keyboard and when the page is left, and found again when the same entry is opened.
 */
export class Writing extends Emitter {
  draft: EntryDraft = EMPTY_DRAFT;
  /** The entry as it was when its editing began; absent for a new one. */
  base: DeskEntry | undefined;
  /** What `base` says, as it was written. */
  former: EntryDraft = EMPTY_DRAFT;
  /** What was wrong and what is right, where readers are to be told. */
  correction: CorrectionText | undefined;
  /** Milliseconds since 1970 at which it was kept last; `failed` where the browser would not. */
  kept: number | 'failed' | undefined;
  /** Grows when the composer has to show another text than what was typed into it. */
  turn = 0;
  /** Another one whenever another entry is written. */
  sheet = {};
  readonly #drafts: Drafts;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(drafts: Drafts) {
    super();
    this.#drafts = drafts;
    this.#open(undefined);
  }

  /** Whether there is anything to publish, or to save. */
  get hasChanges(): boolean {
    return this.base === undefined ? !isBlank(this.draft) : Object.keys(this.changes).length > 0;
  }

  /** What is another than in `base`. */
  get changes(): ReturnType<typeof editFields> {
    return editFields(this.draft, this.former);
  }

  change(fields: Partial<EntryDraft>): void {
    this.replace({ ...this.draft, ...fields });
  }

  /** As `change`, where a part goes that need not be there. */
  replace(draft: EntryDraft): void {
    this.draft = draft;
    this.#changed();
  }

  /** As `change`, by something else than the keyboard in the composer. */
  put(fields: Partial<EntryDraft>): void {
    this.turn += 1;
    this.change(fields);
  }

  correct(text: Partial<CorrectionText> | undefined): void {
    this.correction = text === undefined ? undefined : { ...NO_CORRECTION, ...this.correction, ...text };
    this.#changed();
  }

  /** Goes on with what was begun of a new entry. */
  openNew(): void {
    this.keep();
    this.#open(undefined);
    this.emit();
  }

  /** Begins to edit, or goes on. What else was being written is kept. */
  open(entry: DeskEntry, asCorrection = false): void {
    this.keep();
    this.#open(entry);
    if (asCorrection) this.correction ??= NO_CORRECTION;
    this.emit();
  }

  /** Goes on with this text, upon the entry as it is now. */
  takeUp(draft: EntryDraft, base: DeskEntry | undefined, correction?: CorrectionText): void {
    this.keep();
    this.#is(base, draft);
    this.correction = correction;
    this.#changed();
  }

  /**
   * What was written is an entry now, or another version of one, while it was being written on.
   *
   * @param saved what of it the entry says.
   */
  adopt(entry: DeskEntry, saved: EntryDraft): void {
    if (this.base === undefined) this.#drafts.remove(undefined);
    this.base = entry;
    this.former = saved;
    this.#changed();
  }

  /** Lets go of what was written: it was given to be published, or is not wanted. Then a new entry may be begun. */
  drop(): void {
    this.#stop();
    this.#drafts.remove(this.base?.id);
    this.#open(undefined);
    this.emit();
  }

  /** Keeps what was typed since the last time, at once. */
  keep(): void {
    if (this.#timer === undefined) return;
    this.#stop();
    const { draft, base, former, correction } = this;
    if (!this.hasChanges && correction === undefined) {
      this.#drafts.remove(base?.id);
      this.kept = undefined;
      this.emit();
      return;
    }
    const at = Date.now();
    const kept: KeptDraft = {
      draft,
      at,
      ...(base !== undefined && { base, former }),
      ...(correction !== undefined && { correction }),
    };
    this.kept = this.#drafts.write(base?.id, kept) ? at : 'failed';
    this.emit();
  }

  #open(entry: DeskEntry | undefined): void {
    const kept = this.#drafts.read(entry?.id);
    // It may have changed since: what was begun was begun upon the former version, and the server is to be told so.
    const base = kept?.base ?? entry;
    const former = base === undefined ? EMPTY_DRAFT : draftOf(base);
    this.#is(base, { ...EMPTY_DRAFT, ...(kept?.draft ?? former) }, kept?.former ?? former);
    this.correction = kept?.correction;
    this.kept = kept?.at;
  }

  #is(base: DeskEntry | undefined, draft: EntryDraft, former = base === undefined ? EMPTY_DRAFT : draftOf(base)): void {
    this.base = base;
    this.former = former;
    this.draft = draft;
    this.correction = undefined;
    this.turn += 1;
    this.sheet = {};
  }

  #changed(): void {
    this.#stop();
    this.#timer = setTimeout(() => this.keep(), PAUSE_MS);
    this.emit();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
