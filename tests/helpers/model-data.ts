import type { Edition, Position } from '../../client-sdk/protocol/index.js';
import { Failure } from '../../server/errors.js';
import type {
  Commit,
  ExpectedVersion,
  Idempotency,
  Receipt,
  Revision,
  StoredObject,
} from '../../server/store/story-store.js';

const RECEIPT_MS = 24 * 3_600_000;
/** Epochs that are remembered as continued; as in `lives.lua`. */
const CONTINUED_MOST = 8;

/** A receipt as it is kept, with the command that it is of. */
interface KeptReceipt {
  readonly fingerprint: string;
  readonly positions: Readonly<Record<Edition, Position>>;
  readonly answer?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** An epoch that is over, and how far it came before the next one went on from there. */
interface Continued {
  readonly epoch: string;
  readonly seqs: Readonly<Record<Edition, number>>;
}

/** One stream. Plain maps; order is made when it is asked for. */
export interface ModelStream {
  epoch: string;
  /** The life of the data in which the epoch began. */
  life: number;
  /** Newest first. */
  continued: readonly Continued[];
  changedAt: string;
  readonly seqs: Record<Edition, number>;
  readonly objects: Readonly<Record<Edition, Map<string, StoredObject>>>;
  /** By object, oldest first. */
  readonly revisions: Map<string, Revision[]>;
  readonly receipts: Map<string, KeptReceipt>;
}

/** What a commit came to, for the announcement. */
export interface ModelCommit {
  readonly receipt: Receipt;
  readonly epoch: string;
  readonly changes: Readonly<Record<Edition, readonly StoredObject[]>>;
}

/**
 * What a model store keeps: as much of a database as `StoryStore` needs, in one piece, so that it can be copied
 * and put back. It does each thing in the plainest way there is, since it is what the rest is measured by.
 */
export class ModelData {
  readonly streams = new Map<string, ModelStream>();
  readonly outbox = new Map<number, { readonly stream: string; readonly payload: string }>();
  nextOutboxItem = 1;
  /** Another number whenever the newest part may have been lost. The next commit to a stream begins a new epoch then. */
  life = 0;

  copy(): ModelData {
    const copy = new ModelData();
    for (const [name, stream] of this.streams) copy.streams.set(name, copyOf(stream));
    for (const [number, item] of this.outbox) copy.outbox.set(number, item);
    copy.nextOutboxItem = this.nextOutboxItem;
    copy.life = this.life;
    return copy;
  }

  appendOutbox(stream: string, payload: string): void {
    this.outbox.set(this.nextOutboxItem, { stream, payload });
    this.nextOutboxItem += 1;
  }

  /** The new epoch goes on from the old one where that one is of an earlier life; else nobody knows what is what. */
  beginEpoch(stream: ModelStream, epoch: string): void {
    const { seqs, continued } = stream;
    const ended = { epoch: stream.epoch, seqs: { ...seqs } };
    stream.continued = stream.life === this.life ? [] : [ended, ...continued].slice(0, CONTINUED_MOST);
    stream.life = this.life;
    stream.epoch = epoch;
  }

  receipt(stream: string, { key, fingerprint }: Idempotency, now: number): Receipt | undefined {
    const kept = this.streams.get(stream)?.receipts.get(key);
    if (kept === undefined || kept.expiresAt <= now) return undefined;
    if (kept.fingerprint !== fingerprint) throw new Failure('idempotency_key_reused');
    const { positions, answer } = kept;
    return { positions, ...(answer === undefined ? {} : { answer }), replayed: true };
  }

  /** The steps of `StoryStore.commit` in its order. Nothing is written before the last of them that may refuse. */
  commit(commit: Commit, now: number, newEpoch: () => string): ModelCommit {
    const { stream: name, at, idempotency, answer } = commit;
    const before = this.streams.get(name);
    const first = idempotency && this.receipt(name, idempotency, now);
    if (before !== undefined && first !== undefined) {
      return { receipt: first, epoch: before.epoch, changes: { public: [], desk: [] } };
    }
    for (const expected of commit.expected) requireVersion(before, expected);

    const stream = before ?? emptyStream(newEpoch(), this.life, at);
    this.streams.set(name, stream);
    if (stream.life !== this.life) this.beginEpoch(stream, newEpoch());
    if (commit.writes.some(({ edition }) => edition === 'public')) stream.changedAt = at;
    const changes: Record<Edition, StoredObject[]> = { public: [], desk: [] };
    for (const { edition, ...write } of commit.writes) {
      stream.seqs[edition] += 1;
      const object: StoredObject = { ...write, seq: stream.seqs[edition], at };
      stream.objects[edition].set(object.objectId, object);
      if (edition === 'desk') addRevision(stream, object.objectId, object);
      changes[edition].push(object);
    }
    for (const payload of commit.outbox ?? []) this.appendOutbox(name, payload);

    const { epoch, seqs } = stream;
    const positions = { public: { epoch, seq: seqs.public }, desk: { epoch, seq: seqs.desk } };
    const kept = { positions, ...(answer === undefined ? {} : { answer }) };
    if (idempotency !== undefined) {
      const { key, fingerprint } = idempotency;
      stream.receipts.set(key, { ...kept, fingerprint, expiresAt: now + RECEIPT_MS });
    }
    return { receipt: { ...kept, replayed: false }, epoch, changes };
  }
}

export function emptyStream(epoch: string, life: number, changedAt: string): ModelStream {
  return {
    epoch,
    life,
    continued: [],
    changedAt,
    seqs: { public: 0, desk: 0 },
    objects: { public: new Map(), desk: new Map() },
    revisions: new Map(),
    receipts: new Map(),
  };
}

export function addRevision(stream: ModelStream, objectId: string, { version, kind, at, form }: Revision): void {
  const revisions = stream.revisions.get(objectId) ?? [];
  stream.revisions.set(objectId, revisions);
  revisions.push({ version, kind, at, form });
}

function requireVersion(stream: ModelStream | undefined, { objectId, version }: ExpectedVersion): void {
  const versionIn = (edition: Edition) => stream?.objects[edition].get(objectId)?.version ?? 0;
  const currentVersion = Math.max(versionIn('public'), versionIn('desk'));
  if (currentVersion !== version) throw new Failure('version_conflict', undefined, { currentVersion });
}

/** Objects, revisions and receipts are never changed in place, so the maps alone are copied. */
function copyOf({ seqs, objects, revisions, receipts, ...rest }: ModelStream): ModelStream {
  return {
    ...rest,
    seqs: { ...seqs },
    objects: { public: new Map(objects.public), desk: new Map(objects.desk) },
    revisions: new Map([...revisions].map(([id, forms]) => [id, [...forms]])),
    receipts: new Map(receipts),
  };
}
