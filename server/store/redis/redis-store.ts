import type { Edition, Position } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import { Failure, isFailure } from '../../errors.js';
import type { RateLimiters } from '../../limits/rate-limiter.js';
import { checkCommit } from '../commit-check.js';
import type { NoticeBoard } from '../notice-board.js';
import type {
  AnnouncementListener,
  Commit,
  DumpRecord,
  Head,
  Idempotency,
  NetChanges,
  ObjectView,
  OutboxItem,
  OutboxListener,
  Page,
  PageQuery,
  Receipt,
  Revision,
  RevisionQuery,
  StoredObject,
  StoryStore,
  StreamPage,
  StreamSummary,
  Unsubscribe,
} from '../story-store.js';
import { readAnnouncement } from './announcement-text.js';
import { commitCall, readCommitReply } from './commit-script.js';
import { requireFitness } from './fitness.js';
import { loadLuaScripts } from './lua-script.js';
import {
  readObjects,
  readOutbox,
  readPositions,
  readReceipt,
  readRevision,
  texts,
  versionText,
} from './record-texts.js';
import { redisBoard } from './redis-board.js';
import { RedisClock } from './redis-clock.js';
import { dumpRedis, type RedisParts } from './redis-dump.js';
import { redisLimiters } from './redis-limiters.js';
import { RedisLink, type Reply } from './redis-link.js';
import { restoreRedis } from './redis-restore.js';
import { parseRedisUrl, type RedisTarget } from './redis-url.js';
import { RedisKeys } from './stream-keys.js';
import { StreamLists } from './stream-lists.js';
import { Subscriptions } from './subscriptions.js';

export interface RedisStoreOptions {
  /** See `parseRedisUrl` for the forms. */
  readonly url: string;
  /** What all keys begin with, free of braces (default `sl`): several Sluglines may share one Redis. */
  readonly keyPrefix?: string;
}

/** A store that instances share, with the counters that hold across them and the board on which they tell of themselves. */
export interface SharedStore extends StoryStore {
  readonly limiters: RateLimiters;
  readonly board: NoticeBoard;
}

/**
 * Opens the store that any number of instances share. Needs Redis 6.2 or newer (a Cluster: 7.0), or Valkey, that
 * evicts nothing (`maxmemory-policy noeviction`). What a power cut can cost is Redis's own promise: with
 * `appendonly yes` and `appendfsync always` nothing that was acknowledged, with `everysec` about a second.
 *
 * Rejects with `invalid_input` for a bad URL, a Redis that evicts or one that refuses a command that we need, and with
 * `store_unavailable` when it cannot be reached and written within 2 s. Once open, it outlives any outage of Redis with no step by hand.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<SharedStore> {
  const { url, keyPrefix = 'sl' } = options;
  if (/[{}]/.test(keyPrefix)) throw new Failure('invalid_input', 'The key prefix must not hold braces.');
  const target = parseRedisUrl(url);
  const scripts = await loadLuaScripts();
  const keys = new RedisKeys(keyPrefix, target.kind === 'cluster' ? 0 : target.db);
  const link = new RedisLink(target);
  const parts = { link, keys, scripts };
  const clock = new RedisClock(parts);
  const store = new RedisStore(parts, new Subscriptions(link, target), clock);
  try {
    await store.check(OPEN_WITHIN_MS);
    await requireFitness(parts);
    await clock.start();
  } catch (error) {
    await store.close();
    throw isFailure(error, 'store_unavailable') ? unreachable(target, error) : error;
  }
  store.startSweeping();
  return store;
}

/** For the operator, who is the only one to see this: which Redis, and why not. */
function unreachable(target: RedisTarget, failure: Failure): Failure {
  const addresses =
    target.kind === 'single' ? [target.address] : target.kind === 'cluster' ? target.nodes : target.sentinels;
  const names = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  const { cause } = failure.details;
  const reason = cause instanceof Error ? cause.message : failure.message;
  return new Failure('store_unavailable', `Redis at ${names} cannot be used: ${reason}`, { cause });
}

const CHECK_LIFE_MS = 60_000;
const CHECK_WITHIN_MS = 1_000;
/** Making the first link may take a while. */
const OPEN_WITHIN_MS = 1_800;
const SWEEP_EVERY_MS = 180_000;

class RedisStore implements SharedStore {
  readonly limiters: RateLimiters;
  readonly board: NoticeBoard;
  readonly #parts: RedisParts;
  readonly #subscriptions: Subscriptions;
  readonly #lists: StreamLists;
  readonly #clock: RedisClock;
  readonly #outboxListeners = new Set<{ readonly hear: OutboxListener }>();
  #sweeping: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: RedisParts, subscriptions: Subscriptions, clock: RedisClock) {
    this.limiters = redisLimiters(parts.link, parts.keys);
    this.board = redisBoard(parts, clock);
    this.#parts = parts;
    this.#subscriptions = subscriptions;
    this.#clock = clock;
    this.#lists = new StreamLists(parts, clock);
  }

  async commit(commit: Commit): Promise<Receipt> {
    checkCommit(commit);
    const { link, keys, scripts } = this.#parts;
    const { stream, at, outbox = [] } = commit;
    const hasOutbox = outbox.length > 0;
    const call = commitCall(commit, keys, link);
    const { attempt, positions, answer } = await link.run(async () => {
      const entered = this.#lists.beforeCommit(stream, at, hasOutbox);
      if (link.isCluster) await entered;
      const [reply] = await Promise.all([link.script(scripts.commit, call.keys, call.args()), entered]);
      const kept = readCommitReply(reply, commit);
      // The commit stands, whatever becomes of this: a sweep makes good for it.
      if (kept.attempt === call.attempt) {
        const raisedTo = commit.writes.some(({ edition }) => edition === 'public') ? at : undefined;
        this.#lists.afterCommit(stream, raisedTo, hasOutbox).catch(() => undefined);
      }
      return kept;
    });
    const replayed = attempt !== call.attempt;
    if (hasOutbox && !replayed) for (const listener of this.#outboxListeners) listener.hear(outbox);
    return answer === undefined ? { positions, replayed } : { positions, answer, replayed };
  }

  async receipt(stream: string, idempotency: Idempotency): Promise<Receipt | undefined> {
    const { link, keys } = this.#parts;
    const text = await link.run(() => link.command('GET', keys.of(stream).receipt(idempotency.key)));
    if (typeof text !== 'string') return undefined;
    const { fingerprint, positions, answer } = readReceipt(text);
    if (fingerprint !== idempotency.fingerprint) throw new Failure('idempotency_key_reused');
    return answer === undefined ? { positions, replayed: true } : { positions, answer, replayed: true };
  }

  async head(stream: string, edition: Edition): Promise<Head | undefined> {
    const read = await this.#read(stream, edition, ['ids']);
    return read?.head;
  }

  async object(stream: string, edition: Edition, objectId: string): Promise<ObjectView | undefined> {
    const read = await this.#read(stream, edition, ['ids', objectId]);
    if (read === undefined) return undefined;
    const [object] = read.objects;
    return object === undefined ? read.head : { ...read.head, object };
  }

  async page(stream: string, edition: Edition, query: PageQuery): Promise<Page | undefined> {
    const upper = query.before === undefined ? '+' : `(${query.before}`;
    const read = await this.#read(stream, edition, ['page', upper, query.limit]);
    if (read === undefined) return undefined;
    const older = read.flag ? read.objects.at(-1)?.orderKey : undefined;
    return { ...read.head, objects: read.objects, ...(older === undefined ? {} : { older }) };
  }

  async changesSince(stream: string, edition: Edition, since: Position, most: number): Promise<NetChanges | undefined> {
    const read = await this.#read(stream, edition, ['since', since.epoch, since.seq, most]);
    return read === undefined ? undefined : { ...read.head, reset: read.flag, changes: read.objects };
  }

  async revisions(stream: string, objectId: string, query: RevisionQuery): Promise<readonly Revision[]> {
    const { link, keys, scripts } = this.#parts;
    const { revisionOrder, revisions } = keys.of(stream);
    const before = query.before === undefined ? '' : versionText(query.before);
    const reply = texts(
      await link.run(() => link.script(scripts.revisions, [revisionOrder, revisions], [objectId, before, query.limit])),
    );
    const found: Revision[] = [];
    for (let at = 0; at + 1 < reply.length; at += 2) {
      found.push(readRevision(reply[at] ?? '', reply[at + 1] ?? '').revision);
    }
    return found;
  }

  async streams(edition: Edition, query: PageQuery): Promise<StreamPage> {
    const { streams, older } = await this.#parts.link.run(() => this.#lists.stories(query.limit, query.before));
    const summaries = await Promise.all(streams.map((stream) => this.#summary(stream, edition)));
    return {
      streams: summaries.filter((summary) => summary !== undefined),
      ...(older === undefined ? {} : { older }),
    };
  }

  async #summary(stream: string, edition: Edition): Promise<StreamSummary | undefined> {
    const read = await this.#read(stream, edition, ['ids']);
    return read === undefined ? undefined : { stream, ...read.head };
  }

  onCommitted(stream: string, edition: Edition, listener: AnnouncementListener): Promise<Unsubscribe> {
    const channel = this.#parts.keys.channel(stream, edition);
    return this.#subscriptions.add(channel, (message) => readAnnouncement(stream, edition, message), listener);
  }

  async outbox(limit: number): Promise<readonly OutboxItem[]> {
    const { link, keys } = this.#parts;
    return link.run(async () => {
      const items: OutboxItem[] = [];
      for (const { stream, mark } of await this.#lists.marked(limit)) {
        const wanted = limit - items.length;
        if (wanted <= 0) break;
        const reply = await link.command('XRANGE', keys.of(stream).outbox, '-', '+', 'COUNT', wanted);
        const found = readOutbox(reply).map((item) => ({ stream, ...item }));
        if (found.length === 0) await this.#lists.unmark(stream, mark);
        items.push(...found);
      }
      return items;
    });
  }

  async outboxDone(items: readonly OutboxItem[]): Promise<void> {
    const { link, keys } = this.#parts;
    const idsByStream = new Map<string, string[]>();
    for (const { stream, id } of items) idsByStream.set(stream, [...(idsByStream.get(stream) ?? []), id]);
    await link.run(() =>
      Promise.all([...idsByStream].map(([stream, ids]) => link.command('XDEL', keys.of(stream).outbox, ...ids))),
    );
  }

  onOutbox(listener: OutboxListener): Unsubscribe {
    const entry = { hear: listener };
    this.#outboxListeners.add(entry);
    return () => this.#outboxListeners.delete(entry);
  }

  async renewEpoch(stream: string, stale: string): Promise<string | undefined> {
    const { link, keys, scripts } = this.#parts;
    const fresh = nanoid();
    const reply = await link.run(() => link.script(scripts.renewEpoch, [keys.of(stream).head], [stale, fresh]));
    return typeof reply === 'string' ? reply : undefined;
  }

  dump(): AsyncIterable<DumpRecord> {
    return dumpRedis(this.#parts);
  }

  restore(records: AsyncIterable<DumpRecord>): Promise<number> {
    return restoreRedis(this.#parts, this.#lists, records);
  }

  now(): number {
    return this.#clock.now();
  }

  /** @param withinMs absent: in time to be told within 2 s that it is not so. */
  async check(withinMs: number = CHECK_WITHIN_MS): Promise<void> {
    const { link, keys } = this.#parts;
    await link.run(() => link.command('SET', keys.check, new Date().toISOString(), 'PX', CHECK_LIFE_MS), withinMs);
  }

  close(): Promise<void> {
    clearInterval(this.#sweeping);
    this.#clock.stop();
    this.#subscriptions.close();
    this.#closing ??= this.#parts.link.close();
    return this.#closing;
  }

  /** See `StreamLists` for what this makes good. A sweep that fails is made up for by the next. */
  startSweeping(): void {
    const sweep = (): void => {
      this.#lists.sweep().catch(() => undefined);
    };
    this.#sweeping = setInterval(sweep, SWEEP_EVERY_MS);
    this.#sweeping.unref();
    sweep();
  }

  async #read(stream: string, edition: Edition, what: readonly (string | number)[]): Promise<EditionRead | undefined> {
    const { link, keys, scripts } = this.#parts;
    const names = keys.of(stream);
    const { metas, forms, changes, order } = names.edition(edition);
    const reply = await link.run(() =>
      link.script(scripts.read, [names.head, metas, forms, changes, order], [edition, ...what]),
    );
    return readEdition(reply);
  }
}

interface EditionRead {
  readonly head: Head;
  readonly flag: boolean;
  readonly objects: readonly StoredObject[];
}

/** Takes apart what `read.lua` answers. */
function readEdition(reply: Reply): EditionRead | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [epoch, seq, at, flag, found, earlier]: readonly Reply[] = reply;
  const position: Position = { epoch: String(epoch), seq: Number(seq) };
  const parts = Array.isArray(found) ? found : [];
  const [header] = readObjects(parts.slice(0, 3));
  const continues = readPositions(earlier);
  return {
    head: {
      position,
      changedAt: String(at),
      ...(header !== undefined && { header }),
      ...(continues.length > 0 && { continues }),
    },
    flag: flag === 1,
    objects: readObjects(parts.slice(3)),
  };
}
