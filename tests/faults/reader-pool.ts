import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { endWithThisProcess } from '../helpers/watchdog.js';
import type { Form, History, Seen } from './checker/history.js';
import { formOfEntry, formOfStory } from './forms.js';
import {
  type PoolAnswer,
  type PoolDoor,
  type PoolQuestion,
  type PoolTold,
  type RawForm,
  SEEN_KINDS,
} from './pool/messages.js';

/** Thousands of readers over bare TCP connections, in processes of their own, beside those whom the SDK follows for. */
export interface ReaderPool {
  /** Adds so many readers to each story, and resolves when they have joined. They come by sockets unless told. */
  follow(port: number, slugs: readonly string[], each: number, door?: PoolDoor): Promise<void>;
  /** Where those go who lose their link from now on, and the bound of their first wait. */
  comeBack(port: number, withinMs: number): Promise<void>;
  /** All readers stop reading the links that they have, so that everything waits at the server, or read on. */
  stall(): Promise<void>;
  drain(): Promise<void>;
  /** Resolves with when each was found at its story's number or beyond, on the clock of `History.now()`. */
  reach(seqs: Readonly<Record<string, number>>, withinMs: number): Promise<readonly number[]>;
  /**
   * Closes all readers, enters what they saw into their stories' histories as seen to the end, and answers what they
   * went through.
   */
  finish(histories: Readonly<Record<string, History>>): Promise<PoolSummary>;
}

interface PoolSummary extends Pick<PoolTold, 'losses' | 'resumed' | 'reset'> {
  readonly readers: number;
  /** When readers were on another link than before, on the clock of `History.now()`. */
  readonly movedAt: readonly number[];
}

const MODULE = fileURLToPath(new URL('../dist/faults/pool/process.js', import.meta.url));

/** Starts the processes for one test; they are gone when it is over. */
export function startReaderPool(processes = 2): ReaderPool {
  const children = Array.from({ length: processes }, launch);

  const ask = (question: PoolQuestion | ((at: number) => PoolQuestion)): Promise<readonly PoolAnswer[]> =>
    Promise.all(children.map((child, at) => askOne(child, typeof question === 'function' ? question(at) : question)));

  return {
    async follow(port, slugs, each, door = 'socket') {
      // The first ones take what does not divide.
      const share = (at: number) => Math.floor((each + processes - 1 - at) / processes);
      await ask((at) => ({ ask: 'follow', door, port, slugs, each: share(at) }));
    },
    async comeBack(port, withinMs) {
      await ask({ ask: 'come back', port, withinMs });
    },
    async stall() {
      await ask({ ask: 'stall' });
    },
    async drain() {
      await ask({ ask: 'drain' });
    },
    async reach(seqs, withinMs) {
      const answers = await ask({ ask: 'reach', seqs, withinMs });
      return answers.flatMap((answer) => ('at' in answer ? answer.at.map(onOurClock) : []));
    },
    async finish(histories) {
      const answers = await ask({ ask: 'finish' });
      const all = answers.flatMap((answer) => ('told' in answer ? [answer.told] : []));
      for (const told of all) enter(histories, told);
      const losses: Record<string, number> = {};
      for (const told of all) {
        for (const [why, count] of Object.entries(told.losses)) losses[why] = (losses[why] ?? 0) + count;
      }
      return {
        losses,
        readers: all.reduce((sum, { readers }) => sum + readers.length, 0),
        resumed: all.reduce((sum, { resumed }) => sum + resumed, 0),
        reset: all.reduce((sum, { reset }) => sum + reset, 0),
        movedAt: all.flatMap(({ movedAt }) => movedAt.map(onOurClock)).sort((a, b) => a - b),
      };
    },
  };
}

function launch(): ChildProcess {
  const child = fork(MODULE, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const release = endWithThisProcess(child);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    }
    release();
  });
  return child;
}

async function askOne(child: ChildProcess, question: PoolQuestion): Promise<PoolAnswer> {
  const gone = new AbortController();
  const onExit = () => gone.abort();
  child.once('exit', onExit);
  try {
    child.send(question);
    const [answer]: PoolAnswer[] = await once(child, 'message', { signal: gone.signal });
    if (answer === undefined || 'failed' in answer) throw new Error(`a process of readers: ${answer?.failed}`);
    return answer;
  } catch (error) {
    throw gone.signal.aborted ? new Error(`a process of readers ended while it was to ${question.ask}`) : error;
  } finally {
    child.removeListener('exit', onExit);
  }
}

/** Both clocks count from the same 1970. */
function onOurClock(moment: number): number {
  return moment - performance.timeOrigin;
}

function enter(histories: Readonly<Record<string, History>>, { readers, epochs, forms: raw }: PoolTold): void {
  const formsOf = new Map<History, readonly Form[]>();
  for (const { slug, log: numbers } of readers) {
    const history = histories[slug];
    if (history === undefined) continue;
    const forms = formsOf.get(history) ?? raw.map((form) => formOf(history, form));
    formsOf.set(history, forms);
    const log = history.subscriber(`raw ${history.subscribers.length}`);
    log.toTheEnd = true;
    log.seen.push(...read(numbers, epochs, forms));
  }
}

function formOf(history: History, form: RawForm): Form {
  return form.kind === 'story' ? formOfStory(history, form) : formOfEntry(history, form);
}

function* read(numbers: readonly number[], epochs: readonly string[], all: readonly Form[]): Iterable<Seen> {
  for (let at = 0; at < numbers.length; ) {
    const [moment = 0, kind = 0, epoch = 0, seq = 0, after = -1, count = 0] = numbers.slice(at, at + 6);
    const forms = numbers.slice(at + 6, at + 6 + count).flatMap((index) => all[index] ?? []);
    at += 6 + count;
    const seen = { at: onOurClock(moment), position: { epoch: epochs[epoch] ?? '', seq }, forms };
    const name = SEEN_KINDS[kind];
    if (name === 'change') yield { ...seen, kind: 'change', ...(after < 0 ? {} : { after }) };
    else if (name === 'catch-up') yield { ...seen, kind: 'catch-up' };
    else yield { ...seen, kind: 'reset', whole: name === 'whole reset' };
  }
}
