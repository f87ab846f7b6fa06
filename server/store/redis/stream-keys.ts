import type { Edition } from '@slugline/client/protocol';

/**
 * The names of everything in Redis. All that one commit touches carries the stream's name as hash tag (`{…}`), so
 * that a Cluster keeps it in one slot and one script may write it:
 *
 *     sl:{stream}:head               hash    epoch, at (of the last commit), public, desk (the seq of each), life (the
 *                                            replication id of Redis when the epoch began), continued (earlier epochs
 *                                            with their last seqs: "epoch:public:desk …", newest first)
 *     sl:{stream}:versions           hash    object id → version
 *     sl:{stream}:outbox             stream  items not yet done
 *     sl:{stream}:revision-order     zset    "objectId NUL version", by name
 *     sl:{stream}:revisions          hash    the same → "kind at form"
 *     sl:{stream}:receipt:KEY        string  a command's receipt, for 24 h
 *     sl:{stream}:attempt:ID         string  the receipt of a commit without a key, for a minute
 *     sl:{stream}:EDITION:metas      hash    object id → "version seq kind at orderKey"
 *     sl:{stream}:EDITION:forms      hash    object id → JSON text
 *     sl:{stream}:EDITION:changes    zset    object id by seq: the net changes
 *     sl:{stream}:EDITION:order      zset    "orderKey NUL objectId", by name: the display order
 *     sl:{stream}:restoring:…                the same while a restore is under way
 *
 * What spans streams stands under the tag `@`, which no stream is called:
 *
 *     sl:{@}:streams, sl:{@}:own     zset    stories, the server's own streams, by time of the last commit
 *     sl:{@}:outbox                  zset    streams that may have outbox items, by mark
 *     sl:{@}:check                   string  written by `check`
 *
 * Limits are counted apart, each subject by itself, in whatever slot its name falls into:
 *
 *     sl:limit:NAME:SUBJECT          string  points taken in the window, which ends with the key
 *
 * So is what instances tell each other of themselves, each topic by itself:
 *
 *     sl:board:TOPIC                 hash    instance → "when it runs out, text"; gone when the last note has run out
 */
export class RedisKeys {
  readonly #prefix: string;
  readonly #db: number;

  /** @param prefix free of braces. */
  constructor(prefix: string, db: number) {
    this.#prefix = prefix;
    this.#db = db;
  }

  get stories(): string {
    return `${this.#prefix}:{@}:streams`;
  }

  get ownStreams(): string {
    return `${this.#prefix}:{@}:own`;
  }

  get outboxStreams(): string {
    return `${this.#prefix}:{@}:outbox`;
  }

  get check(): string {
    return `${this.#prefix}:{@}:check`;
  }

  /** What the keys of one limit begin with. */
  limiter(name: string): string {
    return `${this.#prefix}:limit:${name}`;
  }

  /** The notes of all instances under one topic. */
  board(topic: string): string {
    return `${this.#prefix}:board:${topic}`;
  }

  /** The list that a stream stands in. */
  indexOf(stream: string): string {
    return stream.startsWith('@') ? this.ownStreams : this.stories;
  }

  of(stream: string): StreamKeys {
    return new StreamKeys(`${this.#prefix}:{${stream}}`);
  }

  /** Where a restore gathers a stream before it is shown. */
  restoring(stream: string): StreamKeys {
    return new StreamKeys(`${this.#prefix}:{${stream}}:restoring`);
  }

  /** Channels know no databases, so the name tells those of one server apart. */
  channel(stream: string, edition: Edition): string {
    return `${this.#prefix}:${this.#db}:{${stream}}:${edition}`;
  }

  /** A `SCAN` pattern that all receipts match. */
  get anyReceipt(): string {
    return `${this.#prefix.replace(/[\\*?[\]]/g, '\\$&')}:{*}:receipt:*`;
  }

  /** Takes a receipt's key apart; `undefined` for another key that happens to match the pattern. */
  readReceiptKey(key: string): { stream: string; idempotencyKey: string } | undefined {
    const start = `${this.#prefix}:{`;
    const middle = '}:receipt:';
    const end = key.indexOf('}', start.length);
    if (!key.startsWith(start) || end < 0 || !key.startsWith(middle, end)) return undefined;
    return { stream: key.slice(start.length, end), idempotencyKey: key.slice(end + middle.length) };
  }
}

export interface EditionKeys {
  readonly metas: string;
  readonly forms: string;
  readonly changes: string;
  readonly order: string;
}

export class StreamKeys {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  get head(): string {
    return `${this.#base}:head`;
  }

  get versions(): string {
    return `${this.#base}:versions`;
  }

  get outbox(): string {
    return `${this.#base}:outbox`;
  }

  get revisionOrder(): string {
    return `${this.#base}:revision-order`;
  }

  get revisions(): string {
    return `${this.#base}:revisions`;
  }

  receipt(idempotencyKey: string): string {
    return `${this.#base}:receipt:${idempotencyKey}`;
  }

  attempt(id: string): string {
    return `${this.#base}:attempt:${id}`;
  }

  edition(edition: Edition): EditionKeys {
    const base = `${this.#base}:${edition}`;
    return { metas: `${base}:metas`, forms: `${base}:forms`, changes: `${base}:changes`, order: `${base}:order` };
  }

  /** All that a restore prepares, always in the same order. */
  get parts(): readonly string[] {
    const editions = (['public', 'desk'] as const).map((edition) => this.edition(edition));
    return [
      this.versions,
      this.revisionOrder,
      this.revisions,
      ...editions.flatMap(({ metas, forms, changes, order }) => [metas, forms, changes, order]),
    ];
  }
}
