import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { ADMIN_KEY } from '../helpers/server.js';

/** A command that was answered: what was sent under its key, and what came. */
interface Done {
  readonly key: string;
  readonly headline: string;
  readonly answer: string;
}

/** A system that sends each command until it is answered, however long that takes, and then goes on to the next. */
export interface Clerk {
  readonly done: readonly Done[];
  /** Sends the newest of its answered commands again. Answers those that were not answered as the first time. */
  repeat(most: number): Promise<readonly string[]>;
  /** Lets the command under way come to its end, and stops. */
  stop(): Promise<void>;
}

const RETRY_MS = 50;
const ANSWER_MS = 4_000;

/** Publishes to a story for one test; every third entry is breaking news. */
export function startClerk(url: string, slug: string, name: string): Clerk {
  const done: Done[] = [];
  let stopped = false;

  async function send(key: string, headline: string, breaking: boolean) {
    const response = await fetch(`${url}/v1/stories/${slug}/entries`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ headline, breaking }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { status, headers } = response;
    return { answer: `${status} ${await response.text()}`, status, replayed: headers.has('idempotency-replayed') };
  }

  async function work(): Promise<void> {
    for (let number = 1; !stopped; number += 1) {
      const key = randomUUID();
      const headline = `${name} ${number}`;
      while (!stopped) {
        const sent = await send(key, headline, number % 3 === 0).catch(() => undefined);
        if (sent === undefined || sent.status === 503) {
          await delay(RETRY_MS);
          continue;
        }
        if (sent.status !== 201) throw new Error(`${headline} was answered with ${sent.answer}`);
        done.push({ key, headline, answer: sent.answer });
        break;
      }
    }
  }

  const working = work();
  // Told when it is stopped: until then it is nobody's.
  working.catch(() => undefined);
  const clerk: Clerk = {
    done,
    async repeat(most) {
      const wrong: string[] = [];
      for (const { key, headline, answer } of done.slice(-most)) {
        const again = await send(key, headline, Number(headline.split(' ').at(-1)) % 3 === 0);
        if (again.answer !== answer) wrong.push(`${headline}: first ${answer}, then ${again.answer}`);
        else if (!again.replayed) wrong.push(`${headline}: answered as if it were new`);
      }
      return wrong;
    },
    async stop() {
      stopped = true;
      await working;
    },
  };
  onTestFinished(() => clerk.stop());
  return clerk;
}
