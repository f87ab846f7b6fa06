import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

interface Timer {
  due: number;
  /** Of those due at one moment, the one that was set first is first. */
  order: number;
  readonly ms: number;
  readonly repeats: boolean;
  readonly call: () => void;
}

/** What `setTimeout` answers in Node, as far as anyone here uses it. */
class Handle {
  readonly timer: Timer;
  readonly #refresh: () => void;

  constructor(timer: Timer, refresh: () => void) {
    this.timer = timer;
    this.#refresh = refresh;
  }

  refresh(): this {
    this.#refresh();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * A clock that stands still until it is moved, under everything that asks for the time or sets a timer: the global
 * functions, `node:timers` and its promises, `Date` and `performance.now`. `setImmediate`, `process.nextTick` and
 * promises are left as they are, so that what has begun at a moment can run to its end at that moment; see `quiet`.
 *
 * vitest's own clock leaves modules of Node alone, and cannot tell when its next timer is due.
 */
export class VirtualTime {
  readonly #timers = new Set<Timer>();
  #now: number;
  #order = 0;

  /** @param start ms since 1970. */
  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due; `undefined` when none is set. */
  get next(): number | undefined {
    return this.#earliest()?.due;
  }

  /** Goes to the moment of the next timer and calls it. */
  fire(): void {
    const timer = this.#earliest();
    if (timer === undefined) return;
    this.#now = Math.max(this.#now, timer.due);
    if (timer.repeats) this.#set(timer);
    else this.#timers.delete(timer);
    timer.call();
  }

  /** Goes on to a moment before the next timer. */
  moveTo(moment: number): void {
    this.#now = Math.max(this.#now, moment);
  }

  /** Takes the place of the machine's clock. Answers what gives it back. */
  install(): () => void {
    const time = this;
    const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date, delay: timersPromises.setTimeout };
    class VirtualDate extends real.Date {
      constructor(...parts: [] | [value: string | number | Date]) {
        if (parts.length === 0) super(time.now);
        else super(parts[0]);
      }
      static override now(): number {
        return time.now;
      }
    }
    const clear = (handle: unknown): void => {
      if (handle instanceof Handle) this.#timers.delete(handle.timer);
    };
    const add = (call: () => void, ms: number | undefined, repeats = false): Handle => {
      // As Node does: whole milliseconds, and at least one.
      const timer = { due: 0, order: 0, ms: Math.max(1, Math.trunc(ms ?? 0) || 0), repeats, call };
      this.#set(timer);
      return new Handle(timer, () => this.#set(timer));
    };
    type Call = (...given: unknown[]) => void;
    const virtual = {
      setTimeout: (call: Call, ms?: number, ...given: unknown[]) => add(() => call(...given), ms),
      setInterval: (call: Call, ms?: number, ...given: unknown[]) => add(() => call(...given), ms, true),
      clearTimeout: clear,
      clearInterval: clear,
    };
    Object.assign(globalThis, virtual, { Date: VirtualDate });
    Object.assign(timers, virtual);
    performance.now = () => time.now;
    Object.assign(timersPromises, {
      setTimeout: (ms?: number, value?: unknown) => new Promise((resolve) => add(() => resolve(value), ms)),
    });
    syncBuiltinESMExports();
    return () => {
      const { delay, Date: date, ...functions } = real;
      Object.assign(globalThis, functions, { Date: date });
      Object.assign(timers, functions);
      Reflect.deleteProperty(performance, 'now');
      Object.assign(timersPromises, { setTimeout: delay });
      syncBuiltinESMExports();
    };
  }

  #set(timer: Timer): void {
    this.#order += 1;
    timer.order = this.#order;
    timer.due = this.#now + timer.ms;
    this.#timers.add(timer);
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

const immediately = setImmediate;

/** Resolves when all that could run without waiting for time or for someone has run. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => immediately(resolve));
}
