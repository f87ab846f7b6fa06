import { onTestFinished } from 'vitest';

/** One question and its answer. Times are those of `performance.now()`. */
interface Probed {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
}

/** Asks again and again, whether the last question was answered or not, as a load balancer does. */
export interface Probe {
  readonly answers: readonly Probed[];
  /** Resolves with the first answer of this status to a question asked after a moment. */
  next(status: number, askedAfter: number, withinMs?: number): Promise<Probed>;
}

/** Probes for one test. A question that is not answered within 10 s is given up. */
export function probe(what: string, everyMs: number, ask: (signal: AbortSignal) => Promise<Response>): Probe {
  const answers: Probed[] = [];
  const watchers = new Set<() => void>();
  const once = async (): Promise<void> => {
    const askedAt = performance.now();
    const status = await ask(AbortSignal.timeout(10_000)).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    answers.push({ askedAt, answeredAt: performance.now(), status });
    for (const watcher of watchers) watcher();
  };
  const asking = setInterval(() => void once(), everyMs);
  onTestFinished(() => clearInterval(asking));

  return {
    answers,
    next: (status, askedAfter, withinMs = 20_000) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = answers.find((one) => one.status === status && one.askedAt >= askedAfter);
          if (found === undefined) return;
          clearTimeout(late);
          watchers.delete(look);
          resolve(found);
        };
        const late = setTimeout(() => {
          watchers.delete(look);
          const last = answers.slice(-5).map((one) => one.status);
          reject(new Error(`waited ${withinMs} ms for ${what} to answer ${status} (last: ${last.join(', ')})`));
        }, withinMs);
        watchers.add(look);
        look();
      }),
  };
}
