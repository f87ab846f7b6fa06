import type { Change, Goaway, JoinAnswer, Joined, Position, PublicEntry } from '@slugline/client/protocol';
import { clientFrame, RawSocket } from '../../helpers/raw-socket.js';
import type { PoolReader, ReadersInCommon } from './pool-reader.js';
import type { ReaderLog } from './reader-log.js';

const LONGEST_MS = 30_000;

/** A link and what came on it before its join was answered. */
interface Link {
  readonly socket: RawSocket;
  isJoined: boolean;
  early: Change[];
}

/**
 * Follows one story over a bare socket by the rules of PROTOCOL.md, section 3, and nothing more: what is left to
 * clients is done in the plainest way.
 */
export class RawReader implements PoolReader {
  readonly slug: string;
  readonly log: ReaderLog;
  readonly #shared: ReadersInCommon;
  readonly #versions = new Map<string, number>();
  #position: Position | undefined;
  #link: Link | undefined;
  /** On its way to replace the other, which this instance was asked to leave. */
  #next: Link | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #everJoined = false;
  #closed = false;

  constructor(shared: ReadersInCommon, slug: string, log: ReaderLog) {
    this.#shared = shared;
    this.slug = slug;
    this.log = log;
    this.#link = this.#open();
  }

  get seq(): number {
    return this.#position?.seq ?? 0;
  }

  get isJoined(): boolean {
    return this.#link?.isJoined === true;
  }

  stall(): void {
    this.#link?.socket.stall();
  }

  drain(): void {
    this.#link?.socket.drain();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#link?.socket.close();
    this.#next?.socket.close();
  }

  #open(): Link {
    const link: Link = {
      isJoined: false,
      early: [],
      socket: new RawSocket(this.#shared.port, this.#shared.buffer, {
        connected: () => this.#join(link),
        event: (data, start, end) => this.#hear(link, data.toString('utf8', start + 2, end)),
        acknowledged: (text) => this.#answered(link, text),
        lost: (error) => this.#lost(link, error),
      }),
    };
    return link;
  }

  #join(link: Link): void {
    const position = this.#position === undefined ? '' : `,"position":${JSON.stringify(this.#position)}`;
    link.isJoined = false;
    link.socket.send(clientFrame(`420["story:join",{"slug":"${this.slug}"${position}}]`));
  }

  #hear(link: Link, text: string): void {
    const [event, first, second] = JSON.parse(text) as [string, unknown, unknown];
    if (event === 'story:change') this.#change(link, second as Change);
    else if (event === 'story:reset') this.#join(link);
    else if (event === 'server:goaway') this.#goaway(first as Goaway);
  }

  #change(link: Link, change: Change): void {
    if (!link.isJoined) {
      link.early.push(change);
      return;
    }
    const { epoch, seq, after, story, entry } = change;
    const held = this.#position;
    if (held !== undefined && held.epoch === epoch && seq <= held.seq) return;
    if (held === undefined || held.epoch !== epoch || (after ?? seq - 1) > held.seq) {
      // A client mends a hole by itself, but is to find none: the checker is told.
      if (held?.epoch === epoch) this.log.add('change', { epoch, seq }, { entries: [], after: after ?? seq - 1 });
      this.#join(link);
      link.early.push(change);
      return;
    }
    const through = change.through ?? held.through ?? seq;
    this.#position = { epoch, seq, ...(through > seq ? { through } : {}) };
    const entries = entry === undefined ? [] : [entry];
    this.log.add('change', this.#position, { story, entries: entries.filter((one) => this.#isNews(one)), after });
  }

  #answered(link: Link, text: string): void {
    const [answer] = JSON.parse(text.slice(text.indexOf('['))) as [JoinAnswer];
    if (!answer.ok) {
      link.socket.close();
      this.#lost(link, new Error(`join "code":"${answer.error.code}"`));
      return;
    }
    this.#catchUp(answer);
    this.#shared.joined(answer, !this.#everJoined);
    this.#everJoined = true;
    this.#tries = 0;
    link.isJoined = true;
    if (link === this.#next) {
      this.#link?.socket.close();
      this.#link = link;
      this.#next = undefined;
    }
    for (const change of link.early.splice(0)) this.#change(link, change);
  }

  #catchUp({ position, reset, story, entries, older }: Joined): void {
    const held = this.#position;
    if (reset) {
      this.#versions.clear();
      for (const { id, version } of entries) this.#versions.set(id, version);
      this.log.add(older === undefined ? 'whole reset' : 'reset', position, { story, entries });
    } else {
      // Another link was faster.
      if (held !== undefined && position.seq <= held.seq) return;
      this.log.add('catch-up', position, { story, entries: entries.filter((entry) => this.#isNews(entry)) });
    }
    this.#position = position;
  }

  #isNews({ id, version }: PublicEntry): boolean {
    if ((this.#versions.get(id) ?? 0) >= version) return false;
    this.#versions.set(id, version);
    return true;
  }

  /** Opens another link at a moment of its own, and leaves this one when the other is joined. */
  #goaway({ reconnectWithinMs }: Goaway): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#next = this.#open();
    }, Math.random() * reconnectWithinMs);
  }

  #lost(link: Link, error: Error): void {
    if (this.#closed || (link !== this.#link && link !== this.#next)) return;
    this.#shared.lost(/"code":"(\w+)"/.exec(error.message)?.[1] ?? 'a broken link');
    if (link === this.#link) {
      this.#link = this.#next;
      this.#next = undefined;
      if (this.#link !== undefined) return;
    } else {
      this.#next = undefined;
    }
    clearTimeout(this.#timer);
    const bound = Math.min(LONGEST_MS, this.#shared.withinMs * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => {
      if (this.#link === undefined) this.#link = this.#open();
      else this.#next = this.#open();
    }, Math.random() * bound);
  }
}
