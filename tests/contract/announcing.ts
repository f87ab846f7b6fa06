import { describe, expect, test } from 'vitest';
import { changeText } from '../../server/store/change-text.js';
import {
  commitOf,
  creating,
  entryWrite,
  eventually,
  headerWrite,
  listenTo,
  openStore,
  present,
  publishing,
  type StoreSetup,
} from './store-harness.js';

export function describeAnnouncements(setup: StoreSetup): void {
  describe('announcements', () => {
    test('tell each edition of its own changes, in the text that readers get', async () => {
      const { store } = await openStore(setup);
      const readers = await listenTo(store, 'flood', 'public');
      const desk = await listenTo(store, 'flood', 'desk');
      const { positions } = await store.commit(creating('flood'));
      await store.commit(
        commitOf('flood', [
          entryWrite('public', 'one', { form: JSON.stringify({ text: '🚨 "x" \u2028' }) }),
          entryWrite('desk', 'one'),
          headerWrite('public', 2),
        ]),
      );
      await readers.upTo(3);
      await desk.upTo(2);
      const { epoch } = positions.public;
      expect(readers.heard.every((one) => one.stream === 'flood' && one.edition === 'public')).toBe(true);
      expect(readers.heard.every((one) => one.epoch === epoch)).toBe(true);
      expect(desk.heard.every((one) => one.edition === 'desk')).toBe(true);

      const changes = readers.heard.flatMap((announcement) => announcement.changes);
      const entry = present((await store.object('flood', 'public', 'one'))?.object, 'the entry');
      const header = present((await store.head('flood', 'public'))?.header, 'the header');
      expect(changes.find((change) => change.seq === 2)).toEqual({
        seq: 2,
        objectId: 'one',
        json: changeText(epoch, entry),
      });
      expect(changes.find((change) => change.seq === 3)).toEqual({
        seq: 3,
        objectId: '@header',
        json: changeText(epoch, header),
      });
      const parsed: unknown = JSON.parse(present(changes[0], 'a change').json);
      expect(parsed).toEqual({
        epoch,
        seq: 1,
        kind: 'story.created',
        at: '2026-03-01T09:00:00.000Z',
        story: { edition: 'public', version: 1 },
      });
    });

    test('of one commit come together', async () => {
      const { store } = await openStore(setup);
      const readers = await listenTo(store, 'flood', 'public');
      await store.commit(
        commitOf(
          'flood',
          ['a', 'b', 'c'].map((id) => entryWrite('public', id)),
        ),
      );
      await readers.upTo(3);
      expect(readers.heard[0]?.changes.map((change) => change.objectId)).toEqual(['a', 'b', 'c']);
    });

    test('say nothing of other streams, other editions or refused commits', async () => {
      const { store } = await openStore(setup);
      const readers = await listenTo(store, 'a', 'public');
      await store.commit(publishing('a-b', 'other'));
      await store.commit(commitOf('a', [entryWrite('desk', 'draft')]));
      await store.commit(publishing('a', 'draft')).catch(() => undefined);
      await store.commit(publishing('a', 'one'));
      await readers.upTo(1);
      const ids = readers.heard.flatMap((announcement) => announcement.changes.map((change) => change.objectId));
      expect(new Set(ids)).toEqual(new Set(['one']));
    });

    test('stop with the one who unsubscribes, and with no one else', async () => {
      const { store } = await openStore(setup);
      const leaving = await listenTo(store, 'flood', 'public');
      const staying = await listenTo(store, 'flood', 'public');
      await store.commit(publishing('flood', 'one'));
      await leaving.upTo(1);
      leaving.stop();
      leaving.stop();
      await store.commit(publishing('flood', 'two'));
      await staying.upTo(2);
      const back = await listenTo(store, 'flood', 'public');
      await store.commit(publishing('flood', 'three'));
      await back.upTo(3);
      expect(leaving.seqs()).not.toContain(2);
      expect(leaving.seqs()).not.toContain(3);
    });

    test('all arrive where nothing fails, for many commits at once', async () => {
      const { store } = await openStore(setup);
      const readers = await listenTo(store, 'flood', 'public');
      await Promise.all(Array.from({ length: 150 }, (_, index) => store.commit(publishing('flood', `e${index}`))));
      await eventually('all 150 announcements', () => new Set(readers.seqs()).size === 150);
    });

    test('come after the change can be read', async () => {
      const { store } = await openStore(setup);
      const seen: Promise<boolean>[] = [];
      const stop = await store.onCommitted('flood', 'public', ({ changes }) => {
        const last = changes.at(-1)?.seq ?? 0;
        seen.push(store.head('flood', 'public').then((head) => (head?.position.seq ?? 0) >= last));
      });
      for (let index = 0; index < 10; index += 1) await store.commit(publishing('flood', `e${index}`));
      await eventually('ten announcements', () => seen.length >= 10);
      stop();
      expect(await Promise.all(seen)).not.toContain(false);
    });
  });
}
