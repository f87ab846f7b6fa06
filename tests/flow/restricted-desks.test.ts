import type { DeskStory, Problem } from '@slugline/client/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson, type SignedIn } from '../helpers/person.js';
import { startServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let named: SignedIn;
let other: SignedIn;
let slug: string;
beforeAll(async () => {
  server = await startServer();
  [named, other] = [await newPerson(server, 'editor'), await newPerson(server, 'editor')];
  slug = (await server.api.createStory({ members: [named.memberId] })).slug;
});
afterAll(() => server?.close());

const NEW_STORY = { slug: 'nobody-s-desk', headline: 'Harbour fire' };

const as = (person: SignedIn, body?: unknown, headers: Record<string, string> = {}) => ({
  key: null,
  headers: { ...person.person, ...headers },
  ...(body !== undefined && { body }),
});
const outcome = ({ status, body }: { readonly status: number; readonly body: Partial<Problem> }) => body.code ?? status;

it('a story that is restricted to members is in the list of their desk, and of the admins’, and of no other', async () => {
  const listed = async (options: object) => {
    const { body } = await server.api.get<{ stories: DeskStory[] }>('/v1/stories?edition=desk', options);
    return body.stories.filter((story) => story.slug === slug).map(({ members }) => members);
  };
  expect(await listed(as(named))).toEqual([[named.memberId]]);
  expect(await listed({})).toEqual([[named.memberId]]);
  expect(await listed(as(other))).toEqual([]);
  expect(await listed({ key: await server.api.createKey('editor') })).toEqual([]);
  const readers = await server.api.get<{ stories: object[] }>('/v1/stories', { key: null });
  expect(readers.body.stories).toContainEqual(expect.objectContaining({ slug }));
  expect(JSON.stringify(readers.body)).not.toContain(named.memberId);
});

it('its members work on it, and nobody else, by whichever way the words come', async () => {
  const { api } = server;
  const entries = `/v1/stories/${slug}/entries`;
  const said = { headline: 'Crews reach the quay' };
  const retried = { 'idempotency-key': 'a-desk/1' };
  expect(outcome(await api.request('POST', entries, as(named, said, retried)))).toBe(201);
  expect(outcome(await api.request('POST', entries, as(other, said)))).toBe('story_restricted');
  // Not by who guesses what was sent, either.
  expect(outcome(await api.request('POST', entries, as(other, said, retried)))).toBe('story_restricted');
  expect(outcome(await api.request('POST', entries, as(named, said, retried)))).toBe(201);
  const item = { uri: 'urn:newsml:wire.example:1', version: '1', headline: 'From a wire' };
  const ninjs = `/v1/ingest/ninjs?story=${slug}`;
  expect(outcome(await api.request('POST', ninjs, as(other, item)))).toBe('story_restricted');
  expect(outcome(await api.request('POST', ninjs, as(named, item)))).toBe(201);
});

it('it is restricted to members who are there, and not by somebody to others alone', async () => {
  const { api } = server;
  const { slug: open } = await api.createStory();
  const patch = async (person: SignedIn, members: unknown) =>
    outcome(await api.request('PATCH', `/v1/stories/${open}`, as(person, { members })));
  expect(await patch(named, ['nobody000000'])).toBe('invalid_input');
  expect(await patch(named, [other.memberId])).toBe('invalid_input');
  expect(await patch(named, 'all')).toBe('invalid_input');
  expect(await patch(named, [other.memberId, named.memberId, named.memberId])).toBe(200);
  const held = await api.get<{ story: DeskStory }>(`/v1/stories/${open}?edition=desk`, as(other));
  expect(held.body.story.members).toEqual([other.memberId, named.memberId]);
  expect(await patch(other, [other.memberId])).toBe(200);
  // A list that lost its last name is a mistake, and opens nothing.
  expect(await patch(other, [])).toBe('invalid_input');
  expect(outcome(await api.request('POST', '/v1/stories', as(other, { ...NEW_STORY, members: [] })))).toBe(
    'invalid_input',
  );
  expect(await patch(named, null)).toBe('story_restricted');
  expect(await patch(other, null)).toBe(200);
  const { body } = await api.get<{ story: DeskStory }>(`/v1/stories/${open}?edition=desk`, as(named));
  expect(body.story).not.toHaveProperty('members');
});
