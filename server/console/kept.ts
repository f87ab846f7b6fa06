/**
 * What one member's browser keeps: written at once, there after a crash and a reload, and seen by all tabs. Each member
 * has their own, since a newsroom shares machines.
 */
export class Kept {
  readonly #prefix: string;

  constructor(memberId: string) {
    this.#prefix = `slugline-desk:1:${memberId}:`;
  }

  /** `undefined` where nothing is kept under the name, or nothing that can be read. */
  read<Value>(name: string): Value | undefined {
    try {
      const text = localStorage.getItem(this.#prefix + name);
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** Whether it is kept now: a browser may be full, or keep nothing at all. */
  write(name: string, value: unknown): boolean {
    try {
      localStorage.setItem(this.#prefix + name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    try {
      localStorage.removeItem(this.#prefix + name);
    } catch {
      // Where nothing can be kept, nothing has to go.
    }
  }

  /** Names that begin so. */
  names(beginning: string): readonly string[] {
    const start = this.#prefix + beginning;
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(start))
        .map((key) => key.slice(this.#prefix.length));
    } catch {
      return [];
    }
  }

  /** Calls back when another tab changed something whose name begins so. */
  watch(beginning: string, listener: () => void): () => void {
    const hear = ({ key }: StorageEvent) => {
      if (key === null || key.startsWith(this.#prefix + beginning)) listener();
    };
    addEventListener('storage', hear);
    return () => removeEventListener('storage', hear);
  }
}
