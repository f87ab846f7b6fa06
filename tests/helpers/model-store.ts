import type { Edition, Position } from '../../client-sdk/protocol/index.js';
import { Failure } from '../../server/errors.js';
import { changeText } from '../../server/store/change-text.js';
import { checkCommit } from '../../server/store/commit-check.js';
import { placeOf } from '../../server/store/lineage.js';
import { listCursorText, readListCursor } from '../../server/store/list-cursor.js';
import {
  type AnnouncementListener,
  type Commit,
  type DumpRecord,
  HEADER_ID,
  type Head,
  type Idempotency,
  type NetChanges,
  type ObjectView,
  type OutboxItem,
  type OutboxListener,
  type Page,
  type PageQuery,
  type Receipt,
  type Revision,
  type RevisionQuery,
  type StoredObject,
  type StoryStore,
  type StreamPage,
  type Unsubscribe,
} from '../../server/store/story-store.js';
import { ModelData, type ModelStream } from './model-data.js';
import { recordsIn, restoreInto } from './model-dump.js';

interface Subscription {
  readonly stream: string;
  readonly edition: Edition;
  readonly hear: AnnouncementListener;
}

/**
 * What several model stores have in common, as instances have one Redis: the data, and who is told of commits.
 * `data` may be put in the place of what it was before, as by an operator who restores a copy.
 */
export interface ModelBase {
  data: ModelData;
  /** Must never give the same text twice. 8–64 characters of base64url. */
  readonly newEpoch: () => string;
  readonly subscriptions: Set<Subscription>;
}

export function modelBase(newEpoch: () => string): ModelBase {
  return { data: new ModelData(), newEpoch, subscriptions: new Set() };
}

/**
 * `StoryStore` in memory, where nothing takes time and nothing fails: each call takes effect while it is made, and
 * announcements are told before a commit resolves. Whoever wants it late, lossy or away puts that around it.
 */
export class ModelStore implements StoryStore {
  readonly #base: ModelBase;
  readonly #own = new Set<Subscription>();
  readonly #outboxListeners = new Set<{ readonly hear: OutboxListener }>();
  #closed = false;

  constructor(base: ModelBase) {
    this.#base = base;
  }

  async commit(commit: Commit): Promise<Receipt> {
    checkCommit(commit);
    const data = this.#open();
    const { receipt, epoch, changes } = data.commit(commit, Date.now(), this.#base.newEpoch);
    for (const edition of ['public', 'desk'] as const) {
      this.#announce(commit.stream, edition, epoch, changes[edition]);
    }
    const { outbox = [] } = commit;
    if (!receipt.replayed && outbox.length > 0) for (const { hear } of this.#outboxListeners) hear(outbox);
    return receipt;
  }

  #announce(stream: string, edition: Edition, epoch: string, objects: readonly StoredObject[]): void {
    if (objects.length === 0) return;
    const changes = objects.map((object) => ({
      seq: object.seq,
      objectId: object.objectId,
      json: changeText(epoch, object),
    }));
    for (const one of this.#base.subscriptions) {
      if (one.stream === stream && one.edition === edition) one.hear({ stream, edition, epoch, changes });
    }
  }

  async receipt(stream: string, idempotency: Idempotency): Promise<Receipt | undefined> {
    return this.#open().receipt(stream, idempotency, Date.now());
  }

  async head(stream: string, edition: Edition): Promise<Head | undefined> {
    const found = this.#open().streams.get(stream);
    return found && headOf(found, edition);
  }

  async object(stream: string, edition: Edition, objectId: string): Promise<ObjectView | undefined> {
    const found = this.#open().streams.get(stream);
    const object = found?.objects[edition].get(objectId);
    return found && { ...headOf(found, edition), ...(object === undefined ? {} : { object }) };
  }

  async page(stream: string, edition: Edition, { limit, before }: PageQuery): Promise<Page | undefined> {
    const found = this.#open().streams.get(stream);
    if (found === undefined) return undefined;
    const shown = [...found.objects[edition].values()]
      .flatMap((object) => (object.orderKey === undefined ? [] : [{ object, orderKey: object.orderKey }]))
      .filter(({ orderKey }) => before === undefined || orderKey < before)
      .sort((a, b) => compare(b.orderKey, a.orderKey) || compare(b.object.objectId, a.object.objectId));
    const older = shown.length > limit ? shown[limit - 1]?.orderKey : undefined;
    return {
      ...headOf(found, edition),
      objects: shown.slice(0, limit).map(({ object }) => object),
      ...(older === undefined ? {} : { older }),
    };
  }

  async changesSince(stream: string, edition: Edition, since: Position, most: number): Promise<NetChanges | undefined> {
    const found = this.#open().streams.get(stream);
    if (found === undefined) return undefined;
    const head = headOf(found, edition);
    const changes = [...found.objects[edition].values()]
      .filter(({ seq }) => seq > since.seq)
      .sort((a, b) => a.seq - b.seq);
    const cannot = placeOf(since, head) === undefined || changes.length > most;
    return cannot ? { ...head, reset: true, changes: [] } : { ...head, reset: false, changes };
  }

  async revisions(stream: string, objectId: string, { limit, before }: RevisionQuery): Promise<readonly Revision[]> {
    const forms = this.#open().streams.get(stream)?.revisions.get(objectId) ?? [];
    return forms
      .filter(({ version }) => before === undefined || version < before)
      .sort((a, b) => b.version - a.version)
      .slice(0, limit);
  }

  async streams(edition: Edition, { limit, before }: PageQuery): Promise<StreamPage> {
    const cursor = before === undefined ? undefined : readListCursor(before);
    const all = [...this.#open().streams].filter(([name]) => !name.startsWith('@'));
    all.sort(([a, one], [b, other]) => compare(other.changedAt, one.changedAt) || compare(b, a));
    const left = (at: string, below = '\uffff') =>
      all.filter(([name, { changedAt }]) => changedAt === at && name < below).length;
    const rest = all.filter(([name, { changedAt }]) => {
      if (cursor === undefined || changedAt < cursor.at) return true;
      return changedAt === cursor.at && left(changedAt, name) < cursor.left;
    });
    const streams = rest.slice(0, limit).map(([stream, found]) => ({ stream, ...headOf(found, edition) }));
    const last = streams.at(-1);
    if (last === undefined || rest.length <= limit) return { streams };
    return { streams, older: listCursorText({ at: last.changedAt, left: left(last.changedAt, last.stream) }) };
  }

  async onCommitted(stream: string, edition: Edition, hear: AnnouncementListener): Promise<Unsubscribe> {
    this.#open();
    const subscription = { stream, edition, hear };
    this.#base.subscriptions.add(subscription);
    this.#own.add(subscription);
    return () => this.#unsubscribe(subscription);
  }

  #unsubscribe(subscription: Subscription): void {
    this.#base.subscriptions.delete(subscription);
    this.#own.delete(subscription);
  }

  async outbox(limit: number): Promise<readonly OutboxItem[]> {
    return [...this.#open().outbox].slice(0, limit).map(([number, item]) => ({ ...item, id: String(number) }));
  }

  async outboxDone(items: readonly OutboxItem[]): Promise<void> {
    const { outbox } = this.#open();
    for (const { id } of items) outbox.delete(Number(id));
  }

  onOutbox(hear: OutboxListener): Unsubscribe {
    const listener = { hear };
    this.#outboxListeners.add(listener);
    return () => this.#outboxListeners.delete(listener);
  }

  async renewEpoch(stream: string, stale: string): Promise<string | undefined> {
    const data = this.#open();
    const found = data.streams.get(stream);
    if (found?.epoch === stale) data.beginEpoch(found, this.#base.newEpoch());
    return found?.epoch;
  }

  async *dump(): AsyncGenerator<DumpRecord, void, void> {
    for (const record of recordsIn(this.#open().copy())) {
      yield record;
      // A dump must not end as if it were whole.
      this.#open();
    }
  }

  async restore(records: AsyncIterable<DumpRecord>): Promise<number> {
    return restoreInto(this.#open(), records, this.#base.newEpoch);
  }

  now(): number {
    return Date.now();
  }

  async check(): Promise<void> {
    this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#outboxListeners.clear();
    for (const subscription of [...this.#own]) this.#unsubscribe(subscription);
  }

  #open(): ModelData {
    if (this.#closed) throw new Failure('store_unavailable', 'The store is closed.');
    return this.#base.data;
  }
}

function headOf({ epoch, seqs, changedAt, continued, objects }: ModelStream, edition: Edition): Head {
  const header = objects[edition].get(HEADER_ID);
  const continues = continued.map((ended) => ({ epoch: ended.epoch, seq: ended.seqs[edition] }));
  return {
    position: { epoch, seq: seqs[edition] },
    changedAt,
    ...(header === undefined ? {} : { header }),
    ...(continues.length === 0 ? {} : { continues }),
  };
}

/** By code units, which for the names of streams and order keys are their bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
