import type { DeskEntry, EntryReceipt } from '@slugline/client/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NO_PUSH_SERVICE } from '../helpers/followers.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { makeWebhook, webhookReceiverForTest } from '../helpers/webhook-receiver.js';
import { ingest } from '../helpers/wire.js';
import { knock, PUBLIC_HOME, requestFor } from './knocking.js';
import { DOORS } from './policy.js';

/** In every text that only the desk has; a number follows that tells which. */
const MARK = 'unpublished-4711';
const FAR = '2100-01-01T00:00:00.000Z';

/** What the desk does with what is not published. */
type Order =
  | { readonly do: 'write'; readonly fields: object }
  | { readonly do: 'edit'; readonly at: number; readonly fields: object }
  | { readonly do: 'move'; readonly at: number; readonly to: string }
  | { readonly do: 'hold' | 'release' | 'cancel' | 'discard' | 'restore' | 'correct' | 'pin'; readonly at: number }
  | { readonly do: 'take in' };

const flags = { breaking: fc.boolean(), keyEvent: fc.boolean() };
const standing = fc.constantFrom(
  ...[{ workflow: 'draft' }, { workflow: 'submitted' }, { publishAt: FAR }, { embargoedUntil: FAR }],
  { workflow: 'draft', embargoedUntil: FAR },
);
const at = fc.nat(7);
const order: fc.Arbitrary<Order> = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    fields: fc.tuple(fc.record(flags), standing).map(([own, where]) => ({ ...own, ...where })),
  }),
  fc.record({
    do: fc.constant('edit' as const),
    at,
    fields: fc.oneof(
      fc.record(flags),
      fc.constantFrom({ publishAt: FAR }, { publishAt: null }, { embargoedUntil: null }),
    ),
  }),
  fc.record({ do: fc.constant('move' as const), at, to: fc.constantFrom('draft', 'submitted') }),
  fc.record({
    do: fc.constantFrom(...(['hold', 'release', 'cancel', 'discard', 'restore', 'correct', 'pin'] as const)),
    at,
  }),
  fc.record({ do: fc.constant('take in' as const) }),
);

let server: TestServer;
beforeAll(async () => {
  const env = { PUBLIC_URL: PUBLIC_HOME, PUSH_SERVICES: NO_PUSH_SERVICE, WEBHOOK_TARGETS: 'any' };
  server = await startServer({ env, demoFiles: '.' });
});
afterAll(() => server.close());

/** Everything that readers can get of a story and of an entry in it, at every door there is; a new door is asked too. */
async function everythingPublic(slug: string, entry: string): Promise<ReadonlyMap<string, string>> {
  const doors = [...DOORS].filter(
    ([door, rules]) =>
      door.startsWith('GET /') && /^anyone|^readers/.test(rules['public story'] ?? '') && !door.endsWith('/*'),
  );
  const answers = doors.map(async ([door]) => {
    const story = { slug, entries: { usable: '', withheld: '', canceled: '', scheduled: '', absent: '' } };
    const asked = { door, story, entry, keyId: '', memberId: '', edition: 'public', unique: '' } as const;
    const { bytes } = await knock(server.url, requestFor(asked), undefined);
    return [door, bytes.replaceAll(/^(?:x-request-id|date|keep-alive|retry): .*$|"requestId":"[^"]*"/gm, '')] as const;
  });
  return new Map(await Promise.all(answers));
}

let unique = 0;

async function obey(slug: string, ids: string[], what: Order): Promise<void> {
  const { api } = server;
  unique += 1;
  const words = { headline: `${MARK} ${unique}`, tags: [`${MARK} ${unique}`], edNote: `${MARK} a note` };
  const entries = `/v1/stories/${slug}/entries`;
  if (what.do === 'write') {
    const answer = await api.request<EntryReceipt>('POST', entries, { body: { ...words, ...what.fields } });
    ids.push(answer.body.entry.id);
    return;
  }
  if (what.do === 'take in') {
    const item = {
      uri: `urn:${MARK}:${unique}`,
      headline: words.headline,
      embargoed: FAR,
      slugline: `${MARK}-${unique}`,
    };
    const { item: taken } = await ingest(api, `/v1/ingest/ninjs${unique % 2 === 0 ? '' : `?story=${slug}`}`, item);
    if (taken.slug === slug) ids.push(taken.entryId ?? '');
    return;
  }
  const id = ids[what.at % Math.max(1, ids.length)];
  if (id === undefined) return;
  const path = `${entries}/${id}`;
  const send = (method: string, to: string, body?: object) =>
    api.request(method, to, body === undefined ? {} : { body });
  if (what.do === 'edit') await send('PATCH', path, { ...words, ...what.fields });
  else if (what.do === 'move') await send('POST', `${path}/workflow`, { to: what.to, note: `${MARK} a note` });
  else if (what.do === 'hold') await send('POST', `${path}/withdrawal`, { status: 'withheld', notice: `${MARK} gone` });
  else if (what.do === 'cancel')
    await send('POST', `${path}/withdrawal`, { status: 'canceled', notice: `${MARK} gone` });
  else if (what.do === 'release') await send('DELETE', `${path}/withdrawal`);
  else if (what.do === 'discard') await send('DELETE', path);
  else if (what.do === 'restore') await send('POST', `${path}/restoration`, { version: 1 });
  else if (what.do === 'correct') await send('POST', `${path}/corrections`, { text: `${MARK} mended` });
  else await send('PUT', `/v1/stories/${slug}/pins/${id}`);
}

it('what is not published changes no byte of what readers get, whatever the desk does with it', {
  timeout: 60_000,
}, async () => {
  const { api } = server;
  const { slug } = await api.createStory();
  const told = await api.publish(slug, { headline: 'Said to all', breaking: true });
  // The newest, above the story that the desk is at.
  await api.createStory();
  const webhook = await webhookReceiverForTest();
  await makeWebhook(api, webhook);
  const reader = await connectSocket(server.url);
  const { position } = await reader.join({ slug });
  await reader.join({ slug: '@breaking' });
  await expect.poll(async () => JSON.stringify((await api.get('/v1/breaking')).body)).toContain('Said to all');

  await fc.assert(
    fc.asyncProperty(fc.array(order, { minLength: 6, maxLength: 12 }), async (orders) => {
      const ids: string[] = [];
      const before = await everythingPublic(slug, told.id);
      for (const one of orders) await obey(slug, ids, one);
      expect(await everythingPublic(slug, told.id)).toEqual(before);
      for (const id of ids) {
        for (const [door, bytes] of await everythingPublic(slug, id)) {
          expect(bytes.includes(MARK), `${door} tells of what is not published: ${bytes}`).toBe(false);
        }
      }
    }),
    { numRuns: 6 },
  );
  const desk = await api.get<{ entries: DeskEntry[] }>(`/v1/stories/${slug}?edition=desk&limit=200`);
  expect(desk.body.entries.filter(({ workflow }) => workflow !== 'published').length).toBeGreaterThan(5);
  expect(JSON.stringify(reader.changes.filter((change) => change.slug === slug))).toBe('[]');
  const { body } = await api.get<{ position: object }>(`/v1/stories/${slug}`);
  expect(body.position).toEqual(position);

  // What is told next is all that other systems are ever told.
  const { id } = await api.publish(slug, { headline: 'The end' });
  await webhook.untilTaken(1);
  expect(webhook.heard.map(({ change }) => change?.entry?.id)).toEqual([id]);
});
