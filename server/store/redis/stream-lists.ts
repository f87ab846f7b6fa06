import { listCursorText, readListCursor } from '../list-cursor.js';
import type { LuaScripts } from './lua-script.js';
import { texts } from './record-texts.js';
import type { RedisClock } from './redis-clock.js';
import type { RedisParts } from './redis-dump.js';
import type { RedisLink, Reply } from './redis-link.js';
import type { RedisKeys } from './stream-keys.js';

/**
 * The lists that span streams: which streams there are, and which may have outbox items. On a Cluster they are in
 * another slot than a stream and cannot be written by its commit, so they are kept such that no crash loses anything:
 *
 * - A stream is entered in its list *before* its first commit: an entry too many is passed over by readers, one too
 *   few would hide a story. Its time is raised after the commit; a crash between leaves it listed too far down until
 *   the next commit or sweep.
 * - A stream with new outbox items is marked before the commit (for a crash right after it) and after it (a reader
 *   may have come between, found nothing, and taken the first mark away). A mark is a number of its own, and a reader
 *   takes away only the very mark under which it found nothing. What is left, a crash after the commit just when a
 *   reader came between, the sweep closes: it looks at every stream's outbox, at the start and every few minutes.
 */
export class StreamLists {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #scripts: LuaScripts;
  readonly #clock: RedisClock;
  readonly #listed = new Set<string>();
  #lastMark = 0;

  constructor({ link, keys, scripts }: RedisParts, clock: RedisClock) {
    this.#link = link;
    this.#keys = keys;
    this.#scripts = scripts;
    this.#clock = clock;
  }

  /** To be done before a commit; on a Cluster awaited, elsewhere the order of sending is enough. */
  async beforeCommit(stream: string, at: string, hasOutbox: boolean): Promise<void> {
    const steps: Promise<Reply>[] = [];
    if (!this.#listed.has(stream)) {
      steps.push(this.#link.command('ZADD', this.#keys.indexOf(stream), 'NX', Date.parse(at), stream));
    }
    if (hasOutbox) steps.push(this.#mark(stream));
    await Promise.all(steps);
  }

  /** @param at absent: the commit does not move the stream in its list. */
  async afterCommit(stream: string, at: string | undefined, hasOutbox: boolean): Promise<void> {
    await Promise.all([
      at && this.#link.command('ZADD', this.#keys.indexOf(stream), 'GT', Date.parse(at), stream),
      hasOutbox ? this.#mark(stream) : undefined,
    ]);
    if (this.#listed.size >= LISTED_MOST) this.#listed.clear();
    this.#listed.add(stream);
  }

  /**
   * Stories by the time of their last public change, newest first; `before` is a cursor from `older`. A story whose first
   * commit is under way, or never came, may be among them.
   */
  async stories(limit: number, before: string | undefined): Promise<{ streams: readonly string[]; older?: string }> {
    const cursor = before === undefined ? undefined : readListCursor(before);
    const list = this.#keys.stories;
    const from = cursor === undefined ? '+inf' : Date.parse(cursor.at);
    const ofItsMoment = cursor === undefined ? 0 : Number(await this.#link.command('ZCOUNT', list, from, from));
    const passed = Math.max(0, ofItsMoment - (cursor?.left ?? 0));
    const reply = texts(
      await this.#link.command(...['ZREVRANGEBYSCORE', list, from, '-inf', 'WITHSCORES', 'LIMIT', passed, limit + 1]),
    );
    const streams: string[] = [];
    for (let at = 0; at + 1 < reply.length && streams.length < limit; at += 2) streams.push(reply[at] ?? '');
    const last = streams.at(-1);
    const at = Number(reply[2 * streams.length - 1]);
    if (last === undefined || reply.length <= 2 * limit) return { streams };
    // In this order: a stream that comes between the two makes one come twice rather than not at all.
    const [rank, upTo] = await Promise.all([
      this.#link.command('ZREVRANK', list, last),
      this.#link.command('ZCOUNT', list, at, '+inf'),
    ]);
    const left = Number(upTo) - Number(rank) - 1;
    return { streams, older: listCursorText({ at: new Date(at).toISOString(), left }) };
  }

  /** Streams that may have outbox items, least recently marked first, each with its mark. */
  async marked(limit: number): Promise<readonly { stream: string; mark: string }[]> {
    const reply = texts(await this.#link.command('ZRANGE', this.#keys.outboxStreams, 0, limit - 1, 'WITHSCORES'));
    const marked: { stream: string; mark: string }[] = [];
    for (let at = 0; at + 1 < reply.length; at += 2) {
      marked.push({ stream: reply[at] ?? '', mark: reply[at + 1] ?? '' });
    }
    return marked;
  }

  async unmark(stream: string, mark: string): Promise<void> {
    await this.#link.script(this.#scripts.unmarkOutbox, [this.#keys.outboxStreams], [stream, mark]);
  }

  /** Puts right what commits that were cut short left undone. */
  async sweep(): Promise<void> {
    for (const list of [this.#keys.stories, this.#keys.ownStreams]) {
      let cursor = '0';
      do {
        const [next, entries] = await this.#link.run(async () => {
          const reply = await this.#link.command('ZSCAN', list, cursor, 'COUNT', SWEEP_BATCH);
          return Array.isArray(reply) ? [String(reply[0]), texts(reply[1])] : ['0', []];
        });
        for (let at = 0; at + 1 < entries.length; at += 2) {
          await this.#putRight(list, entries[at] ?? '', Number(entries[at + 1]));
        }
        cursor = next;
      } while (cursor !== '0');
    }
  }

  async #putRight(list: string, stream: string, listedAt: number): Promise<void> {
    const { head, outbox } = this.#keys.of(stream);
    await this.#link.run(async () => {
      const [at, waiting] = await Promise.all([
        this.#link.command('HGET', head, 'at'),
        this.#link.command('XLEN', outbox),
      ]);
      if (typeof at === 'string' && Date.parse(at) > listedAt) {
        await this.#link.command('ZADD', list, 'GT', Date.parse(at), stream);
      }
      if (Number(waiting) > 0) await this.#mark(stream);
    });
  }

  #mark(stream: string): Promise<Reply> {
    // The time, so that the longest unmarked comes first, with room below the millisecond to tell marks apart; exact
    // as a double until the year 2109.
    const now = this.#clock.now() * MARKS_PER_MS + Math.floor(Math.random() * MARKS_PER_MS);
    this.#lastMark = Math.max(now, this.#lastMark + 1);
    return this.#link.command('ZADD', this.#keys.outboxStreams, this.#lastMark, stream);
  }
}

/** Streams remembered as listed, to save a command per commit; forgotten all at once when there are too many. */
const LISTED_MOST = 10_000;
const SWEEP_BATCH = 100;
const MARKS_PER_MS = 2_048;
