import { connect, type LiveStory } from '@slugline/client';
import type { DeskEntry, DeskStory, StoryStatus } from '@slugline/client/protocol';
import type { Api } from './api.js';
import { AudienceWatch } from './audience-watch.js';
import { publishBegun } from './begun-draft.js';
import type { Command, Order } from './command.js';
import { Drafts } from './drafts.js';
import { type EntryDraft, editFields, publishFields } from './entry-draft.js';
import { freshId } from './fresh-id.js';
import { home } from './home.js';
import type { Kept } from './kept.js';
import { waits } from './next-step.js';
import type { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import { ServerDrafts } from './server-drafts.js';
import { quoted } from './words.js';
import { type CorrectionText, Writing } from './writing.js';

export interface Workplace {
  readonly memberId: string;
  readonly api: Api;
  readonly kept: Kept;
  readonly outbox: Outbox;
}

type Rest = Omit<Order, 'method' | 'path' | 'slug'>;

/** An entry with what was written in its place, and what was written of it before. */
export interface Edited {
  readonly base: DeskEntry;
  readonly draft: EntryDraft;
  readonly former: EntryDraft;
}

/** One story as it is run: the desk edition as it comes, what is being written, and what is done to it. */
export class StoryDesk {
  readonly slug: string;
  readonly memberId: string;
  readonly live: LiveStory<DeskStory, DeskEntry>;
  readonly drafts: Drafts;
  readonly writing: Writing;
  readonly serverDrafts: ServerDrafts;
  readonly audience: AudienceWatch;
  readonly presence: Presence;
  readonly api: Api;
  readonly outbox: Outbox;
  readonly #ends: readonly (() => void)[];

  /** @param former of the same story and member, in a session that is over: what is written there goes on here. */
  constructor(slug: string, { api, kept, outbox, memberId }: Workplace, former?: StoryDesk) {
    this.slug = slug;
    this.memberId = memberId;
    this.api = api;
    this.outbox = outbox;
    const connection = connect(home, { edition: 'desk' });
    this.live = connection.story(slug, { limit: 100 });
    this.drafts = former?.drafts ?? new Drafts(kept, slug);
    this.writing = former?.writing ?? new Writing(this.drafts);
    this.serverDrafts = former?.serverDrafts ?? new ServerDrafts(api, slug, this.writing);
    this.audience = new AudienceWatch(api, slug);
    this.presence = new Presence(slug, memberId);
    const { writing, presence, audience, live } = this;
    const tell = () => presence.edit(writing.base?.id ?? null);
    tell();
    this.#ends = [
      writing.subscribe(tell),
      // A session that ended is told here first: the server cuts its links.
      live.on('status', (status) => status === 'refused' && void api.renew().catch(() => undefined)),
      () => audience.close(),
      () => presence.close(),
      () => connection.close(),
    ];
  }

  close(): void {
    this.writing.keep();
    this.serverDrafts.close();
    this.leave();
  }

  /** Hears and tells no more; what is written is for the desk that goes on with it. */
  leave(): void {
    for (const end of this.#ends) end();
  }

  /** The entry as it is now, as far as it is held. */
  entry(id: string): DeskEntry | undefined {
    return this.live.entries.find((entry) => entry.id === id);
  }

  /** What was done to an entry and is still on its way. */
  isUnderWay(entryId: string): boolean {
    return this.outbox.waiting.some((command) => command.slug === this.slug && command.entryId === entryId);
  }

  /** The state that the story was given last, while that is on its way. */
  get givenStatus(): StoryStatus | undefined {
    const given = this.outbox.waiting.findLast(
      ({ slug, method, entryId, body }) =>
        slug === this.slug && method === 'PATCH' && entryId === undefined && 'status' in Object(body),
    );
    return Object(given?.body).status;
  }

  /** What was written and the server would not do, oldest first: kept until somebody writes on with it or dismisses it. */
  get refused(): readonly Command[] {
    return this.outbox.commands.filter(
      ({ slug, refusal, draft }) => slug === this.slug && refusal !== undefined && draft !== undefined,
    );
  }

  /** Whether one can write on with what was refused: it must take the place of nothing else that was begun. */
  hasRoomFor({ base }: Command): boolean {
    const { hasChanges, correction } = this.writing;
    return !hasChanges && correction === undefined && this.drafts.read(base?.id) === undefined;
  }

  /** Out to readers, or to an editor, as far as whoever gives it may have it go. */
  publish(draft: EntryDraft, to: 'submitted' | 'published'): boolean {
    const { begun } = this.serverDrafts;
    if (begun !== undefined) return publishBegun(this, begun, draft, to);
    const verb = to === 'submitted' ? 'Submit' : waits(draft) ? 'Schedule' : 'Publish';
    return this.#give('POST', '/entries', {
      says: `${verb} ${quoted(draft.headline)}`,
      body: publishFields(draft),
      draft,
    });
  }

  /** Saves what was changed. */
  edit({ base, draft, former }: Edited): boolean {
    return this.#give('PATCH', `/entries/${base.id}`, {
      says: `Change ${nameOf(base)}`,
      body: editFields(draft, former),
      ifMatch: base.version,
      entryId: base.id,
      draft,
      base,
    });
  }

  /** @param text what readers are told, made of `correction`. */
  correct({ base, draft, former }: Edited, correction: CorrectionText, text: string): boolean {
    return this.#give('POST', `/entries/${base.id}/corrections`, {
      says: `Correct ${nameOf(base)}`,
      body: { text, ...editFields(draft, former) },
      ifMatch: base.version,
      entryId: base.id,
      draft,
      base,
      correction,
    });
  }

  /** Moves what is not published on, or sends it back, with what was changed of it. */
  move(edited: Edited, to: 'draft' | 'submitted' | 'published', note = ''): boolean {
    const { base, draft, former } = edited;
    const isChanged = Object.keys(editFields(draft, former)).length > 0;
    if (isChanged && !this.edit(edited)) return false;
    const after = isChanged ? this.outbox.waiting.at(-1)?.id : undefined;
    const isGiven = this.#give('POST', `/entries/${base.id}/workflow`, {
      says: `${{ draft: 'Send back', submitted: 'Submit', published: 'Publish' }[to]} ${quoted(draft.headline)}`,
      body: { to, ...(note.trim() !== '' && { note: note.trim() }) },
      entryId: base.id,
      draft,
      base,
      // Upon the version that the change comes to: the outbox learns it.
      ...(after === undefined ? { ifMatch: base.version } : { after }),
    });
    if (!isGiven && after !== undefined) this.outbox.takeBack(after);
    return isGiven;
  }

  /** Throws away what was never published. */
  discard(entry: DeskEntry): boolean {
    return this.#give('DELETE', `/entries/${entry.id}`, { says: `Discard ${nameOf(entry)}`, entryId: entry.id });
  }

  /** As `release`. */
  withdraw(entry: DeskEntry, status: 'withheld' | 'canceled', notice: string): Promise<void> {
    const text = notice.trim();
    return this.#giveOrSend('POST', `/entries/${entry.id}/withdrawal`, {
      says: `${status === 'withheld' ? 'Hold' : 'Cancel'} ${nameOf(entry)}`,
      body: { status, ...(text !== '' && { notice: text }) },
      entryId: entry.id,
    });
  }

  /** Resolves once it is on its way. Rejects with `ApiFailure` where it had to be sent at once and may not be done. */
  release(entry: DeskEntry): Promise<void> {
    return this.#giveOrSend('DELETE', `/entries/${entry.id}/withdrawal`, {
      says: `Release ${nameOf(entry)}`,
      entryId: entry.id,
    });
  }

  /** Puts it above all others, or takes it from there. */
  pin(entry: DeskEntry, on: boolean): boolean {
    return this.#give(on ? 'PUT' : 'DELETE', `/pins/${entry.id}`, { says: `${on ? 'Pin' : 'Unpin'} ${nameOf(entry)}` });
  }

  /** @param version of the header that the editor saw. */
  changeStory(fields: Readonly<Record<string, unknown>>, version?: number): boolean {
    return this.#give('PATCH', '', {
      says: 'Change the story’s header',
      body: fields,
      ...(version !== undefined && { ifMatch: version }),
    });
  }

  /** Whether it is on its way; else the browser keeps no more of what waits. */
  #give(method: Order['method'], below: string, order: Rest): boolean {
    const { slug } = this;
    return this.outbox.add({ method, path: this.#path(below), slug, ...order }) !== undefined;
  }

  /** What readers must not go on reading waits for no room in this browser. */
  async #giveOrSend(method: Order['method'], below: string, order: Rest): Promise<void> {
    if (this.#give(method, below, order)) return;
    const headers = { 'idempotency-key': freshId() };
    await this.api.call({ method, path: this.#path(below), body: order.body, headers });
  }

  #path(below: string): string {
    return `/v1/stories/${this.slug}${below}`;
  }
}

/** As editors speak of an entry. */
export function nameOf({ headline }: DeskEntry): string {
  return quoted(headline ?? '');
}
