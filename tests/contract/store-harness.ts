import { expect, onTestFinished } from 'vitest';
import type { ChangeKind, Edition, ErrorCode } from '../../client-sdk/protocol/index.js';
import { Failure } from '../../server/errors.js';
import {
  type Announcement,
  type Commit,
  type DumpRecord,
  HEADER_ID,
  type StoryStore,
  type Write,
} from '../../server/store/story-store.js';

/** One store that the suite may do anything to. */
export interface StoreUnderTest {
  /** Empty, and of its own: two setups share nothing, though both may be open at the same time. */
  readonly store: StoryStore;
  /** Closes the store last opened and opens it anew on the same data, as a restart does. */
  reopen(): Promise<StoryStore>;
  /** Closes whatever is still open (closing twice is harmless) and removes the data. */
  teardown(): Promise<void>;
}

export type StoreSetup = () => Promise<StoreUnderTest>;

/** A store of several processes. */
interface SharedStoreUnderTest extends StoreUnderTest {
  /** Opens another instance on the same data beside the first. */
  second(): Promise<StoryStore>;
}

export type SharedStoreSetup = () => Promise<SharedStoreUnderTest>;

/** Sets up a store that goes away with the running test. */
export async function openStore<Opened extends StoreUnderTest>(setup: () => Promise<Opened>): Promise<Opened> {
  const underTest = await setup();
  onTestFinished(() => underTest.teardown());
  return underTest;
}

/** A moment of the test's own calendar, so that no test depends on the wall clock. */
export function moment(second: number): string {
  return new Date(Date.UTC(2026, 2, 1, 9, 0, second)).toISOString();
}

export interface WriteOptions {
  readonly version?: number;
  readonly kind?: ChangeKind;
  readonly orderKey?: string | undefined;
  readonly form?: string;
}

/** A write of an entry; shown in display order by its id unless told otherwise (`orderKey: undefined`: not shown). */
export function entryWrite(edition: Edition, objectId: string, options: WriteOptions = {}): Write {
  const version = options.version ?? 1;
  const orderKey = 'orderKey' in options ? options.orderKey : `key#${objectId}`;
  return {
    edition,
    objectId,
    version,
    kind: options.kind ?? (version === 1 ? 'entry.published' : 'entry.updated'),
    ...(orderKey === undefined ? {} : { orderKey }),
    form: options.form ?? JSON.stringify({ id: objectId, version, edition }),
  };
}

export function headerWrite(edition: Edition, version = 1, form = JSON.stringify({ edition, version })): Write {
  return { edition, objectId: HEADER_ID, version, kind: version === 1 ? 'story.created' : 'story.updated', form };
}

export function commitOf(stream: string, writes: readonly Write[], more: Partial<Commit> = {}): Commit {
  return { stream, at: moment(0), expected: [], writes, ...more };
}

/** An entry's first version in both editions, as publishing writes it. */
export function publishing(stream: string, objectId: string, more: Partial<Commit> = {}): Commit {
  return commitOf(stream, [entryWrite('public', objectId), entryWrite('desk', objectId)], {
    expected: [{ objectId, version: 0 }],
    ...more,
  });
}

/** A story's header in both editions, as creating it writes it. */
export function creating(stream: string, more: Partial<Commit> = {}): Commit {
  return commitOf(stream, [headerWrite('public'), headerWrite('desk')], {
    expected: [{ objectId: HEADER_ID, version: 0 }],
    ...more,
  });
}

/** A stream of two entries, as a dump gives it. */
export const wholeDump: readonly DumpRecord[] = [
  { record: 'stream', stream: 'flood', changedAt: '2026-03-01T09:00:00.000Z', seqs: { public: 2, desk: 0 } },
  ...[1, 2].map(
    (seq): DumpRecord => ({
      record: 'object',
      stream: 'flood',
      edition: 'public',
      object: {
        objectId: `e${seq}`,
        version: 1,
        seq,
        kind: 'entry.published',
        at: '2026',
        orderKey: `k${seq}`,
        form: '{}',
      },
    }),
  ),
];

export async function* recordsOf(records: Iterable<DumpRecord>): AsyncIterable<DumpRecord> {
  yield* records;
}

/** Awaits the failure that a promise must end with. */
export async function failureOf(promise: Promise<unknown>, code: ErrorCode): Promise<Failure> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`Expected ${code}, but it resolved with ${JSON.stringify(outcome.value)}`);
  expect(outcome.error).toBeInstanceOf(Failure);
  if (!(outcome.error instanceof Failure)) throw outcome.error;
  expect(outcome.error.code).toBe(code);
  return outcome.error;
}

/** What must be there, for tests that would make no sense without it. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Expected ${what}`);
  return value;
}

/** All that can be read of a stream, to compare before and after something that must change nothing. */
export async function everythingOf(store: StoryStore, stream: string, objectIds: readonly string[]) {
  const editions = await Promise.all(
    (['public', 'desk'] as const).map(async (edition) => {
      const head = await store.head(stream, edition);
      const start = { epoch: head?.position.epoch ?? '', seq: 0 };
      return {
        head,
        page: await store.page(stream, edition, { limit: 500 }),
        changes: head && (await store.changesSince(stream, edition, start, 500)),
        objects: await Promise.all(objectIds.map((id) => store.object(stream, edition, id))),
      };
    }),
  );
  return {
    editions,
    revisions: await Promise.all(objectIds.map((id) => store.revisions(stream, id, { limit: 100 }))),
    streams: await store.streams('desk', { limit: 200 }),
    outbox: await store.outbox(100),
  };
}

/** Awaits a condition that something else brings about, and tells what was awaited when it does not come. */
export async function eventually(what: string, condition: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Everything heard of one edition, and a way to wait for a number to come by. */
export async function listenTo(store: StoryStore, stream: string, edition: Edition) {
  const heard: Announcement[] = [];
  const stop = await store.onCommitted(stream, edition, (announcement) => heard.push(announcement));
  const seqs = () => heard.flatMap((announcement) => announcement.changes.map((change) => change.seq));
  const upTo = (seq: number) =>
    eventually(`the announcement of ${stream} ${edition} ${seq}`, () => seqs().includes(seq));
  return { heard, seqs, stop, upTo };
}
