import { describe, expect, test } from 'vitest';
import type { StoryStore, StreamPage } from '../../server/store/story-store.js';
import {
  commitOf,
  creating,
  entryWrite,
  failureOf,
  headerWrite,
  moment,
  openStore,
  present,
  publishing,
  type StoreSetup,
} from './store-harness.js';

async function allStreams(store: StoryStore, limit: number): Promise<string[]> {
  const names: string[] = [];
  let before: string | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const page: StreamPage = await store.streams('public', before === undefined ? { limit } : { limit, before });
    expect(page.streams.length).toBeLessThanOrEqual(limit);
    names.push(...page.streams.map((summary) => summary.stream));
    if (page.older === undefined) return names;
    before = page.older;
  }
  throw new Error('The list never ends');
}

export function describeListing(setup: StoreSetup): void {
  describe('list of streams', () => {
    test('an empty store lists none', async () => {
      const { store } = await openStore(setup);
      expect(await store.streams('public', { limit: 10 })).toEqual({ streams: [] });
    });

    test('runs from the newest change to the oldest and follows each commit', async () => {
      const { store, reopen } = await openStore(setup);
      for (const [index, slug] of ['b', 'a', 'c', 'a-b'].entries()) {
        await store.commit(creating(slug, { at: moment(index) }));
      }
      expect(await allStreams(store, 10)).toEqual(['a-b', 'c', 'a', 'b']);
      await store.commit(publishing('b', 'one', { at: moment(10) }));
      await store.commit(publishing('a', 'one', { at: moment(11) }));
      for (const limit of [1, 2, 3, 4, 5]) expect(await allStreams(store, limit)).toEqual(['a', 'b', 'a-b', 'c']);
      expect(await allStreams(await reopen(), 3)).toEqual(['a', 'b', 'a-b', 'c']);
    });

    test('loses and doubles none of those changed in the same moment', async () => {
      const { store } = await openStore(setup);
      const slugs = ['a', 'a-b', 'a-b-c', 'ab', 'b', 'x9', 'x10'];
      for (const slug of slugs) await store.commit(creating(slug, { at: moment(1) }));
      for (const limit of [1, 2, 3, 7]) expect((await allStreams(store, limit)).sort()).toEqual([...slugs].sort());
    });

    test('its cursors name no stream, and one that is none is refused', async () => {
      const { store } = await openStore(setup);
      for (const slug of ['flood', 'storm']) await store.commit(creating(slug, { at: moment(1) }));
      const { older } = await store.streams('public', { limit: 1 });
      expect(older).not.toMatch(/flood|storm/);
      for (const before of ['', 'x', `${moment(1)}~`, `~1`, `${moment(1)}~x`, 'x~1', `${moment(1)}~storm`]) {
        await failureOf(store.streams('public', { limit: 1, before }), 'invalid_input');
      }
    });

    test('does not pass over a stream when those before it in its moment have moved on', async () => {
      const { store } = await openStore(setup);
      for (const slug of ['a', 'b', 'c', 'd']) await store.commit(creating(slug, { at: moment(1) }));
      const first = await store.streams('public', { limit: 2 });
      const older = present(first.older, 'a cursor');
      for (const { stream } of first.streams) await store.commit(publishing(stream, 'one', { at: moment(5) }));
      const second = await store.streams('public', { limit: 4, before: older });
      expect([...first.streams, ...second.streams].map(({ stream }) => stream).sort()).toEqual(['a', 'b', 'c', 'd']);
    });

    test('brings each header in the edition asked, with the position', async () => {
      const { store } = await openStore(setup);
      const { positions } = await store.commit(creating('flood', { at: moment(3) }));
      await store.commit(commitOf('flood', [headerWrite('desk', 2)], { at: moment(4) }));
      const { epoch } = positions.public;
      const listed = async (edition: 'public' | 'desk') => (await store.streams(edition, { limit: 5 })).streams;
      expect(await listed('public')).toMatchObject([
        { stream: 'flood', changedAt: moment(3), position: { epoch, seq: 1 }, header: { version: 1 } },
      ]);
      expect(await listed('desk')).toMatchObject([
        { stream: 'flood', changedAt: moment(3), position: { epoch, seq: 2 }, header: { version: 2 } },
      ]);
    });

    test('do not move by what only the desk has', async () => {
      const { store } = await openStore(setup);
      for (const [at, slug] of ['a', 'b'].entries()) await store.commit(creating(slug, { at: moment(at) }));
      await store.commit(commitOf('a', [entryWrite('desk', 'draft')], { at: moment(5) }));
      const listed = async () => (await store.streams('desk', { limit: 5 })).streams.map(({ stream }) => stream);
      expect(await listed()).toEqual(['b', 'a']);
      await store.commit(publishing('a', 'one', { at: moment(6) }));
      expect(await listed()).toEqual(['a', 'b']);
    });

    test('a stream without a header in that edition is listed without one', async () => {
      const { store } = await openStore(setup);
      await store.commit(commitOf('draft', [headerWrite('desk')]));
      const { streams } = await store.streams('public', { limit: 5 });
      expect(streams).toHaveLength(1);
      expect(streams[0]).toMatchObject({ stream: 'draft', position: { seq: 0 } });
      expect(streams[0]).not.toHaveProperty('header');
    });

    test('leaves out the server’s own streams, which can be read all the same', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood'));
      await store.commit(commitOf('@breaking', [entryWrite('public', 'one')], { at: moment(9) }));
      expect(await allStreams(store, 10)).toEqual(['flood']);
      expect((await store.page('@breaking', 'public', { limit: 5 }))?.objects).toHaveLength(1);
      expect((await store.head('@breaking', 'public'))?.position.seq).toBe(1);
    });
  });
}
