import type { DeskEntry } from '@slugline/client/protocol';
import { type Api, ApiFailure, type Call } from './api.js';
import type { BegunDraft } from './begun-draft.js';
import { Emitter } from './emitter.js';
import { type EntryDraft, isBlank, publishFields } from './entry-draft.js';
import { freshId } from './fresh-id.js';
import type { Writing } from './writing.js';

/** Milliseconds without a keystroke after which a draft goes to the server: colleagues see it, and other machines. */
const PAUSE_MS = 3_000;

/** What was sent and not answered: sent once more as it was, so that it makes one draft. */
interface Sent {
  /** Its `Idempotency-Key`. */
  readonly id: string;
  readonly call: Call;
  readonly draft: EntryDraft;
  readonly sheet: object;
}

/**
 * Saves what is not published yet as a draft on the server while it is written. Only an extra: what is written is in the
 * browser already, so what does not come through is tried again at the next pause, and nothing waits for it.
 */
export class ServerDrafts extends Emitter {
  /** Milliseconds since 1970 at which the server had all that was written then. */
  saved: number | undefined;
  readonly #api: Api;
  readonly #slug: string;
  readonly #writing: Writing;
  readonly #end: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unanswered: Sent | undefined;
  #saving: Promise<void> | undefined;
  /** A colleague was faster: it is for the editor to say what becomes of both. */
  #refused: object | undefined;

  constructor(api: Api, slug: string, writing: Writing) {
    super();
    this.#api = api;
    this.#slug = slug;
    this.#writing = writing;
    let seen = writing.draft;
    this.#end = writing.subscribe(() => {
      if (writing.draft === seen) return;
      seen = writing.draft;
      this.saved = undefined;
      this.#plan();
    });
  }

  get isSaving(): boolean {
    return this.#saving !== undefined;
  }

  /** What is written now and may be a draft already, without our having heard of it. */
  get begun(): BegunDraft | undefined {
    const { base, sheet } = this.#writing;
    const sent = this.#unanswered;
    if (base !== undefined || sent?.sheet !== sheet) return undefined;
    return { id: sent.id, path: sent.call.path, body: sent.call.body, draft: sent.draft };
  }

  /** Resolves when nothing is under way: what is published then is the draft, or what may be one, and no second entry. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    if (this.#unanswered !== undefined) await this.#send(this.#unanswered);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#end();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE_MS);
  }

  /** Saves now what may be a draft. */
  async save(): Promise<void> {
    await this.#saving;
    // What became of another sheet is not to be found out by making it once more.
    if (this.#unanswered?.sheet !== this.#writing.sheet) this.#unanswered = undefined;
    const next = this.#unanswered ?? this.#next();
    if (next !== undefined) await this.#send(next);
  }

  #next(): Sent | undefined {
    const { draft, base, sheet, hasChanges } = this.#writing;
    if (!hasChanges || isBlank(draft) || this.#refused === sheet) return undefined;
    if (base === undefined) {
      // When it goes out is said when it is given to go out.
      const { publishAt: _later, ...fields } = publishFields(draft);
      const path = `/v1/stories/${this.#slug}/entries`;
      return { id: freshId(), draft, sheet, call: { method: 'POST', path, body: { ...fields, workflow: 'draft' } } };
    }
    if (base.workflow !== 'draft' || base.status !== 'usable') return undefined;
    const { publishAt: _later, ...fields } = this.#writing.changes;
    if (Object.keys(fields).length === 0) return undefined;
    const path = `/v1/stories/${this.#slug}/entries/${base.id}`;
    const headers = { 'if-match': `"${base.version}"` };
    return { id: freshId(), draft, sheet, call: { method: 'PATCH', path, body: fields, headers } };
  }

  #send(sent: Sent): Promise<void> {
    this.#unanswered = sent;
    this.#saving = this.#ask(sent).finally(() => {
      this.#saving = undefined;
      this.emit();
    });
    this.emit();
    return this.#saving;
  }

  async #ask({ id, call, draft, sheet }: Sent): Promise<void> {
    try {
      const headers = { 'idempotency-key': id, ...call.headers };
      const { entry } = await this.#api.call<{ entry: DeskEntry }>({ ...call, headers });
      this.#unanswered = undefined;
      const writing = this.#writing;
      if (writing.sheet !== sheet) return;
      const isAll = writing.draft === draft;
      writing.adopt(entry, { ...draft, publishAt: '' });
      if (isAll) this.saved = Date.now();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      // It is tried again at the next pause; without a session, at the first one in the next.
      if ((error.retryable && error.status !== 409) || error.status === 401) return;
      this.#unanswered = undefined;
      this.#refused = sheet;
    }
  }
}
