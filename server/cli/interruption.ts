import { once } from 'node:events';

/** Thrown out of work that Ctrl-C or SIGTERM ended. The exit code follows the shell's habit: 128 + signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('Stopped.');
    this.exitCode = EXIT_CODES[signal];
  }
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The wish to stop: aborted by the first Ctrl-C or SIGTERM, with an `Interrupted` as its reason. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Resolves when the wish was made. */
  readonly wished: Promise<void>;
}

/**
 * Milliseconds within which signals are one wish: npm, `timeout` and their like pass on a Ctrl-C that the terminal
 * has sent to us as well, and nobody's patience ends sooner.
 */
const ONE_WISH = 1_000;

/**
 * Listens for Ctrl-C and SIGTERM. The first one asks the command to stop cleanly; another one, a moment later, ends
 * the process at once, for whoever will not wait.
 */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  let wishedAt = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        wishedAt = performance.now();
        controller.abort(new Interrupted(name));
      } else if (performance.now() - wishedAt > ONE_WISH) {
        process.exit(EXIT_CODES[name]);
      }
    });
  }
  return { signal: controller.signal, wished: once(controller.signal, 'abort').then(() => undefined) };
}
