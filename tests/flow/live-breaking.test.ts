import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BREAKING_SLUG, type CatchUp, LIMITS, type PublicEntry } from '../../client-sdk/protocol/index.js';
import { startOutboxRelay } from '../../server/live/outbox-relay.js';
import { createLogger } from '../../server/logger.js';
import type { StoredObject, StoryStore, Write } from '../../server/store/story-store.js';
import { orderKey } from '../../server/story/display-order.js';
import { encodeNote } from '../../server/story/outbox-item.js';
import { commitOf, eventually, headerWrite, moment, present } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { storeForTest } from '../helpers/live-parts.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket, entryIds } from '../helpers/socket-reader.js';
import { unreliable } from '../helpers/unreliable-store.js';

/** What a client that follows the rules holds of `@breaking`: newest forms by version. */
class Follower {
  readonly entries = new Map<string, PublicEntry>();

  take(entry: PublicEntry | undefined): void {
    if (entry === undefined) return;
    if ((this.entries.get(entry.id)?.version ?? 0) < entry.version) this.entries.set(entry.id, entry);
  }

  shown(): string[] {
    const usable = [...this.entries.values()].filter(({ status }) => status === 'usable');
    return usable.map(({ id }) => id).sort();
  }
}

describe('breaking news', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const api = () => server.api;
  const edit = (slug: string, id: string, body: object) =>
    api().request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body });
  const snapshot = async () => (await api().get<CatchUp>('/v1/breaking', { key: null })).body.entries;

  async function follow() {
    const socket = await connectSocket(server.url);
    const follower = new Follower();
    socket.socket.on('story:change', (_slug, { entry }) => follower.take(entry));
    const joined = await socket.join({ slug: BREAKING_SLUG });
    for (const entry of joined.entries) follower.take(entry);
    return { ...socket, joined, follower };
  }

  it('can be followed before there is any, at every door', async () => {
    const { joined } = await follow();
    expect(joined).toMatchObject({ reset: true, entries: [], position: { seq: 0 } });
    expect(joined.story).toBeUndefined();
    const stream = await openStream(`${server.url}/v1/breaking/stream`);
    await stream.received(1);
    expect(stream.events).toMatchObject([{ event: 'reset', data: { entries: [] } }]);
    const { epoch } = joined.position;
    const poll = fetch(`${server.url}/v1/breaking/changes?since=${epoch}:0&wait=10`);
    const { slug } = await api().createStory();
    const { id } = await api().publish(slug, { breaking: true });
    const answer: CatchUp = JSON.parse(await (await poll).text());
    expect(answer).toMatchObject({ reset: false, position: { epoch, seq: 1 }, entries: [{ id, slug }] });
    await stream.received(2);
    expect(stream.events[1]).toMatchObject({ event: 'change', data: { kind: 'entry.published', entry: { id } } });
  });

  it('follows edits, corrections and withdrawals, and has nothing that was never breaking', async () => {
    const { slug } = await api().createStory();
    const reader = await follow();
    const start = reader.joined.position.seq;
    const quiet = await api().publish(slug, { headline: 'Quiet' });
    const { id } = await api().publish(slug, { headline: 'Flash', breaking: true });
    await edit(slug, quiet.id, { headline: 'Still quiet' });
    await reader.received(1);
    await edit(slug, id, { headline: 'Flash, edited' });
    await reader.received(2);
    const path = `/v1/stories/${slug}/entries/${id}`;
    await api().request('POST', `${path}/corrections`, {
      body: { text: 'It was later.', headline: 'Flash, corrected' },
    });
    await reader.received(3);
    await api().request('POST', `${path}/withdrawal`, { body: { status: 'withheld', notice: 'Being checked.' } });
    await reader.received(4);
    expect((await snapshot()).find((entry) => entry.id === id)).toMatchObject({ notice: { text: 'Being checked.' } });
    expect(JSON.stringify(await snapshot())).not.toContain('Flash, c');
    await api().request('DELETE', `${path}/withdrawal`);
    await reader.received(5);
    expect(
      reader.changes.map(({ slug: stream, change: { seq, kind, entry } }) => [
        stream,
        seq - start,
        kind,
        entry?.id,
        entry?.version,
      ]),
    ).toEqual([
      [BREAKING_SLUG, 1, 'entry.published', id, 1],
      [BREAKING_SLUG, 2, 'entry.updated', id, 2],
      [BREAKING_SLUG, 3, 'entry.corrected', id, 3],
      [BREAKING_SLUG, 4, 'entry.withheld', id, 4],
      [BREAKING_SLUG, 5, 'entry.released', id, 5],
    ]);
    expect(reader.changes[4]?.change.entry).toMatchObject({ slug, headline: 'Flash, corrected' });
    expect(entryIds({ entries: await snapshot() })).not.toContain(quiet.id);
  });

  it('drops an entry whose mark was taken back, text and all, and takes it again when it is put back', async () => {
    const { slug } = await api().createStory();
    const reader = await follow();
    const { id } = await api().publish(slug, { headline: 'A false alarm', breaking: true });
    await reader.received(1);
    await edit(slug, id, { breaking: false });
    await reader.received(2);
    expect(reader.changes[1]?.change.entry).toMatchObject({ id, version: 2, status: 'withheld' });
    expect(entryIds({ entries: await snapshot() })).not.toContain(id);
    const { joined } = await follow();
    expect(entryIds(joined)).not.toContain(id);
    const since = { ...reader.joined.position };
    const resumed = await (await connectSocket(server.url)).join({ slug: BREAKING_SLUG, position: since });
    expect(JSON.stringify(resumed)).not.toContain('A false alarm');
    await edit(slug, id, { headline: 'Quietly edited' });
    await edit(slug, id, { breaking: true });
    await reader.received(3);
    expect(reader.changes[2]?.change.entry).toMatchObject({ id, version: 4, headline: 'Quietly edited' });
    expect(reader.follower.shown()).toContain(id);
  });

  it('goes and comes with its story, for a client that takes only greater versions', async () => {
    const { slug } = await api().createStory();
    const reader = await follow();
    const one = await api().publish(slug, { headline: 'Secret one', breaking: true });
    const two = await api().publish(slug, { headline: 'Secret two', breaking: true });
    const gone = await api().publish(slug, { headline: 'Secret three', breaking: true });
    await reader.received(3);
    await api().request('POST', `/v1/stories/${slug}/entries/${gone.id}/withdrawal`, {
      body: { status: 'canceled', notice: 'Secret notice' },
    });
    await reader.received(4);
    const setVisibility = (visibility: string) =>
      api().request('PATCH', `/v1/stories/${slug}`, { body: { visibility } });
    await setVisibility('private');
    await reader.received(7);
    for (const { id } of [one, two, gone]) expect(reader.follower.shown()).not.toContain(id);
    const held = JSON.stringify([...reader.follower.entries.values()].filter((entry) => entry.slug === slug));
    expect(held).not.toContain('Secret');
    expect(JSON.stringify(await snapshot())).not.toContain('Secret');
    await edit(slug, one.id, { headline: 'Secret, edited in private' });
    await api().publish(slug, { headline: 'Secret four', breaking: true });
    await setVisibility('public');
    await reader.received(10);
    const shown = reader.follower.shown();
    expect(shown).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(reader.follower.entries.get(one.id)).toMatchObject({ headline: 'Secret, edited in private' });
    expect(entryIds({ entries: await snapshot() })).not.toContain(gone.id);
    await edit(slug, two.id, { headline: 'Edited in public' });
    await reader.received(11);
    expect(reader.follower.entries.get(two.id)).toMatchObject({ headline: 'Edited in public' });
  });

  it('shows the newest 50, and nothing behind them', { timeout: 30_000 }, async () => {
    const { slug } = await api().createStory();
    const made: string[] = [];
    for (let count = 0; count < 55; count += 1) made.push((await api().publish(slug, { breaking: true })).id);
    const newest = made.slice(-LIMITS.breaking).reverse();
    await expect.poll(async () => entryIds({ entries: await snapshot() }), { timeout: 5_000 }).toEqual(newest);
    const socket = await connectSocket(server.url);
    const joined = await socket.join({ slug: BREAKING_SLUG, limit: 200 });
    expect(entryIds(joined)).toEqual(newest);
    expect(joined.older).toBeUndefined();
    expect((await socket.join({ slug: BREAKING_SLUG, limit: 3 })).entries).toHaveLength(3);
  });
});

describe('the relay of breaking news', () => {
  const SLUG = 'harbour-fire';

  function startRelay(store: StoryStore) {
    const relay = startOutboxRelay({ store, logger: createLogger('silent') });
    onTestFinished(() => relay.close());
    return relay;
  }

  const publicHeader = (version: number, visibility: string) =>
    headerWrite('public', version, JSON.stringify({ slug: SLUG, visibility, version }));

  interface EntryState {
    readonly version: number;
    readonly breaking?: boolean;
    readonly status?: string;
  }

  /** An entry as the desk's commands write it, with the note. */
  async function write(store: StoryStore, id: string, state: EntryState): Promise<void> {
    const { version, breaking = true, status = 'usable' } = state;
    const publishedAt = moment(1);
    const common = { id, slug: SLUG, version, status, publishedAt, updatedAt: moment(version) };
    const usable = { ...common, breaking, headline: `text ${id} ${version}` };
    const base = { objectId: id, version, kind: 'entry.updated', orderKey: orderKey(publishedAt, id) } as const;
    const writes: Write[] = [
      { ...base, edition: 'public', form: JSON.stringify(status === 'usable' ? usable : common) },
      { ...base, edition: 'desk', form: JSON.stringify(usable) },
    ];
    await store.commit(commitOf(SLUG, writes, { outbox: [encodeNote({ topic: 'entry', entryId: id })] }));
  }

  async function breakingObjects(store: StoryStore): Promise<readonly StoredObject[]> {
    const { position } = present(await store.head(BREAKING_SLUG, 'public'), 'the stream');
    const net = await store.changesSince(BREAKING_SLUG, 'public', { epoch: position.epoch, seq: 0 }, 10_000);
    return present(net, 'its changes').changes;
  }

  async function drained(store: StoryStore): Promise<void> {
    await expect.poll(async () => (await store.outbox(10)).length, { timeout: 10_000, interval: 20 }).toBe(0);
  }

  /** The store as seen by a relay that has read what it needs, and stands still before it writes. */
  function stalled(store: StoryStore) {
    let read = false;
    let goOn = (): void => {};
    const released = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const late: StoryStore = new Proxy(store, {
      get(target, property) {
        if (property === 'commit') {
          return async (commit: Parameters<StoryStore['commit']>[0]) => {
            if (commit.writes.length > 0) {
              read = true;
              await released;
            }
            return target.commit(commit);
          };
        }
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { late, hasRead: () => read, goOn: () => goOn() };
  }

  it('completes at the next start what a crash left, and once only', async () => {
    const store = await storeForTest();
    await store.commit(commitOf(SLUG, [publicHeader(1, 'public')]));
    for (const id of ['a', 'b', 'c']) await write(store, id, { version: 1 });
    await write(store, 'b', { version: 2, status: 'canceled' });
    const first = startRelay(store);
    await drained(store);
    await first.close();
    const objects = await breakingObjects(store);
    // What was never shown is not shown as a tombstone either: it only keeps its place from those who come late.
    const shown = objects.filter(({ orderKey: key }) => key !== undefined);
    expect(shown.map(({ objectId }) => objectId)).toEqual(['a', 'c']);
    expect(objects.find(({ objectId }) => objectId === 'b')?.form).not.toContain('text');
    // A crash between the commit and the mark hands all notes out again.
    for (const id of ['a', 'b', 'c']) {
      await store.commit(commitOf(SLUG, [], { outbox: [encodeNote({ topic: 'entry', entryId: id })] }));
    }
    startRelay(store);
    await drained(store);
    expect(await breakingObjects(store)).toEqual(objects);
  });

  it('is not held up by notes that it cannot read or follow', async () => {
    const store = await storeForTest();
    await store.commit(commitOf(SLUG, [publicHeader(1, 'public')], { outbox: ['nonsense', '{"topic":"weather"}'] }));
    const broken = { objectId: 'broken', version: 1, kind: 'entry.published', form: 'no JSON' } as const;
    const note = encodeNote({ topic: 'entry', entryId: 'broken' });
    await store.commit(commitOf(SLUG, [{ ...broken, edition: 'public' }], { outbox: [note] }));
    startRelay(store);
    await write(store, 'a', { version: 1 });
    await drained(store);
    expect((await breakingObjects(store)).map(({ objectId }) => objectId)).toEqual(['a']);
  });

  it('goes on when the store is back', async () => {
    const control = unreliable(await storeForTest());
    await control.store.commit(commitOf(SLUG, [publicHeader(1, 'public')]));
    await write(control.store, 'a', { version: 1 });
    control.isAway = true;
    startRelay(control.store);
    const reads = control.reads.head;
    await eventually('two tries', () => control.reads.head > reads + 1);
    control.isAway = false;
    await drained(control.store);
    expect(await breakingObjects(control.store)).toHaveLength(1);
  });

  it('never brings a withdrawn text back, however late it comes', async () => {
    const store = await storeForTest();
    await store.commit(commitOf(SLUG, [publicHeader(1, 'public')]));
    await write(store, 'a', { version: 1 });
    const { late, hasRead, goOn } = stalled(store);
    const sleeper = startRelay(late);
    await eventually('the late relay to have read', hasRead);
    await write(store, 'a', { version: 2 });
    const swift = startRelay(store);
    await expect.poll(async () => (await breakingObjects(store)).length, { interval: 20 }).toBe(1);
    await write(store, 'a', { version: 3, status: 'canceled' });
    await expect.poll(async () => (await breakingObjects(store))[0]?.version, { interval: 20 }).toBe(3);
    await swift.close();
    goOn();
    await sleeper.close();
    const [object] = await breakingObjects(store);
    expect(JSON.parse(object?.form ?? '')).toMatchObject({ version: 3, status: 'canceled' });
    expect(object?.form).not.toContain('text a');
  });

  it.each([
    ['is withdrawn', { version: 2, status: 'canceled' }],
    ['loses its mark', { version: 2, breaking: false }],
  ])('does not show what %s before it was ever shown, though another relay had read it', async (_what, state) => {
    const store = await storeForTest();
    await store.commit(commitOf(SLUG, [publicHeader(1, 'public')]));
    await write(store, 'a', { version: 1 });
    const { late, hasRead, goOn } = stalled(store);
    const sleeper = startRelay(late);
    await eventually('the late relay to have read', hasRead);
    await write(store, 'a', state);
    const swift = startRelay(store);
    await drained(store);
    await swift.close();
    goOn();
    await sleeper.close();
    expect((await store.page(BREAKING_SLUG, 'public', { limit: 10 }))?.objects).toEqual([]);
    for (const { form } of await breakingObjects(store)) expect(form).not.toContain('text a');
  });

  it('ends in the same state with several relays at work, stops and starts', { timeout: 30_000 }, async () => {
    const control = unreliable(await storeForTest());
    const { store } = control;
    await store.commit(commitOf(SLUG, [publicHeader(1, 'public')]));
    let relays = [startRelay(store), startRelay(store), startRelay(store)];
    const versions = new Map<string, number>();
    let header = 1;
    for (let step = 0; step < 150; step += 1) {
      const id = `e${step % 7}`;
      const version = (versions.get(id) ?? 0) + 1;
      versions.set(id, version);
      await write(store, id, {
        version,
        breaking: step % 5 !== 0,
        status: step % 11 === 0 ? 'withheld' : 'usable',
      });
      if (step % 40 === 39) {
        header += 1;
        const visibility = header % 2 === 0 ? 'private' : 'public';
        const outbox = [encodeNote({ topic: 'story' })];
        await store.commit(commitOf(SLUG, [publicHeader(header, visibility)], { outbox }));
      }
      if (step % 30 === 29) {
        const [leaving, ...staying] = relays;
        await leaving?.close();
        relays = [...staying, startRelay(store)];
      }
    }
    await drained(store);
    await Promise.all(relays.map((relay) => relay.close()));
    expect(header % 2, 'the story ends public').toBe(0);
    const objects = await breakingObjects(store);
    expect(objects.every(({ orderKey: key, form }) => key === undefined && !form.includes('text'))).toBe(true);

    await store.commit(
      commitOf(SLUG, [publicHeader(header + 1, 'public')], { outbox: [encodeNote({ topic: 'story' })] }),
    );
    startRelay(store);
    await drained(store);
    for (const [id, version] of versions) {
      const own = present((await store.object(SLUG, 'public', id))?.object, id);
      const shown = (await breakingObjects(store)).find(({ objectId }) => objectId === id);
      const entry: { breaking?: boolean; headline?: string; status: string } = JSON.parse(own.form);
      if (entry.status === 'usable' && entry.breaking === true) {
        expect(shown?.form, id).toContain(`text ${id} ${version}`);
        expect(shown?.orderKey).toBe(own.orderKey);
      } else {
        expect(shown?.form, id).not.toContain('text');
      }
    }
  });
});
