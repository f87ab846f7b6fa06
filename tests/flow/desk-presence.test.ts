import type { DeskEditor } from '@slugline/client/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import type { TestServer } from '../helpers/server.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';
import { startTwoInstances } from '../helpers/two-instances.js';

let first: TestServer;
let second: TestServer;
let close: (() => Promise<void>) | undefined;
beforeAll(async () => {
  ({ first, second, close } = await startTwoInstances());
});
afterAll(() => close?.());

interface Desk extends SocketReader {
  /** What it was told last of each story. */
  readonly presence: ReadonlyMap<string, readonly DeskEditor[]>;
  readonly told: () => number;
  /** All entries that it was ever told of. */
  readonly ever: ReadonlySet<string>;
  edits(slug: string, entryId: string | null): void;
  /** Waits until the entries that are edited are these. */
  sees(slug: string, entryIds: readonly string[]): Promise<void>;
}

async function deskAt({ url, adminKey }: TestServer, slug: string, token = adminKey): Promise<Desk> {
  const reader = await connectSocket(url, { auth: { token } });
  const presence = new Map<string, readonly DeskEditor[]>();
  const ever = new Set<string>();
  let told = 0;
  reader.socket.on('desk:presence', (story, editors) => {
    told += 1;
    presence.set(story, editors);
    for (const { entryId } of editors) ever.add(entryId);
  });
  await reader.join({ slug, edition: 'desk' });
  return {
    ...reader,
    presence,
    told: () => told,
    ever,
    edits: (story, entryId) => void reader.socket.emit('desk:editing', { slug: story, entryId }),
    async sees(story, entryIds) {
      const isSo = () =>
        JSON.stringify((presence.get(story) ?? []).map((editor) => editor.entryId).sort()) ===
        JSON.stringify([...entryIds].sort());
      await eventually(`the desk to see that ${JSON.stringify(entryIds)} are edited`, isSo, 8_000);
    },
  };
}

it('whoever edits an entry is seen by the whole desk, on all instances, until they leave it or are gone', async () => {
  const { slug } = await first.api.createStory();
  const { id } = await first.api.publish(slug);
  const [ada, ben, cyd] = await Promise.all([deskAt(first, slug), deskAt(first, slug), deskAt(second, slug)]);
  ada.edits(slug, id);
  await Promise.all([ada, ben, cyd].map((desk) => desk.sees(slug, [id])));
  expect(cyd.presence.get(slug)).toEqual([{ name: expect.any(String), entryId: id, since: expect.any(String) }]);
  // Told once, not again for saying the same.
  const before = ben.told();
  ada.edits(slug, id);
  cyd.edits(slug, 'another-entry');
  await Promise.all([ada, ben, cyd].map((desk) => desk.sees(slug, [id, 'another-entry'])));
  expect(ben.told()).toBe(before + 1);
  // Who comes later is told at once.
  const dan = await deskAt(second, slug);
  await dan.sees(slug, [id, 'another-entry']);
  cyd.edits(slug, null);
  await Promise.all([ada, ben, dan].map((desk) => desk.sees(slug, [id])));
  ada.socket.close();
  await Promise.all([ben, cyd, dan].map((desk) => desk.sees(slug, [])));
});

it('is told to nobody else, and heard from nobody else', async () => {
  const { slug } = await first.api.createStory();
  const { slug: otherSlug } = await first.api.createStory();
  const reader = await connectSocket(first.url);
  const heard: unknown[] = [];
  reader.socket.on('desk:presence', (...told) => heard.push(told));
  await reader.join({ slug });
  const desk = await deskAt(first, slug);
  const elsewhere = await deskAt(first, otherSlug);
  // None of these may: a reader, one who does not follow the story, and what is no message.
  reader.socket.emit('desk:editing', { slug, entryId: 'by-a-reader' });
  elsewhere.edits(slug, 'from-elsewhere');
  for (const sent of [undefined, null, 7, {}, { slug }, { slug, entryId: 'x'.repeat(65) }, { slug, entryId: {} }]) {
    desk.socket.emit('desk:editing', sent);
  }
  desk.socket.emit('desk:editing', { slug, entryId: 'an-entry', name: 'somebody else' });
  desk.edits(slug, 'an-entry');
  await desk.sees(slug, ['an-entry']);
  expect([...desk.ever]).toEqual(['an-entry']);
  expect(elsewhere.told()).toBe(0);
  expect(heard).toEqual([]);
});

it('ends when its editor leaves the story, or may not be there any more', async () => {
  const { slug } = await first.api.createStory();
  const watcher = await deskAt(second, slug);
  const leaver = await deskAt(first, slug);
  const { body } = await first.api.request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
    body: { name: 'Interim', role: 'contributor' },
  });
  const interim = await deskAt(first, slug, body.secret);
  leaver.edits(slug, 'one');
  interim.edits(slug, 'two');
  await watcher.sees(slug, ['one', 'two']);
  leaver.socket.emit('story:leave', { slug });
  await watcher.sees(slug, ['two']);
  await first.api.request('DELETE', `/v1/keys/${body.key.id}`);
  await watcher.sees(slug, []);
});

it('names the member, and ends for who is not among those to whom the story is restricted', async () => {
  const { slug } = await first.api.createStory();
  const member = async (name: string) =>
    (await first.api.request<{ member: { id: string } }>('POST', '/v1/members', { body: { name, role: 'editor' } }))
      .body.member.id;
  const [id, other] = [await member('Ada Lund'), await member('Ben Ek')];
  const key = await first.api.request<{ secret: string }>('POST', `/v1/members/${id}/keys`, { body: { name: 'K' } });
  const watcher = await deskAt(second, slug);
  const ada = await deskAt(first, slug, key.body.secret);
  ada.edits(slug, 'one');
  await watcher.sees(slug, ['one']);
  expect(watcher.presence.get(slug)).toMatchObject([{ memberId: id, name: 'Ada Lund' }]);
  const restricted = await first.api.request('PATCH', `/v1/stories/${slug}`, { body: { members: [other] } });
  expect(restricted.status).toBe(200);
  await watcher.sees(slug, []);
  const before = ada.told();
  watcher.edits(slug, 'two');
  await watcher.sees(slug, ['two']);
  expect(ada.told()).toBe(before);
});
