import { type DumpRecord, HEADER_ID, type StoredObject, type StoryStore } from '../../server/store/story-store.js';

type Of<Kind extends DumpRecord['record']> = Extract<DumpRecord, { record: Kind }>;

/** All that a store has of one stream, by kind. */
interface Stream {
  readonly head: Of<'stream'>;
  readonly objects: Of<'object'>[];
  readonly revisions: Of<'revision'>[];
  readonly receipts: Of<'receipt'>[];
  readonly outbox: Of<'outbox'>[];
}

/**
 * Says what in a store is half-written: what of a commit is there while another part of it is not. Goes by what the
 * store gives out and by what each commit of a server writes: a form in one or both editions, a revision of each desk
 * form, a receipt, notes.
 */
export async function halfWritten(store: StoryStore): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const stream of await streamsOf(store)) {
    for (const fault of [...ofNumbers(stream), ...ofVersions(stream), ...ofReceipts(stream), ...ofNotes(stream)]) {
      wrong.push(`${stream.head.stream}: ${fault}`);
    }
    for await (const fault of ofOrder(store, stream)) wrong.push(`${stream.head.stream}: ${fault}`);
  }
  return wrong;
}

async function streamsOf(store: StoryStore): Promise<readonly Stream[]> {
  const streams: Stream[] = [];
  for await (const record of store.dump()) {
    if (record.record === 'stream') {
      streams.push({ head: record, objects: [], revisions: [], receipts: [], outbox: [] });
      continue;
    }
    const stream = streams.at(-1);
    if (record.record === 'object') stream?.objects.push(record);
    else if (record.record === 'revision') stream?.revisions.push(record);
    else if (record.record === 'receipt') stream?.receipts.push(record);
    else stream?.outbox.push(record);
  }
  return streams;
}

/** The newest change of an edition is some object's newest form, and no two have one number. */
function* ofNumbers({ head, objects }: Stream): Iterable<string> {
  for (const edition of ['public', 'desk'] as const) {
    const seqs = objects.filter((one) => one.edition === edition).map(({ object }) => object.seq);
    if (new Set(seqs).size !== seqs.length) yield `two ${edition} objects have one number`;
    const newest = Math.max(0, ...seqs);
    if (newest !== head.seqs[edition])
      yield `the ${edition} edition is at ${head.seqs[edition]}, its newest object at ${newest}`;
  }
}

const ofPublicFormsAlone = (stream: string): boolean =>
  ['@breaking', '@alerts', '@audit'].includes(stream) || stream.startsWith('@followers:');

/** A desk form has all its revisions, the last of which it is; a public form has a desk form that is as new. */
function* ofVersions({ head, objects, revisions }: Stream): Iterable<string> {
  if (ofPublicFormsAlone(head.stream)) return;
  const desk = new Map<string, StoredObject>();
  for (const { edition, object } of objects) if (edition === 'desk') desk.set(object.objectId, object);
  const forms = new Map<string, string[]>();
  for (const { objectId, revision } of revisions) {
    const versions = forms.get(objectId) ?? [];
    if (revision.version !== versions.length + 1) yield `${objectId} has no version ${versions.length + 1}`;
    forms.set(objectId, [...versions, revision.form]);
  }
  for (const { objectId, version, form } of desk.values()) {
    const versions = forms.get(objectId) ?? [];
    if (versions.length !== version) yield `${objectId} is at version ${version} and has ${versions.length}`;
    if (versions.at(-1) !== form) yield `${objectId} is not what its last version says`;
  }
  for (const { edition, object } of objects) {
    const behind = edition === 'public' && (desk.get(object.objectId)?.version ?? 0) < object.version;
    if (behind) yield `${object.objectId} is public in a version that the desk does not have`;
  }
}

/** What a receipt speaks of is there. */
function* ofReceipts({ head, objects, receipts }: Stream): Iterable<string> {
  const versions = new Map(objects.map(({ object }) => [object.objectId, object.version]));
  for (const { receipt, idempotency } of receipts) {
    const { positions, answer = '{}' } = receipt;
    if (positions.public.seq > head.seqs.public || positions.desk.seq > head.seqs.desk) {
      yield `the receipt ${idempotency.key} is of a commit that is not there`;
    }
    const { id = HEADER_ID, version = 0 }: { id?: string; version?: number } = JSON.parse(answer);
    if ((versions.get(id) ?? 0) < version) yield `the receipt ${idempotency.key} speaks of version ${version} of ${id}`;
  }
}

/** What a note says to look at is there. */
function* ofNotes({ objects, outbox }: Stream): Iterable<string> {
  const ids = new Set(objects.map(({ object }) => object.objectId));
  for (const { payload } of outbox) {
    const { entryId }: { entryId?: string } = JSON.parse(payload);
    if (entryId !== undefined && !ids.has(entryId)) yield `a note speaks of ${entryId}`;
  }
}

/** Display order and net changes lead to every object, and to each once. */
async function* ofOrder(store: StoryStore, { head, objects }: Stream): AsyncIterable<string> {
  const { stream } = head;
  for (const edition of ['public', 'desk'] as const) {
    const own = objects.filter((one) => one.edition === edition).map(({ object }) => object);
    const position = (await store.head(stream, edition))?.position;
    if (position === undefined) {
      yield 'it has no head';
      continue;
    }
    const changes = await store.changesSince(stream, edition, { ...position, seq: 0 }, own.length);
    const bySeq = own.toSorted((one, other) => one.seq - other.seq);
    if (JSON.stringify(changes?.changes) !== JSON.stringify(bySeq)) yield `the ${edition} changes are not its objects`;

    const shown: StoredObject[] = [];
    for (let before: string | undefined = ''; before !== undefined; ) {
      const page = await store.page(stream, edition, before === '' ? { limit: 500 } : { limit: 500, before });
      shown.push(...(page?.objects ?? []));
      before = page?.older;
    }
    const inOrder = own.filter(({ orderKey }) => orderKey !== undefined).length;
    if (shown.length !== inOrder) yield `${shown.length} of ${inOrder} ${edition} objects are in display order`;
  }
}
