import { setImmediate as turn } from 'node:timers/promises';
import type { Deliver, Delivery } from './deliver.js';
import type { Follower } from './followers.js';
import type { Outcome } from './push-request.js';
import { type Pauses, waitAfter } from './retries.js';

/** Messages of a page that are on their way at a time. */
const AT_A_TIME = 50;
/** Milliseconds after which no further message of a page is begun: the rest is put off, so that a lease is kept. */
const BEGIN_WITHIN_MS = 10_000;

export interface PageOutcome {
  readonly sent: number;
  readonly refused: number;
  /** HTTP statuses of refusals; 0: not sent, since the endpoint or its key is none of ours. */
  readonly refusals: ReadonlySet<number>;
  readonly gone: readonly Follower[];
  /** Followers to be asked again, by their push service, and milliseconds until then. */
  readonly later: readonly PutOff[];
}

interface PutOff {
  readonly followers: readonly Follower[];
  readonly afterMs: number;
  /** Whether their push service was asked; else it is left alone for a while. */
  readonly wasAsked: boolean;
}

export interface PageParts {
  readonly deliver: Deliver;
  readonly pauses: Pauses;
  /** How many times these followers were asked before. */
  readonly tries: number;
}

/** Sends one message to followers, each once, and tells what became of each. Takes at most some twenty seconds. */
export async function deliverPage(
  followers: readonly Follower[],
  delivery: Delivery,
  { deliver, pauses, tries }: PageParts,
): Promise<PageOutcome> {
  const began = performance.now();
  const outcomes = new Map<Follower, Outcome>();
  const paused = new Set<string>();
  const waiting = followers.values();
  async function work(): Promise<void> {
    for (const follower of waiting) {
      const pause = pauses.left(serviceOf(follower));
      if (pause > 0) {
        paused.add(serviceOf(follower));
        outcomes.set(follower, { kind: 'later', afterMs: pause });
      } else if (performance.now() - began > BEGIN_WITHIN_MS) outcomes.set(follower, { kind: 'later' });
      else {
        // Encrypting takes its time: readers who wait for changes come in between.
        await turn();
        outcomes.set(follower, await deliver(follower, delivery));
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const of = (kind: Outcome['kind']) => followers.filter((follower) => outcomes.get(follower)?.kind === kind);
  const refusals = [...outcomes.values()].flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.status] : []));
  const taken = of('taken');
  return {
    sent: taken.length,
    refused: refusals.length,
    refusals: new Set(refusals),
    gone: of('gone'),
    later: putOff(of('later')),
  };

  function putOff(late: readonly Follower[]): readonly PutOff[] {
    const working = new Set(taken.map(serviceOf));
    return [...new Set(late.map(serviceOf))].map((service) => {
      const theirs = late.filter((follower) => serviceOf(follower) === service);
      const asked = theirs.map((follower) => {
        const outcome = outcomes.get(follower);
        return outcome?.kind === 'later' ? (outcome.afterMs ?? 0) : 0;
      });
      if (paused.has(service)) return { followers: theirs, afterMs: Math.max(...asked), wasAsked: false };
      const afterMs = waitAfter(tries + 1, Math.max(...asked));
      if (!working.has(service)) pauses.pause(service, afterMs);
      return { followers: theirs, afterMs, wasAsked: true };
    });
  }
}

/** An import may have brought what is no URL. */
function serviceOf({ endpoint }: Follower): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : '';
}
