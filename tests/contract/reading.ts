import { describe, expect, test } from 'vitest';
import { HEADER_ID, type Page, type StoryStore } from '../../server/store/story-store.js';
import {
  commitOf,
  creating,
  entryWrite,
  headerWrite,
  moment,
  openStore,
  present,
  publishing,
  type StoreSetup,
} from './store-harness.js';

/** Ids that a nanoid may come to, several of them beginnings of others. */
const AWKWARD_IDS = [
  '_',
  '-',
  '--',
  '-a',
  '_a',
  '__proto__',
  'a',
  'a-',
  'a-b',
  'a_b',
  'A',
  '0',
  '00',
  'constructor',
  'V1StGXR8_Z5jdHi6B-myT',
];

const TEXTS: Readonly<Record<string, string>> = {
  emoji: '🚨 Flash 👩🏽‍🚒',
  'right to left': 'עדכון: ‏الفيضان',
  'line separators': 'one\u2028two\u2029three',
  'control characters': 'nul \u0000, bell \u0007, delete \u007f',
  'a lone surrogate': 'half \ud83d of it, \udc00',
  quotes: '"\\/\b\f\n\r\t',
  'a byte order mark': '\ufeffstart',
  'the highest code point': '\u{10ffff}',
  composed: 'e\u0301 and \u00e9',
};

async function allPages(store: StoryStore, stream: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let before: string | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const page: Page = present(
      await store.page(stream, 'public', before === undefined ? { limit } : { limit, before }),
      'a page',
    );
    expect(page.objects.length).toBeLessThanOrEqual(limit);
    ids.push(...page.objects.map((object) => object.objectId));
    if (page.older === undefined) return ids;
    expect(page.older).toBe(page.objects.at(-1)?.orderKey);
    before = page.older;
  }
  throw new Error('The pages never end');
}

export function describeReading(setup: StoreSetup): void {
  describe('a stream never committed to', () => {
    test('is unknown to every read', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood-2'));
      const since = { epoch: 'any', seq: 0 };
      expect(await store.head('flood', 'public')).toBeUndefined();
      expect(await store.object('flood', 'public', HEADER_ID)).toBeUndefined();
      expect(await store.page('flood', 'public', { limit: 5 })).toBeUndefined();
      expect(await store.changesSince('flood', 'public', since, 5)).toBeUndefined();
      expect(await store.revisions('flood', 'one', { limit: 5 })).toEqual([]);
      expect(await store.receipt('flood', { key: 'k', fingerprint: 'f' })).toBeUndefined();
    });
  });

  describe('objects', () => {
    test('come back whole, beside the head', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood', { at: moment(1) }));
      const { positions } = await store.commit(publishing('flood', 'one', { at: moment(2) }));
      const view = present(await store.object('flood', 'public', 'one'), 'a view');
      expect(view).toEqual({
        position: positions.public,
        changedAt: moment(2),
        header: {
          objectId: HEADER_ID,
          version: 1,
          seq: 1,
          kind: 'story.created',
          at: moment(1),
          form: '{"edition":"public","version":1}',
        },
        object: {
          objectId: 'one',
          version: 1,
          seq: 2,
          kind: 'entry.published',
          at: moment(2),
          orderKey: 'key#one',
          form: '{"id":"one","version":1,"edition":"public"}',
        },
      });
      expect((await store.object('flood', 'desk', 'one'))?.object?.form).toContain('desk');
      const missing = present(await store.object('flood', 'public', 'two'), 'a view');
      expect(missing).not.toHaveProperty('object');
      expect(missing.header?.seq).toBe(1);
      expect((await store.object('flood', 'public', HEADER_ID))?.object).toEqual(view.header);
    });

    test('are in the editions they were written to, and in no other', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood', { at: moment(1) }));
      await store.commit(commitOf('flood', [entryWrite('desk', 'draft')], { at: moment(3) }));
      expect((await store.object('flood', 'public', 'draft'))?.object).toBeUndefined();
      expect((await store.page('flood', 'public', { limit: 5 }))?.objects).toEqual([]);
      expect(await store.head('flood', 'public')).toMatchObject({ position: { seq: 1 }, changedAt: moment(1) });
      expect((await store.page('flood', 'desk', { limit: 5 }))?.objects).toHaveLength(1);
    });

    test('keep apart ids that begin with one another', async () => {
      const { store } = await openStore(setup);
      for (const id of AWKWARD_IDS) await store.commit(publishing('flood', id));
      for (const id of AWKWARD_IDS) {
        expect((await store.object('flood', 'public', id))?.object?.objectId).toBe(id);
        const revisions = await store.revisions('flood', id, { limit: 5 });
        expect(revisions.map((revision) => revision.form)).toEqual([`{"id":"${id}","version":1,"edition":"desk"}`]);
      }
      // Display order is that of the keys' bytes.
      const greatestFirst = [...AWKWARD_IDS].sort((one, other) => (one < other ? 1 : -1));
      expect(await allPages(store, 'flood', 4)).toEqual(greatestFirst);
    });

    test.each(Object.entries(TEXTS))('keep %s as written', async (_, text) => {
      const { store, reopen } = await openStore(setup);
      const form = JSON.stringify({ text });
      await store.commit(
        commitOf('flood', [entryWrite('public', 'one', { form }), entryWrite('desk', 'one', { form })]),
      );
      const again = await reopen();
      const page = present(await again.page('flood', 'public', { limit: 1 }), 'a page');
      expect(page.objects[0]?.form).toBe(form);
      expect(JSON.parse(page.objects[0]?.form ?? '')).toEqual({ text });
      expect((await again.revisions('flood', 'one', { limit: 1 }))[0]?.form).toBe(form);
    });
  });

  describe('net changes', () => {
    test('hold each object once, in its newest form at its newest number, the header too', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(creating('flood'));
      const { epoch } = positions.public;
      await store.commit(publishing('flood', 'one'));
      await store.commit(publishing('flood', 'two'));
      for (const version of [2, 3, 4])
        await store.commit(commitOf('flood', [entryWrite('public', 'one', { version })]));
      await store.commit(commitOf('flood', [headerWrite('public', 2)]));

      const all = present(await store.changesSince('flood', 'public', { epoch, seq: 0 }, 10), 'changes');
      expect(all.reset).toBe(false);
      expect(all.position).toEqual({ epoch, seq: 7 });
      expect(all.header?.version).toBe(2);
      expect(all.changes.map((change) => [change.seq, change.objectId, change.version])).toEqual([
        [3, 'two', 1],
        [6, 'one', 4],
        [7, HEADER_ID, 2],
      ]);
      const late = present(await store.changesSince('flood', 'public', { epoch, seq: 3 }, 10), 'changes');
      expect(late.changes.map((change) => change.seq)).toEqual([6, 7]);
      const none = present(await store.changesSince('flood', 'public', { epoch, seq: 7 }, 10), 'changes');
      expect(none).toMatchObject({ reset: false, changes: [], position: { epoch, seq: 7 } });
    });

    test('are in the order of the numbers past 9, 99 and 255', async () => {
      const { store } = await openStore(setup);
      const ids = Array.from({ length: 300 }, (_, index) => `e${index}`);
      const { positions } = await store.commit(
        commitOf(
          'flood',
          ids.map((id) => entryWrite('desk', id)),
        ),
      );
      const since = { epoch: positions.desk.epoch, seq: 8 };
      const changes = present(await store.changesSince('flood', 'desk', since, 500), 'changes');
      expect(changes.changes.map((change) => change.objectId)).toEqual(ids.slice(8));
    });

    test('become a reset when the position cannot be continued', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(creating('flood'));
      const { epoch } = positions.public;
      for (const id of ['one', 'two', 'three']) await store.commit(publishing('flood', id));
      const reset = { reset: true, changes: [], position: { epoch, seq: 4 } };
      expect(await store.changesSince('flood', 'public', { epoch: 'another', seq: 2 }, 10)).toMatchObject(reset);
      expect(await store.changesSince('flood', 'public', { epoch, seq: 5 }, 10)).toMatchObject(reset);
      expect(await store.changesSince('flood', 'public', { epoch, seq: 1 }, 2)).toMatchObject(reset);
      expect((await store.changesSince('flood', 'public', { epoch, seq: 1 }, 2))?.header?.version).toBe(1);
      expect(await store.changesSince('flood', 'public', { epoch, seq: 1 }, 3)).toMatchObject({ reset: false });
    });

    test('count changed objects, not changes', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(publishing('flood', 'one'));
      const versions = Array.from({ length: 50 }, (_, index) => index + 2);
      await store.commit(
        commitOf(
          'flood',
          versions.map((version) => entryWrite('public', 'one', { version })),
        ),
      );
      const since = { epoch: positions.public.epoch, seq: 1 };
      const changes = present(await store.changesSince('flood', 'public', since, 1), 'changes');
      expect(changes).toMatchObject({ reset: false, changes: [{ seq: 51, version: 51 }] });
    });

    test('a withdrawn text is in no answer of the public edition', async () => {
      const { store, reopen } = await openStore(setup);
      const secret = 'the text that must be gone';
      const { positions } = await store.commit(
        commitOf('flood', [
          entryWrite('public', 'one', { form: JSON.stringify({ text: secret }) }),
          entryWrite('desk', 'one', { form: JSON.stringify({ text: secret }) }),
          entryWrite('public', 'two'),
        ]),
      );
      const tombstone = { version: 2, kind: 'entry.canceled', form: '{"status":"canceled"}' } as const;
      await store.commit(
        commitOf('flood', [
          entryWrite('public', 'one', tombstone),
          entryWrite('desk', 'one', { ...tombstone, form: JSON.stringify({ text: secret, status: 'canceled' }) }),
        ]),
      );
      const { epoch } = positions.public;
      const look = async (reader: StoryStore) => {
        const answers = [
          ...(await Promise.all([0, 1, 2].map((seq) => reader.changesSince('flood', 'public', { epoch, seq }, 10)))),
          await reader.page('flood', 'public', { limit: 10 }),
          await reader.object('flood', 'public', 'one'),
          await reader.streams('public', { limit: 10 }),
        ];
        expect(JSON.stringify(answers)).toContain('canceled');
        expect(JSON.stringify(answers)).not.toContain(secret);
        // History is the desk's: there it is still to be found.
        expect(JSON.stringify(await reader.revisions('flood', 'one', { limit: 10 }))).toContain(secret);
      };
      await look(store);
      await look(await reopen());
    });
  });

  describe('pages', () => {
    test('run from the greatest order key to the least, each object once', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood'));
      const ids = Array.from({ length: 23 }, (_, index) => `e${String(index).padStart(2, '0')}`);
      // Committed in another order than they are shown in: a late entry may belong further down.
      const shuffled = ids.map((_, index) => present(ids[(index * 7) % ids.length], 'an id'));
      for (const id of shuffled) await store.commit(publishing('flood', id));
      const newestFirst = [...ids].reverse();
      for (const limit of [1, 5, 22, 23, 24, 500]) expect(await allPages(store, 'flood', limit)).toEqual(newestFirst);
      const page = present(await store.page('flood', 'public', { limit: 23 }), 'a page');
      expect(page).not.toHaveProperty('older');
      expect(page.position.seq).toBe(24);
      expect(page.header?.objectId).toBe(HEADER_ID);
    });

    test('entries of the same moment are ordered by the rest of their keys', async () => {
      const { store } = await openStore(setup);
      const at = moment(5);
      for (const id of ['b', 'a', '_x', 'a-b', 'B', '9', '-y']) {
        await store.commit(commitOf('flood', [entryWrite('public', id, { orderKey: `${at}#${id}` })]));
      }
      await store.commit(commitOf('flood', [entryWrite('public', 'newer', { orderKey: `${moment(6)}#newer` })]));
      const order = ['newer', 'b', 'a-b', 'a', '_x', 'B', '9', '-y'];
      for (const limit of [1, 2, 3, 10]) expect(await allPages(store, 'flood', limit)).toEqual(order);
    });

    test('objects of the very same key are both shown', async () => {
      const { store } = await openStore(setup);
      const orderKey = 'same';
      await store.commit(
        commitOf('flood', [entryWrite('public', 'a', { orderKey }), entryWrite('public', 'b', { orderKey })]),
      );
      const page = present(await store.page('flood', 'public', { limit: 5 }), 'a page');
      expect(new Set(page.objects.map((object) => object.objectId))).toEqual(new Set(['a', 'b']));
    });

    test('`before` need not exist and is not included', async () => {
      const { store } = await openStore(setup);
      for (const key of ['b', 'd', 'f']) {
        await store.commit(commitOf('flood', [entryWrite('public', `id-${key}`, { orderKey: key })]));
      }
      const keysBefore = async (key: string) =>
        (await store.page('flood', 'public', { limit: 5, before: key }))?.objects.map((object) => object.orderKey);
      expect(await keysBefore('a')).toEqual([]);
      expect(await keysBefore('b')).toEqual([]);
      expect(await keysBefore('c')).toEqual(['b']);
      expect(await keysBefore('d')).toEqual(['b']);
      expect(await keysBefore('d0')).toEqual(['d', 'b']);
      expect(await keysBefore('f')).toEqual(['d', 'b']);
      expect(await keysBefore('z')).toEqual(['f', 'd', 'b']);
    });

    test('leave out objects without an order key, which net changes still tell of', async () => {
      const { store } = await openStore(setup);
      const hidden = entryWrite('public', 'hidden', { orderKey: undefined });
      const { positions } = await store.commit(commitOf('flood', [hidden, entryWrite('public', 'shown')]));
      const page = present(await store.page('flood', 'public', { limit: 5 }), 'a page');
      expect(page.objects.map((object) => object.objectId)).toEqual(['shown']);
      const since = { epoch: positions.public.epoch, seq: 0 };
      const changes = present(await store.changesSince('flood', 'public', since, 5), 'changes');
      expect(changes.changes[0]).toMatchObject({ objectId: 'hidden' });
      expect(changes.changes[0]).not.toHaveProperty('orderKey');
    });

    test('follow an object whose order key changes, goes and comes back', async () => {
      const { store } = await openStore(setup);
      await store.commit(
        commitOf(
          'flood',
          ['b', 'd'].map((key) => entryWrite('public', `id-${key}`, { orderKey: key })),
        ),
      );
      let version = 1;
      const move = async (orderKey: string | undefined) => {
        version += 1;
        await store.commit(commitOf('flood', [entryWrite('public', 'id-d', { version, orderKey })]));
        return allPages(store, 'flood', 10);
      };
      expect(await move('a')).toEqual(['id-b', 'id-d']);
      expect(await move('a')).toEqual(['id-b', 'id-d']);
      expect(await move(undefined)).toEqual(['id-b']);
      expect(await move(undefined)).toEqual(['id-b']);
      expect(await move('c')).toEqual(['id-d', 'id-b']);
    });
  });

  describe('revisions', () => {
    test('are the desk’s forms, newest first, page by page', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('flood', 'one', { at: moment(1) }));
      for (let version = 2; version <= 12; version += 1) {
        const writes = [entryWrite('desk', 'one', { version }), entryWrite('public', 'one', { version })];
        await store.commit(commitOf('flood', writes, { at: moment(version) }));
      }
      await store.commit(publishing('flood', 'one-more'));
      const first = await store.revisions('flood', 'one', { limit: 5 });
      expect(first.map((revision) => revision.version)).toEqual([12, 11, 10, 9, 8]);
      expect(first[0]).toEqual({
        version: 12,
        kind: 'entry.updated',
        at: moment(12),
        form: '{"id":"one","version":12,"edition":"desk"}',
      });
      const second = await store.revisions('flood', 'one', { limit: 100, before: 8 });
      expect(second.map((revision) => revision.version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(second.at(-1)?.kind).toBe('entry.published');
      expect(await store.revisions('flood', 'one', { limit: 5, before: 1 })).toEqual([]);
      expect((await store.revisions('flood', 'one', { limit: 1, before: 100 }))[0]?.version).toBe(12);
    });

    test('of an object that was only ever public there are none, of a header there are', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood'));
      await store.commit(commitOf('flood', [headerWrite('desk', 2)]));
      await store.commit(commitOf('flood', [entryWrite('public', 'one')]));
      expect(await store.revisions('flood', 'one', { limit: 5 })).toEqual([]);
      const headers = await store.revisions('flood', HEADER_ID, { limit: 5 });
      expect(headers.map((revision) => revision.version)).toEqual([2, 1]);
    });
  });
}
