import { type Position, type PublicEntry, parsePosition, type Story } from '../../../client-sdk/protocol/index.js';
import { isFields, readChange } from '../../../client-sdk/story/guards.js';
import type { LiveStory, Update } from '../../../client-sdk/story/live-story.js';
import { HEADER_ID, type StoredObject } from '../../../server/store/story-store.js';
import { publicStoryOf } from '../../../server/story/stored.js';
import type { Form, History, SubscriberLog } from '../checker/history.js';
import { formOfEntry, formOfStory } from '../forms.js';
import { DESK_ONLY } from './desk.js';
import type { HeardHttp } from './http-exchange.js';
import type { Journal } from './journal.js';
import type { Who } from './reader.js';
import { RunOfChanges } from './run-of-changes.js';
import type { HeardSocket } from './web-socket.js';

/** Told what must not be. */
export type Complain = (what: string) => void;

export interface WitnessParts {
  readonly name: string;
  readonly who: Who;
  readonly journal: Journal;
  readonly history: History;
  /** Whether something happened that may make a reader start afresh though its epoch goes on. */
  readonly mayBeReset: () => boolean;
  /** Whether the store was put back to an older state. */
  readonly hasGoneBack: () => boolean;
  readonly complain: Complain;
}

/**
 * Watches one reader: every message that reaches it, and every step that its page makes, each held against the
 * journal at the moment it comes. Also keeps its log for the checker of all fault runs.
 */
export class ReaderWitness {
  /** Snapshots taken in place of all that was held, the first one included. */
  resets = 0;
  readonly #who: Who;
  readonly #mayBeReset: () => boolean;
  readonly #hasGoneBack: () => boolean;
  readonly #journal: Journal;
  readonly #history: History;
  readonly #complain: Complain;
  readonly #log: SubscriberLog;
  /** Versions that its page has. */
  #held = new Map<string, number>();
  #position: Position | undefined;

  constructor({ name, who, journal, history, mayBeReset, hasGoneBack, complain }: WitnessParts) {
    this.#who = who;
    this.#mayBeReset = mayBeReset;
    this.#hasGoneBack = hasGoneBack;
    this.#journal = journal;
    this.#history = history;
    this.#complain = (what) => complain(`${name}: ${what}`);
    // The common checker knows of one edition.
    this.#log = who === 'desk' ? { name, seen: [], toTheEnd: false } : history.subscriber(name);
  }

  readonly newRequest = ({ pathname, searchParams }: URL): HeardHttp => {
    const run = new RunOfChanges(this.#complain, this.#hasGoneBack, parsePosition(searchParams.get('since') ?? ''));
    return (text, asked) => {
      this.#noDeskText(text);
      if (!pathname.endsWith('/stream')) {
        if (text.startsWith('{')) this.#answer(JSON.parse(text), asked);
        return;
      }
      for (const event of text.split('\n\n')) {
        const [, name, data = ''] = /event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
        if (name === 'change') this.#change(JSON.parse(data), run);
        else if (name === 'reset') this.#answer(JSON.parse(data), asked, run);
      }
    };
  };

  readonly newWire = (): HeardSocket => {
    const run = new RunOfChanges(this.#complain, this.#hasGoneBack);
    return {
      joining: () => run.asks(),
      event: ([name, _slug, change], text) => {
        this.#noDeskText(text);
        if (name === 'story:change') this.#change(change, run);
        else if (name === 'story:reset') run.wasReset();
      },
      answer: (answer, text, asked) => {
        this.#noDeskText(text);
        this.#answer(answer, asked, run);
      },
    };
  };

  onUpdate(story: LiveStory<Story, PublicEntry>, update: Update<Story, PublicEntry>): void {
    const { cause, position } = update;
    if (cause !== 'older' && cause !== 'trim') {
      this.#step(update);
      this.#position = position;
    }
    for (const entry of story.entries) this.#held.set(entry.id, entry.version);
    if (cause === 'trim') this.#letGo(story, position);
    this.#page(story, position);
    const seen = { at: this.#history.now(), position, forms: this.#forms(update) };
    if (cause === 'live') this.#log.seen.push({ kind: 'change', ...seen });
    else if (cause === 'catch-up') this.#log.seen.push({ kind: 'catch-up', ...seen });
    else if (cause === 'reset') this.#log.seen.push({ kind: 'reset', whole: !story.hasOlder, ...seen });
    else this.#logPage(story, position);
  }

  /** It followed to the end. */
  finish(story: LiveStory<Story, PublicEntry>): void {
    this.#log.toTheEnd = true;
    if (story.position !== undefined) this.#logPage(story, story.position);
  }

  #change(told: unknown, run: RunOfChanges): void {
    const change = readChange<Story, PublicEntry>(told);
    if (change === undefined) {
      this.#complain(`was sent a change that is none: ${JSON.stringify(told)}`);
      return;
    }
    this.#mayHave(change);
    this.#exact(change, change.entry?.id ?? HEADER_ID, change.entry ?? change.story);
    run.takes(change);
  }

  #answer(told: unknown, asked: Position | undefined, run?: RunOfChanges): void {
    if (!isFields(told) || !isFields(told.position)) return;
    const { story, entries } = told;
    const position = { epoch: String(told.position.epoch), seq: Number(told.position.seq) };
    if (!this.#journal.knows(position)) this.#complain(`was told of ${textOf(position)}, where the store never stood`);
    if (asked?.epoch === position.epoch && position.seq < asked.seq && !this.#hasGoneBack()) {
      this.#complain(`was answered as of ${textOf(position)} by one that stood at ${asked.seq} when it was asked`);
    }
    this.#mayHave(position);
    if (story !== undefined) this.#exact(position, HEADER_ID, story);
    for (const entry of Array.isArray(entries) ? entries : []) this.#exact(position, String(entry.id), entry);
    run?.answered(position);
  }

  #noDeskText(text: string): void {
    if (this.#who !== 'desk' && text.includes(DESK_ONLY)) this.#complain(`was sent what is the desk's: ${text}`);
  }

  /** A story that was private at a number may be public by the time at which that is told: then it may be. */
  #mayHave(position: Position): void {
    if (this.#who !== 'anyone') return;
    const header = this.#journal.at(position, HEADER_ID);
    if (header === undefined) return;
    const headers = [header, ...this.#journal.later(position, HEADER_ID)];
    if (headers.some((one) => publicStoryOf(one).visibility === 'public')) return;
    this.#complain(`was sent something of the story as of ${textOf(position)}, when it was private`);
  }

  /** What is told as of a position is in the form that it had there. */
  #exact(position: Position, id: string, told: unknown): void {
    const object = this.#journal.at(position, id);
    if (object?.form === JSON.stringify(told)) return;
    this.#complain(`was told at ${textOf(position)} ${JSON.stringify(told)}, which was ${object?.form}`);
  }

  /** What an older page brought ahead of the position, and the page has let go of again, is still to come by its change. */
  #letGo({ entries }: LiveStory<Story, PublicEntry>, position: Position): void {
    const shown = new Set(entries.map(({ id }) => id));
    for (const [id, version] of this.#held) {
      if (id === HEADER_ID || shown.has(id)) continue;
      const then = this.#journal.at(position, id)?.version ?? 0;
      if (then < version) this.#held.set(id, then);
    }
  }

  #step({ cause, position, story, entries }: Update<Story, PublicEntry>): void {
    const from = this.#position;
    if (cause === 'reset') {
      if (from?.epoch === position.epoch && !this.#mayBeReset()) {
        this.#complain(`was made to start afresh at ${textOf(position)}, having come to ${textOf(from)}`);
      }
      this.resets += 1;
      this.#held = new Map();
    } else if (from === undefined || (from.epoch === position.epoch && position.seq <= from.seq)) {
      this.#complain(`went from ${textOf(from)} to ${textOf(position)} by a ${cause}`);
      return;
    }
    const taken = [
      ...entries.map(({ id, version }) => ({ id, version })),
      ...(story === undefined ? [] : [{ id: HEADER_ID, version: story.version }]),
    ];
    for (const { id, version } of taken) {
      const held = this.#held.get(id);
      if (held !== undefined && held >= version) this.#complain(`took ${id} v${version} on top of v${held}`);
      this.#held.set(id, version);
    }
    for (const entry of entries) this.#exact(position, entry.id, entry);
    if (story !== undefined) this.#exact(position, HEADER_ID, story);
    if (cause !== 'reset' && from !== undefined) this.#nothingSkipped(from, position);
  }

  /** Each change on the way has come, in its form or a later one, or was superseded before it could. */
  #nothingSkipped(from: Position, to: Position): void {
    const changes = this.#journal.between(from, to);
    if (changes === undefined) {
      this.#complain(
        `went from ${textOf(from)} to ${textOf(to)}, which does not lead on from there, and did not start afresh`,
      );
      return;
    }
    for (const change of changes) {
      const { objectId, version, seq } = change;
      if ((this.#held.get(objectId) ?? 0) >= version || this.#isSuperseded(to, change)) continue;
      this.#complain(`went from ${textOf(from)} to ${textOf(to)} without ${objectId} v${version} of ${seq}`);
    }
  }

  #isSuperseded({ epoch }: Position, { objectId, seq }: StoredObject): boolean {
    for (const _later of this.#journal.later({ epoch, seq }, objectId)) return true;
    return false;
  }

  /**
   * What is shown is in the form that it had at the page's position, or in a later one that an older page brought. An
   * earlier one may stand where the one of that moment was superseded: that is never sent, and its successor will be.
   */
  #page({ entries }: LiveStory<Story, PublicEntry>, position: Position): void {
    for (const entry of entries) {
      const then = this.#journal.at(position, entry.id);
      if (then === undefined || entry.version >= then.version) continue;
      if (!this.#isSuperseded(position, then)) {
        this.#complain(`shows ${entry.id} v${entry.version} at ${textOf(position)}, where it was at v${then.version}`);
      }
    }
  }

  #logPage({ story, entries, hasOlder }: LiveStory<Story, PublicEntry>, position: Position): void {
    const forms = this.#forms({ entries, ...(story === undefined ? {} : { story }) });
    this.#log.seen.push({ kind: 'page', whole: !hasOlder, at: this.#history.now(), position, forms });
  }

  #forms({ story, entries }: Pick<Update<Story, PublicEntry>, 'story' | 'entries'>): readonly Form[] {
    const forms = entries.map((entry) => formOfEntry(this.#history, entry));
    return story === undefined ? forms : [formOfStory(this.#history, story), ...forms];
  }
}

function textOf(position: Position | undefined): string {
  return position === undefined ? 'nowhere' : `${position.epoch}:${position.seq}`;
}
