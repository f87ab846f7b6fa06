import type { CatchUp, Position, PublicEntry, Snapshot } from '@slugline/client/protocol';
import { GetLink, type Got } from './get-link.js';
import type { PoolReader, ReadersInCommon } from './pool-reader.js';
import type { ReaderLog } from './reader-log.js';

/** Seconds for which the server is asked to wait. */
const WAIT_S = 15;
/** Milliseconds without an answer after which a link is dead (rule 10). */
const SILENCE_MS = (WAIT_S + 10) * 1_000;
/** Milliseconds between the beginnings of two questions, as the SDK has it. */
const LEAST_MS = 1_000;
const LONGEST_MS = 30_000;

type Answer = CatchUp | Snapshot;

/** Answers as they were parsed last: thousands of readers are sent the same bytes. */
let lastBody = '';
let lastAnswer: unknown;

/** Follows one story by long polls, by the rules of PROTOCOL.md, section 3, and nothing more. */
export class PollReader implements PoolReader {
  readonly slug: string;
  readonly log: ReaderLog;
  readonly #common: ReadersInCommon;
  readonly #versions = new Map<string, number>();
  #position: Position | undefined;
  #link: GetLink | undefined;
  #askedAt = 0;
  #wait = 0;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #closed = false;
  /** Whether an answer came on this link, and on any. */
  #isJoined = false;
  #everJoined = false;

  constructor(common: ReadersInCommon, slug: string, log: ReaderLog) {
    this.#common = common;
    this.slug = slug;
    this.log = log;
    this.#open();
  }

  get seq(): number {
    return this.#position?.seq ?? 0;
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  stall(): void {
    this.#link?.stall();
  }

  drain(): void {
    this.#link?.drain();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#link?.close();
  }

  #open(): void {
    this.#isJoined = false;
    // The first question is not to wait, so that a reader soon knows to be up to date.
    this.#wait = 0;
    this.#link = new GetLink(this.#common.port, this.#common.buffer, SILENCE_MS, {
      got: (answer) => this.#got(answer),
      lost: (error) => this.#lost(error.message),
    });
    this.#ask();
  }

  #ask(): void {
    const story = `/v1/stories/${this.slug}`;
    const position = this.#position;
    this.#askedAt = performance.now();
    if (position === undefined) this.#link?.get(story);
    else this.#link?.get(`${story}/changes?since=${textOf(position)}&wait=${this.#wait}`);
  }

  #got({ status, head, body }: Got): void {
    if (status !== 200) {
      this.#link?.close();
      const retryAfter = Number(/\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0);
      this.#lost(/"code":"(\w+)"/.exec(body)?.[1] ?? `status ${status}`, retryAfter * 1_000);
      return;
    }
    const answer = parsed(body);
    this.#take(answer);
    if (!this.#isJoined) this.#common.joined({ reset: isReset(answer) }, !this.#everJoined);
    this.#isJoined = true;
    this.#everJoined = true;
    this.#tries = 0;
    const pause = this.#wait === 0 ? 0 : this.#askedAt + LEAST_MS - performance.now();
    this.#wait = WAIT_S;
    if (pause <= 0) this.#ask();
    else this.#timer = setTimeout(() => this.#ask(), pause);
  }

  #take(answer: Answer): void {
    const { position, story, entries, older } = answer;
    const held = this.#position;
    if (isReset(answer)) {
      this.#versions.clear();
      for (const { id, version } of entries) this.#versions.set(id, version);
      this.log.add(older === undefined ? 'whole reset' : 'reset', position, { story, entries });
    } else {
      const isWhereItWas = held?.epoch === position.epoch && held.seq === position.seq;
      if (isWhereItWas && entries.length === 0 && story === undefined) return;
      this.log.add('catch-up', position, { story, entries: entries.filter((entry) => this.#isNews(entry)) });
    }
    this.#position = position;
  }

  #isNews({ id, version }: PublicEntry): boolean {
    if ((this.#versions.get(id) ?? 0) >= version) return false;
    this.#versions.set(id, version);
    return true;
  }

  #lost(why: string, retryAfterMs = 0): void {
    if (this.#closed) return;
    this.#isJoined = false;
    clearTimeout(this.#timer);
    // One who is asked to go has lost nothing, and asks on another connection.
    const isAskedToGo = why === 'asked to go';
    if (!isAskedToGo) this.#common.lost(why);
    const bound = Math.min(LONGEST_MS, this.#common.withinMs * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#open(), isAskedToGo ? 0 : Math.max(retryAfterMs, Math.random() * bound));
  }
}

function parsed(body: string): Answer {
  if (body !== lastBody) {
    lastBody = body;
    lastAnswer = JSON.parse(body);
  }
  return lastAnswer as Answer;
}

/** A snapshot is what a reset carries. */
function isReset(answer: Answer): boolean {
  return !('reset' in answer) || answer.reset;
}

function textOf({ epoch, seq, through }: Position): string {
  return `${epoch}:${seq}${through === undefined ? '' : `-${through}`}`;
}
