import { Failure } from '../../../server/errors.js';
import type {
  Announcement,
  AnnouncementListener,
  Commit,
  OutboxListener,
  Receipt,
  StoryStore,
  Unsubscribe,
} from '../../../server/store/story-store.js';
import type { Turns } from './turns.js';

/**
 * - `there`: questions are answered, each when its turn comes.
 * - `away`: nothing gets through.
 * - `mute`: what is asked takes effect, and the answer is lost.
 */
export type StoreMode = 'there' | 'away' | 'mute';

/** What becomes of announcements on their way to an instance. */
export type Bell = 'rings' | 'lost' | 'twice';

/** Milliseconds in which the store has to answer, as for the store on Redis. What comes later may still take effect. */
const ANSWER_WITHIN = 2_000;

const NEVER = new Promise<never>(() => undefined);

/** Told of each commit at the moment it takes effect, and of each epoch that was asked to be renewed. */
export interface StoreWitness {
  committed(commit: Commit, receipt: Receipt): void;
  renewed(stream: string): void;
}

/**
 * One instance's way to the store. A question and its answer each wait for a turn, and so does each announcement:
 * what is asked first need not take effect first, and what took effect first need not be heard of first.
 */
export class StoreLink {
  mode: StoreMode = 'there';
  bell: Bell = 'rings';
  readonly store: StoryStore;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  readonly #name: string;
  readonly #turns: Turns;
  readonly #outboxListeners = new Set<{ readonly hear: OutboxListener }>();
  readonly #subscriptions = new Set<Unsubscribe>();
  #severed = false;
  #sever = (): void => {};

  constructor(name: string, base: StoryStore, turns: Turns, witness: StoreWitness) {
    this.#name = name;
    this.gone = new Promise((resolve) => {
      this.#sever = resolve;
    });
    this.#turns = turns;
    const ask = <T>(what: string, effect: () => Promise<T>) => this.#ask(what, effect);
    this.store = {
      commit: async (commit) => {
        const receipt = await ask('commit', async () => {
          const done = await base.commit(commit);
          if (!done.replayed) witness.committed(commit, done);
          return done;
        });
        const { outbox = [] } = commit;
        if (!receipt.replayed && outbox.length > 0) for (const { hear } of this.#outboxListeners) hear(outbox);
        return receipt;
      },
      receipt: (...asked) => ask('receipt', () => base.receipt(...asked)),
      head: (...asked) => ask('head', () => base.head(...asked)),
      object: (...asked) => ask('object', () => base.object(...asked)),
      page: (...asked) => ask('page', () => base.page(...asked)),
      changesSince: (...asked) => ask('changes', () => base.changesSince(...asked)),
      revisions: (...asked) => ask('revisions', () => base.revisions(...asked)),
      streams: (...asked) => ask('streams', () => base.streams(...asked)),
      onCommitted: (stream, edition, listener) =>
        this.#subscribe(listener, (hear) => base.onCommitted(stream, edition, hear)),
      outbox: (...asked) => ask('outbox', () => base.outbox(...asked)),
      outboxDone: (...asked) => ask('outbox done', () => base.outboxDone(...asked)),
      onOutbox: (hear) => {
        const listener = { hear };
        this.#outboxListeners.add(listener);
        return () => this.#outboxListeners.delete(listener);
      },
      renewEpoch: (stream, stale) =>
        ask('renewal', async () => {
          const epoch = await base.renewEpoch(stream, stale);
          witness.renewed(stream);
          return epoch;
        }),
      dump: () => base.dump(),
      restore: (records) => base.restore(records),
      now: () => base.now(),
      check: () => ask('check', () => base.check()),
      close: async () => this.sever(),
    };
  }

  /** Subscriptions in force. */
  get listening(): number {
    return this.#subscriptions.size;
  }

  /** The process is gone: what it asked may still take effect, and nothing comes back to it. */
  sever(): void {
    this.#severed = true;
    this.#sever();
    for (const stop of [...this.#subscriptions]) stop();
  }

  async #ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        if (!this.#severed) reject(new Failure('store_unavailable', `No answer to ${what} in time.`));
      }, ANSWER_WITHIN);
    });
    try {
      return await Promise.race([this.#round(what, effect), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #round<T>(what: string, effect: () => Promise<T>): Promise<T> {
    await this.#turns.take(`${this.#name} asks: ${what}`);
    const { mode } = this;
    if (mode === 'away') throw new Failure('store_unavailable');
    const outcome = await effect().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    await this.#turn(`${this.#name} is answered: ${what}`);
    if (mode === 'mute') throw new Failure('store_unavailable');
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  }

  async #turn(what: string): Promise<void> {
    await this.#turns.take(what);
    if (this.#severed) await NEVER;
  }

  /** In force from the moment at which the store takes it, whenever this instance hears of that. */
  async #subscribe(
    listener: AnnouncementListener,
    subscribe: (hear: AnnouncementListener) => Promise<Unsubscribe>,
  ): Promise<Unsubscribe> {
    let stopped = false;
    let unsubscribe: Unsubscribe = () => undefined;
    const stop = (): void => {
      stopped = true;
      this.#subscriptions.delete(stop);
      unsubscribe();
    };
    const hear = (announcement: Announcement): void => {
      const times = this.bell === 'lost' ? 0 : this.bell === 'twice' ? 2 : 1;
      for (let time = 0; time < times; time += 1) {
        void this.#turn(`${this.#name} hears of ${announcement.changes.map(({ seq }) => seq).join(', ')}`).then(() => {
          if (!stopped) listener(announcement);
        });
      }
    };
    try {
      await this.#ask('subscription', async () => {
        if (stopped || this.#severed) return;
        this.#subscriptions.add(stop);
        unsubscribe = await subscribe(hear);
      });
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }
}
