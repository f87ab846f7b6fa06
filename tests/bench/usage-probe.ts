import { setTimeout as delay } from 'node:timers/promises';

/** What the benchmark asks of a server under measurement, over the IPC channel of its process. */
export type ProbeQuestion = { readonly ask: 'usage' } | { readonly ask: 'settle' };

/** What the process has used since its start; `rss` in bytes, the others in microseconds of CPU. */
export interface Usage {
  readonly user: number;
  readonly kernel: number;
  readonly rss: number;
}

/** Where a server under measurement listens, and what opens its doors (absent: nothing needed). */
export interface Ready {
  readonly port: number;
  readonly key?: string;
}

export type ProbeAnswer = { readonly usage: Usage } | { readonly ready: Ready };

/**
 * Runs in every server under measurement, so that both are asked the same way: the process reads its own counters
 * (finer than the clock ticks of `/proc`) and collects its own garbage before memory is compared. Ends the process
 * when the benchmark has gone.
 */
export function answerProbe(ready: Ready): void {
  const answer = (message: ProbeAnswer): void => {
    process.send?.(message);
  };
  process.on('message', (question: ProbeQuestion) => {
    if (question.ask === 'usage') answer({ usage: usage() });
    else void settle().then(() => answer({ usage: usage() }));
  });
  process.on('disconnect', () => process.exit(0));
  answer({ ready });
}

function usage(): Usage {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return { user: userCPUTime, kernel: systemCPUTime, rss: process.memoryUsage.rss() };
}

/** Collects garbage until there is none left that timers or finalizers held back. */
async function settle(): Promise<void> {
  for (let pass = 0; pass < 4; pass += 1) {
    globalThis.gc?.();
    await delay(150);
  }
}
