import { LiveError } from '../live-error.js';

/** Events by name, each with the type of its payload. */
type EventMap = { readonly error: LiveError };

type Listener<Payload> = (payload: Payload) => void;

/** Calls listeners in the order in which they came. What one of them throws reaches neither us nor the others. */
export class Emitter<Events extends EventMap> {
  /** Of no prototype: pages may have given every object something of an event's name. */
  readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = Object.create(null);

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    // Each subscription is one of its own, so that the same function given twice is called and removed twice.
    const own: Listener<Events[Name]> = (payload) => listener(payload);
    const listeners = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const listeners = this.#listeners[name];
    // A copy: listeners come and go while they are called.
    for (const listener of listeners === undefined ? [] : [...listeners]) {
      if (!listeners?.has(listener)) continue;
      try {
        listener(payload);
      } catch (cause) {
        this.#report(name, cause);
      }
    }
  }

  /** Nobody is called any more. */
  clear(): void {
    for (const name of Object.keys(this.#listeners) as (keyof Events)[]) this.#listeners[name]?.clear();
  }

  #report(name: keyof Events, cause: unknown): void {
    // A defect of the page that nobody listens for must still be found; and an error listener that throws is not
    // told of itself.
    if (name === 'error' || !this.#listeners.error?.size) {
      console.error(`A listener of "${String(name)}" threw:`, cause);
      return;
    }
    this.emit('error', new LiveError('listener_failed', `A listener of "${String(name)}" threw.`, { cause }));
  }
}
