import { LIMITS } from '@slugline/client/protocol';
import { type Api, ApiFailure } from './api.js';
import type { Command, Order } from './command.js';
import { Emitter } from './emitter.js';
import { uponAnswer } from './follow-up.js';
import { freshId } from './fresh-id.js';
import type { Kept } from './kept.js';

/** Commands that may wait: far more than are given in a tunnel, far less than a browser keeps. */
const MOST_WAITING = 200;
/** Milliseconds between two tries where the server is not to be reached: the first, and the longest. */
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 15_000;
/** Milliseconds after which the server may have forgotten that it did a command. */
const FORGOTTEN = (LIMITS.idempotencyHours - 1) * 3_600_000;

/** What keeps commands from being sent: nothing, the network, a server that asks to wait, or that nobody is signed in. */
export type Hindrance = 'none' | 'unreachable' | 'busy' | 'signed-out';

export interface Done {
  readonly command: Command;
  readonly answer: unknown;
  /** From the order to the server's word that it is durable. */
  readonly tookMs: number;
}

/**
 * What editors had done, kept in the browser before anything is sent and until the server has answered: through a dropped
 * connection, a reload and a crash. One after the other, in the order in which they were given. Tabs of the same member
 * share it; what two of them should send at once is done once, by its name.
 */
export class Outbox extends Emitter {
  hindrance: Hindrance = 'none';
  /** The command that is being sent by this tab. */
  sending: string | undefined;
  readonly #api: Api;
  readonly #kept: Kept;
  readonly #onDone = new Set<(done: Done) => void>();
  readonly #onRefused = new Set<(command: Command) => void>();
  readonly #ends: (() => void)[] = [];
  #commands: readonly Command[] = [];
  #running = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(api: Api, kept: Kept) {
    super();
    this.#api = api;
    this.#kept = kept;
    const hurry = () => this.hurry();
    addEventListener('online', hurry);
    this.#ends.push(() => removeEventListener('online', hurry));
    this.#ends.push(
      kept.watch('command:', () => {
        this.#load();
        void this.#run();
      }),
    );
    this.#load();
    void this.#run();
  }

  /** Oldest first. */
  get commands(): readonly Command[] {
    return this.#commands;
  }

  get waiting(): readonly Command[] {
    return this.#commands.filter(({ refusal }) => refusal === undefined);
  }

  /** `undefined` where it could not be kept: then nothing was done, and what was written is still to be held by the caller. */
  add(order: Order): Command | undefined {
    if (this.waiting.length >= MOST_WAITING) return undefined;
    const at = Math.max(Date.now(), (this.#commands.at(-1)?.at ?? 0) + 1);
    const command: Command = { id: freshId(), tried: false, ...order, at };
    if (!this.#keep(command)) return undefined;
    this.#load();
    void this.#run();
    return command;
  }

  /**
   * Takes back what was not sent yet, or was refused, with what was to come after it. Whether it was: what may have
   * reached the server cannot be.
   */
  takeBack(id: string): boolean {
    const command = this.#commands.find((one) => one.id === id);
    if (command === undefined || (command.tried && command.refusal === undefined) || this.sending === id) return false;
    this.#forgetAfter(id);
    this.#forget(id);
    return true;
  }

  /** Tries now what waits. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#run();
  }

  onDone(listener: (done: Done) => void): () => void {
    this.#onDone.add(listener);
    return () => this.#onDone.delete(listener);
  }

  onRefused(listener: (command: Command) => void): () => void {
    this.#onRefused.add(listener);
    return () => this.#onRefused.delete(listener);
  }

  /** What waits stays kept, for whoever opens it next. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#timer !== undefined || this.#closed) return;
    this.#running = true;
    try {
      for (let next = this.waiting[0]; next !== undefined && !this.#closed; next = this.waiting[0]) {
        const { id } = next;
        const goOn = await alone(id, () => this.#send(id));
        if (!goOn) return;
      }
      this.#hinder('none');
    } finally {
      this.#running = false;
    }
  }

  /** Whether the next one may be sent. */
  async #send(id: string): Promise<boolean> {
    // Another tab may have sent it while this one waited for its turn.
    this.#load();
    const command = this.waiting.find((one) => one.id === id);
    if (command === undefined) return true;
    if (command.tried && Date.now() - command.at > FORGOTTEN) {
      this.#refuse(
        command,
        'not_known',
        'This has waited for a day. Look whether it is there, then give it once more.',
      );
      return true;
    }
    this.#keep({ ...command, tried: true });
    this.sending = id;
    this.emit();
    try {
      const answer = await this.#api.call({
        method: command.method,
        path: command.path,
        body: command.body,
        headers: {
          'idempotency-key': command.id,
          ...(command.ifMatch === undefined ? {} : { 'if-match': `"${command.ifMatch}"` }),
        },
      });
      this.sending = undefined;
      this.#failures = 0;
      this.#passOn(id, answer);
      this.#forget(id);
      this.#hinder('none');
      for (const listener of this.#onDone) listener({ command, answer, tookMs: Date.now() - command.at });
      return true;
    } catch (error) {
      this.sending = undefined;
      return this.#failed({ ...command, tried: true }, error);
    }
  }

  #failed(command: Command, error: unknown): boolean {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.status === 401) {
      this.#hinder('signed-out');
      return false;
    }
    // Some refusals pass by themselves in an hour, such as an embargo: those are the editor's to know of now.
    if (!error.retryable || error.status === 409) {
      this.#refuse(command, error.code, error.message);
      return true;
    }
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures = Math.min(this.#failures + 1, 10);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hurry(), error.retryAfterMs ?? delay);
    this.#hinder(error.code === 'unreachable' ? 'unreachable' : 'busy');
    return false;
  }

  #passOn(id: string, answer: unknown): void {
    for (const next of this.#after(id)) {
      const upon = uponAnswer(next, answer);
      if (this.#keep(upon)) continue;
      // A full browser has room once the former is gone.
      this.#kept.remove(`command:${id}`);
      this.#keep(upon);
    }
  }

  #refuse(command: Command, code: string, text: string): void {
    const refused = { ...command, refusal: { code, text } };
    this.#keep(refused);
    // What was to come after it was given by who counted on it.
    this.#forgetAfter(command.id);
    this.#load();
    for (const listener of this.#onRefused) listener(refused);
  }

  #hinder(hindrance: Hindrance): void {
    this.hindrance = hindrance;
    this.emit();
  }

  #keep(command: Command): boolean {
    return this.#kept.write(`command:${command.id}`, command);
  }

  #after(id: string): readonly Command[] {
    return this.#commands.filter(({ after }) => after === id);
  }

  #forgetAfter(id: string): void {
    for (const next of this.#after(id)) {
      this.#kept.remove(`command:${next.id}`);
      this.#forgetAfter(next.id);
    }
  }

  #forget(id: string): void {
    this.#kept.remove(`command:${id}`);
    this.#load();
  }

  #load(): void {
    this.#commands = this.#kept
      .names('command:')
      .flatMap((name) => this.#kept.read<Command>(name) ?? [])
      .sort((a, b) => a.at - b.at);
    this.emit();
  }
}

/** One tab at a time, where the browser can tell them so. Where it cannot, the server still does each command once. */
async function alone<Result>(id: string, run: () => Promise<Result>): Promise<Result> {
  const { locks }: { locks?: LockManager } = navigator;
  return locks === undefined ? run() : locks.request(`slugline-desk:${id}`, run);
}
