import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntryReceipt, Problem, StoryReceipt } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import { ADMIN_KEY, createApi } from '../helpers/server.js';
import { type Command, HEADER, type History, type Outcome } from './checker/history.js';
import { formOfEntry, formOfStory } from './forms.js';
import { leanRequest } from './lean-request.js';
import { seeded } from './seeded.js';

export interface DeskOptions {
  readonly slug: string;
  readonly name: string;
  /** Instances to send to, in turn; asked before each try. */
  readonly urls: () => readonly string[];
  /** Milliseconds between the beginnings of two commands (default 20). One that takes longer delays the next. */
  readonly everyMs?: number;
  /** How often a command is sent, under one Idempotency-Key, before its outcome counts as unknown (default 3). */
  readonly tries?: number;
  /** Milliseconds to wait for the answer to a try (default 4,000), and after one that brought none (default 100). */
  readonly answerWithinMs?: number;
  readonly retryAfterMs?: number;
  /** What each entry that is published has beside its headline. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Only publish: nothing is edited, corrected, withdrawn or released (default false). */
  readonly onlyPublishes?: boolean;
  /** Chooses what is done; the same seed does the same (default 1). */
  readonly seed?: number;
}

/** Editors at work: one command after the other, each logged with what became of it. */
export interface Desk {
  /** Commands so far, by outcome. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Commands that were sent more than once. */
  readonly retried: number;
  /** `seq` of the newest change that was acknowledged here; 0 before the first. */
  readonly acknowledged: number;
  /** Publishes nothing until the promise that is given has settled. Resolves when no command is under way. */
  pauseUntil(until: Promise<unknown>): Promise<void>;
  /** Resolves when so many commands more have been acknowledged. */
  advance(count: number, withinMs?: number): Promise<void>;
  /** Lets the command under way come to its end, and stops. */
  stop(): Promise<void>;
}

/** An entry of this desk's own, as it was last acknowledged. */
interface Own {
  readonly id: string;
  readonly version: number;
  readonly status: 'usable' | 'withheld' | 'canceled';
}

interface Request {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the story. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly ifMatch?: number;
  readonly text?: string;
  readonly objectId?: string;
}

/** Share of acknowledged commands that are sent once more. */
const SENT_AGAIN = 0.08;
/** Entries that a desk goes on working on; older ones stay as they are. */
const OWN_MOST = 40;

/** Creates the story that the run is about, and logs it: a reader's first page shows its headline. */
export async function createStory(history: History, url: string, slug: string): Promise<void> {
  const text = `The story ${slug}`;
  const sentAt = history.now();
  const { status, body } = await createApi(url).request<StoryReceipt>('POST', '/v1/stories', {
    body: { slug, headline: text },
  });
  if (status !== 201) throw new Error(`the story was not created: ${status} ${JSON.stringify(body)}`);
  const done = { form: formOfStory(history, body.story), position: body.position };
  history.commands.push({
    by: 'the run',
    sentAt,
    answeredAt: history.now(),
    outcome: 'ok',
    objectId: HEADER,
    text,
    done,
  });
}

/** Works for one test, and stops with it. */
export function startDesk(history: History, options: DeskOptions): Desk {
  const desk = new WorkingDesk(history, options);
  onTestFinished(() => desk.stop());
  return desk;
}

class WorkingDesk implements Desk {
  readonly counts: Record<Outcome, number> = { ok: 0, failed: 0, unknown: 0 };
  retried = 0;
  acknowledged = 0;
  readonly #history: History;
  readonly #options: DeskOptions;
  readonly #random: () => number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #working: Promise<void>;
  #own: Own[] = [];
  #texts = 0;
  #withdrawals = 0;
  #turn = 0;
  #stopped = false;
  #pause: Promise<unknown> = Promise.resolve();
  #underWay: Promise<void> = Promise.resolve();

  constructor(history: History, options: DeskOptions) {
    this.#history = history;
    this.#options = options;
    this.#random = seeded(options.seed ?? 1);
    this.#working = this.#work();
  }

  pauseUntil(until: Promise<unknown>): Promise<void> {
    this.#pause = until;
    return this.#underWay;
  }

  async advance(count: number, withinMs = 60_000): Promise<void> {
    const { name } = this.#options;
    const wanted = this.counts.ok + count;
    const deadline = this.#history.now() + withinMs;
    while (this.counts.ok < wanted) {
      if (this.#history.now() > deadline) {
        throw new Error(
          `waited ${withinMs} ms for ${name} to get ${wanted - this.counts.ok} of ${count} more commands done`,
        );
      }
      await delay(10);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
    this.#agent.destroy();
  }

  async #work(): Promise<void> {
    const { everyMs = 20 } = this.#options;
    for (let next = this.#history.now(); !this.#stopped; next = Math.max(next + everyMs, this.#history.now())) {
      await delay(Math.max(0, next - this.#history.now()));
      await this.#pauses();
      if (this.#stopped) return;
      this.#underWay = this.#carryOut(this.#choose());
      await this.#underWay;
    }
  }

  /** Also through a pause that was asked for during another. */
  async #pauses(): Promise<void> {
    for (let over: unknown; over !== this.#pause; ) {
      over = this.#pause;
      await over;
    }
  }

  #choose(): Request {
    const at = this.#options.onlyPublishes === true ? 0 : this.#random();
    const usable = this.#pick('usable');
    if (at >= 0.55 && at < 0.7 && usable !== undefined) return this.#edit(usable);
    if (at >= 0.7 && at < 0.78 && usable !== undefined) return this.#correct(usable);
    if (at >= 0.78 && at < 0.86 && usable !== undefined) return this.#withdraw(usable);
    if (at >= 0.86 && at < 0.9) {
      const withheld = this.#pick('withheld');
      if (withheld !== undefined)
        return { method: 'DELETE', path: `/entries/${withheld.id}/withdrawal`, objectId: withheld.id };
    }
    if (at >= 0.9 && at < 0.94) return this.#withText({ method: 'PATCH', path: '', objectId: HEADER });
    // Must be refused, wherever it arrives: nobody may ever see it.
    if (at >= 0.94 && usable !== undefined) return { ...this.#edit(usable), ifMatch: usable.version + 1_000 };
    return this.#withText({ method: 'POST', path: '/entries' }, this.#options.fields);
  }

  #pick(status: Own['status']): Own | undefined {
    const candidates = this.#own.filter((own) => own.status === status);
    return candidates[Math.floor(this.#random() * candidates.length)];
  }

  #edit({ id }: Own): Request {
    return this.#withText({ method: 'PATCH', path: `/entries/${id}`, objectId: id });
  }

  #correct({ id }: Own): Request {
    const correction = { method: 'POST', path: `/entries/${id}/corrections`, objectId: id } as const;
    return this.#withText(correction, { text: 'The number was wrong.' });
  }

  /**
   * With a notice of its own each time. Where a store went back, it may hold as withdrawn what this desk knows as released:
   * withdrawn again with nothing new it would be answered, rightly, with the position of whatever came last, and the checker
   * takes the position of an answer for the command's own.
   */
  #withdraw({ id }: Own): Request {
    const status = this.#random() < 0.6 ? 'withheld' : 'canceled';
    this.#withdrawals += 1;
    const notice = `Taken back by ${this.#options.name}, number ${this.#withdrawals}.`;
    return { method: 'POST', path: `/entries/${id}/withdrawal`, body: { status, notice }, objectId: id };
  }

  #withText(request: Request, body: Readonly<Record<string, unknown>> = {}): Request {
    this.#texts += 1;
    const text = `${this.#options.name} ${this.#texts}`;
    return { ...request, body: { ...body, headline: text }, text };
  }

  async #carryOut(request: Request): Promise<void> {
    const { name, tries = 3, retryAfterMs = 100 } = this.#options;
    const { text, objectId } = request;
    const key = randomUUID();
    const sentAt = this.#history.now();
    let last: Answered = { outcome: 'unknown' };
    for (let at = 1; at <= tries; at += 1) {
      if (at === 2) this.retried += 1;
      if (at > 1) await delay(retryAfterMs);
      last = await this.#send(request, key);
      if (last.outcome !== 'unknown') break;
    }
    // As whoever lost the answer on the way does: nothing may come of it. A second effect is seen by the readers.
    if (last.outcome === 'ok' && this.#random() < SENT_AGAIN) await this.#send(request, key);
    this.counts[last.outcome] += 1;
    this.#history.commands.push({
      by: name,
      sentAt,
      answeredAt: this.#history.now(),
      outcome: last.outcome,
      ...(text === undefined ? {} : { text }),
      ...(objectId === undefined ? {} : { objectId }),
      ...(last.done === undefined ? {} : { done: last.done }),
    });
    this.#remember(request, last);
  }

  async #send({ method, path, body, ifMatch }: Request, key: string): Promise<Answered> {
    const { urls, slug, answerWithinMs = 4_000 } = this.#options;
    const all = urls();
    this.#turn += 1;
    const url = all[this.#turn % all.length];
    try {
      const response = await leanRequest(`${url}/v1/stories/${slug}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'idempotency-key': key,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        withinMs: answerWithinMs,
        agent: this.#agent,
      });
      const answer = response.body as EntryReceipt | StoryReceipt | Problem;
      if ('code' in answer) return { outcome: answer.status < 500 ? 'failed' : 'unknown' };
      const { position } = answer;
      this.acknowledged = Math.max(this.acknowledged, position.seq);
      if ('story' in answer)
        return { outcome: 'ok', done: { form: formOfStory(this.#history, answer.story), position } };
      const { id, version, status } = answer.entry;
      const form = formOfEntry(this.#history, answer.entry);
      return { outcome: 'ok', done: { form, position }, own: { id, version, status } };
    } catch {
      // No answer, or half of one: it may have been done or not.
      return { outcome: 'unknown' };
    }
  }

  /** Of an entry whose last command is in doubt nothing more is known: it is left as it is. */
  #remember({ objectId }: Request, { outcome, own }: Answered): void {
    if (outcome === 'failed') return;
    this.#own = this.#own.filter(({ id }) => id !== objectId);
    if (own !== undefined) this.#own = [...this.#own, own].slice(-OWN_MOST);
  }
}

interface Answered {
  readonly outcome: Outcome;
  readonly done?: NonNullable<Command['done']>;
  readonly own?: Own;
}
