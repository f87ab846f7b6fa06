import { LiveError } from '../live-error.js';
import type { ChangeKind } from '../protocol/change.js';
import type { Position } from '../protocol/position.js';
import type { TransportName } from '../transport/transport.js';
import { Emitter } from './emitter.js';
import { Follower, type FollowerParts } from './follower.js';
import { readCatchUp } from './guards.js';
import type { InitialSnapshot, LiveSnapshot, LiveStatus, LiveStory, StoryEvents, Update } from './live-story.js';
import type { Asker, OlderEntries } from './older-entries.js';
import type { Resume } from './resume-storage.js';
import {
  EMPTY_TIMELINE,
  type Outcome,
  type Step,
  standingOf,
  type Timeline,
  type TimelineEntry,
  type TimelineRules,
  type TimelineStory,
  takeCatchUp,
  takeChange,
  trim,
} from './timeline.js';

/** What is read of an entry of either edition. */
export interface FollowedEntry extends TimelineEntry {
  readonly status: string;
  readonly breaking?: boolean;
  readonly notice?: unknown;
  readonly workflow?: string;
}

export interface StoryParts<S extends TimelineStory, E extends TimelineEntry> extends FollowerParts {
  /** Loads what asks for entries that are not held. Rejects with `LiveError`. */
  readonly older: () => Promise<OlderEntries<S, E>>;
  readonly rules: TimelineRules<E>;
  readonly initial: InitialSnapshot<S, E> | undefined;
  /** Loads what keeps the story for the next time; absent where nothing is to survive a reload. */
  readonly resume: ((onFailure: (cause: unknown) => void) => Promise<Resume<S, E>>) | undefined;
  /** Called once, when it stopped following. */
  readonly onEnd: () => void;
}

/** Holds a timeline, has a follower feed it, and tells everyone what happened. */
export class FollowedStory<S extends TimelineStory, E extends FollowedEntry> implements LiveStory<S, E> {
  readonly #parts: StoryParts<S, E>;
  readonly #events = new Emitter<StoryEvents<S, E> & { readonly snapshot: undefined }>();
  #resume: Resume<S, E> | undefined;
  #timeline: Timeline<S, E> = EMPTY_TIMELINE;
  #status: LiveStatus = 'connecting';
  #snapshot: LiveSnapshot<S, E>;
  #follower: Follower<S, E> | undefined;
  #loading: Promise<void> | undefined;
  readonly #asker: Asker<S, E> = {
    timeline: () => this.#timeline,
    hasEnded: () => this.#ended,
    catchUp: () => this.check(),
  };
  /** Closed, or refused for good. */
  #ended = false;

  constructor(parts: StoryParts<S, E>) {
    this.#parts = parts;
    const { initial } = parts;
    const handed = initial && readCatchUp<S, E>({ ...initial, reset: true })?.answer;
    if (handed !== undefined) {
      this.#timeline = takeCatchUp(this.#timeline, handed, undefined, parts.rules).timeline;
    }
    this.#snapshot = this.#look();
    // Not before the caller had its chance to listen.
    queueMicrotask(() => void this.#start(initial !== undefined && handed === undefined));
  }

  get slug(): string {
    return this.#parts.target.slug;
  }

  get story(): S | undefined {
    return this.#timeline.story;
  }

  get entries(): readonly E[] {
    return this.#timeline.entries;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  get position(): Position | undefined {
    return this.#timeline.position;
  }

  get hasOlder(): boolean {
    return this.#timeline.older !== undefined && this.#parts.rules.paged;
  }

  get transport(): TransportName | undefined {
    return this.#follower?.transport;
  }

  on<Name extends keyof StoryEvents<S, E>>(
    name: Name,
    listener: (payload: StoryEvents<S, E>[Name]) => void,
  ): () => void {
    return this.#events.on<keyof StoryEvents<S, E>>(name, listener as (payload: unknown) => void);
  }

  // Bound, as UI frameworks call these two without their object.
  readonly subscribe = (listener: () => void): (() => void) => this.#events.on('snapshot', listener);
  readonly getSnapshot = (): LiveSnapshot<S, E> => this.#snapshot;

  loadOlder(): Promise<void> {
    this.#loading ??= this.#loadOlder().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async load(id: string): Promise<E | undefined> {
    const held = this.#find(id);
    if (held !== undefined || !this.#parts.rules.paged) return held;
    // Without a position nobody could tell whether an answer is older than what is about to be known.
    await this.#begun();
    if (this.#ended) return this.#find(id);
    const found = await (await this.#parts.older()).one(id, this.#asker);
    const come = this.#find(id);
    return come !== undefined && come.version >= (found?.version ?? 0) ? come : found;
  }

  trim(most: number): void {
    if (!Number.isSafeInteger(most) || most < 1) throw new TypeError(`Not a number of entries: ${most}`);
    const timeline = this.#parts.rules.paged ? trim(this.#timeline, most) : this.#timeline;
    if (timeline === this.#timeline || timeline.position === undefined) return;
    this.#timeline = timeline;
    this.#resume?.keep(timeline);
    this.#refresh();
    this.#events.emit('change', { cause: 'trim', position: timeline.position, entries: [] });
    this.#events.emit('snapshot', undefined);
  }

  close(): void {
    if (this.#status === 'closed') return;
    this.#end('closed');
    this.#events.clear();
  }

  /** The device may have slept: see `Follower.check`. */
  check(): void {
    this.#follower?.check();
  }

  async #start(badInitial: boolean): Promise<void> {
    if (badInitial) this.#fail(new LiveError('malformed', '`initial` is not of the form it should be.'));
    if (this.#parts.resume !== undefined) await this.#openResume(this.#parts.resume);
    if (this.#ended) return;
    const { rules } = this.#parts;
    this.#follower = new Follower<S, E>(this.#parts, {
      position: () => this.#timeline.position,
      standing: () => standingOf(this.#timeline),
      takeChange: (change) => this.#take(takeChange(this.#timeline, change, rules), 'live', change.kind),
      takeCatchUp: (answer, since) =>
        this.#take(takeCatchUp(this.#timeline, answer, since, rules), answer.reset ? 'reset' : 'catch-up'),
      setStatus: (status) => this.#setStatus(status),
      refuse: (isFinal) => this.#refuse(isFinal),
      fail: (error) => this.#fail(error),
    });
  }

  /** Goes on from where the last page was, unless this one came with something to show. */
  async #openResume(load: NonNullable<StoryParts<S, E>['resume']>): Promise<void> {
    const failed = (cause: unknown) => this.#fail(new LiveError('storage_failed', 'The storage failed.', { cause }));
    try {
      this.#resume = await load(failed);
    } catch (cause) {
      failed(cause);
      return;
    }
    if (this.#timeline.position !== undefined) {
      this.#resume.begin(this.#timeline);
      return;
    }
    const kept = await this.#resume.read();
    if (kept === undefined || this.#ended) return;
    this.#take(takeCatchUp(this.#timeline, kept, undefined, this.#parts.rules), 'reset');
  }

  #take(step: Step<S, E>, cause: Update<S, E>['cause'], kind?: ChangeKind): Outcome {
    const { timeline, outcome, story, entries } = step;
    if (outcome !== 'taken' || timeline.position === undefined) return outcome;
    this.#timeline = timeline;
    if (cause === 'reset') this.#resume?.begin(timeline);
    else this.#resume?.keep(timeline);
    // A text that was withdrawn is not to outlast in the storage a page that is closed right now.
    if (entries.some(({ entry }) => entry.status !== 'usable')) this.#resume?.flush();
    const changed = this.#refresh();
    const update: Update<S, E> = {
      cause,
      position: timeline.position,
      ...(kind === undefined ? {} : { kind }),
      ...(story === undefined ? {} : { story }),
      entries: entries.map(({ entry }) => entry),
    };
    if (cause === 'reset') this.#events.emit('reset', update);
    else {
      for (const { entry, previous, inWindow } of entries) {
        this.#events.emit('entry', {
          entry,
          ...(previous === undefined ? {} : { previous }),
          ...(kind === undefined ? {} : { kind }),
        });
        if (inWindow && isNewlyBreaking(entry, previous)) this.#events.emit('breaking', entry);
      }
    }
    this.#events.emit('change', update);
    if (changed) this.#events.emit('snapshot', undefined);
    return outcome;
  }

  async #loadOlder(): Promise<void> {
    if (!this.hasOlder || this.#ended) return;
    const page = await (await this.#parts.older()).page(this.#asker);
    const position = page?.timeline.position;
    if (page === undefined || position === undefined) return;
    this.#timeline = page.timeline;
    const changed = this.#refresh();
    this.#events.emit('change', { cause: 'older', position, entries: page.entries });
    if (changed) this.#events.emit('snapshot', undefined);
  }

  #find(id: string): E | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Resolves when there is a first snapshot, or no more to be waited for. */
  #begun(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.position === undefined && !this.#ended) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  #setStatus(status: LiveStatus): void {
    if (this.#ended || status === this.#status) return;
    this.#status = status;
    this.#refresh();
    this.#events.emit('status', status);
    this.#events.emit('snapshot', undefined);
  }

  #refuse(isFinal: boolean): void {
    if (this.#ended) return;
    this.#resume?.forget();
    if (isFinal) this.#end('refused');
    else this.#setStatus('refused');
  }

  #end(status: 'closed' | 'refused'): void {
    const first = !this.#ended;
    this.#ended = true;
    this.#follower?.close();
    this.#resume?.flush();
    this.#status = status;
    this.#refresh();
    this.#events.emit('status', status);
    this.#events.emit('snapshot', undefined);
    if (first) this.#parts.onEnd();
  }

  #fail(error: LiveError): void {
    this.#events.emit('error', error);
  }

  /** Whether what is seen changed. */
  #refresh(): boolean {
    const { story, entries, status, hasOlder } = this.#snapshot;
    if (story === this.story && entries === this.entries && status === this.#status && hasOlder === this.hasOlder) {
      return false;
    }
    this.#snapshot = this.#look();
    return true;
  }

  #look(): LiveSnapshot<S, E> {
    return { story: this.story, entries: this.entries, status: this.#status, hasOlder: this.hasOlder };
  }
}

/** An entry that comes back after it was withheld was alerted of before. */
function isNewlyBreaking(entry: FollowedEntry, previous: FollowedEntry | undefined): boolean {
  return isAlert(entry) && (previous === undefined || (previous.status === 'usable' && !isAlert(previous)));
}

function isAlert({ status, breaking, workflow = 'published' }: FollowedEntry): boolean {
  return status === 'usable' && breaking === true && workflow === 'published';
}
