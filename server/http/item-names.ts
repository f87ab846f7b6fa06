import { createHash } from 'node:crypto';
import type { Origin } from '@slugline/client/protocol';
import { isFailure } from '../errors.js';
import type { ExpectedVersion, StoryStore, Write } from '../store/story-store.js';
import { isOlder } from '../story/ingest/wire-item.js';

/**
 * The server's own stream that tells which entry an item of a wire became: one object for each name of an item, written
 * before the entry is. Whoever writes it first says what the entry is called, so that two instances that get one item at
 * once make one entry. It is the public edition, though no door shows it: that one keeps no revisions.
 */
export const ITEMS_STREAM = '@items';

/** As it is stored. A name never gets another place. */
export interface NameForm {
  readonly place?: ItemPlace;
  /** A withdrawal that came before there was anything to withdraw. */
  readonly recall?: Origin;
}

export interface ItemPlace {
  readonly slug: string;
  readonly entryId: string;
}

interface KnownName extends NameForm {
  readonly id: string;
  readonly version: number;
}

/** All names of one item. */
interface KnownNames extends NameForm {
  readonly names: readonly KnownName[];
}

/** What is known of an item: the place that the first of its names has, and its newest withdrawal. */
export async function readNames(store: StoryStore, texts: readonly string[]): Promise<KnownNames> {
  const names = await Promise.all(texts.map((text) => readName(store, nameId(text))));
  const place = names.find((name) => name.place !== undefined)?.place;
  const recall = names.flatMap((name) => name.recall ?? []).reduce(newer, undefined);
  return { names, ...(place !== undefined && { place }), ...(recall !== undefined && { recall }) };
}

function newer(than: Origin | undefined, recall: Origin): Origin {
  return than === undefined || isOlder(than, recall) ? recall : than;
}

async function readName(store: StoryStore, id: string): Promise<KnownName> {
  const object = (await store.object(ITEMS_STREAM, 'public', id))?.object;
  if (object === undefined) return { id, version: 0 };
  const form: NameForm = JSON.parse(object.form);
  return { ...form, id, version: object.version };
}

/** Gives the place to all names that have none. Rejects with `version_conflict` where somebody was faster. */
export async function giveNames(store: StoryStore, { names }: KnownNames, place: ItemPlace): Promise<void> {
  await write(
    store,
    names.flatMap((name) => (name.place === undefined ? [{ ...name, place }] : [])),
  );
}

/** Keeps a withdrawal for what may still come. Rejects with `version_conflict` where somebody was faster. */
export async function rememberRecall(store: StoryStore, { names }: KnownNames, recall: Origin): Promise<void> {
  await write(
    store,
    names.flatMap((name) => (name.recall?.digest === recall.digest ? [] : [{ ...name, recall }])),
  );
}

/** Adds a name as another store knew it, unless it is known here. */
export async function addName(store: StoryStore, id: string, form: NameForm): Promise<void> {
  await write(store, [{ ...form, id, version: 0 }]).catch((error: unknown) => {
    if (!isFailure(error, 'version_conflict')) throw error;
  });
}

async function write(store: StoryStore, names: readonly KnownName[]): Promise<void> {
  if (names.length === 0) return;
  const expected = names.map(({ id, version }): ExpectedVersion => ({ objectId: id, version }));
  const writes = names.map(
    ({ id, version, ...form }): Write => ({
      edition: 'public',
      objectId: id,
      version: version + 1,
      kind: version === 0 ? 'entry.published' : 'entry.updated',
      form: JSON.stringify(form satisfies NameForm),
    }),
  );
  await store.commit({ stream: ITEMS_STREAM, at: new Date(store.now()).toISOString(), expected, writes });
}

function nameId(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
