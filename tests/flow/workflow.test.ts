import type { DeskEntry, EntryReceipt, Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../helpers/person.js';
import { type Api, createApi, startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

const SOON = '2100-01-01T00:00:00.000Z';

describe('an entry on its way to readers', () => {
  let server: TestServer;
  let editor: Api;
  let writer: Api;
  let otherWriter: Api;
  let slug: string;
  beforeAll(async () => {
    server = await startServer();
    editor = server.api;
    writer = createApi(server.url, await editor.createKey('contributor'));
    otherWriter = createApi(server.url, await editor.createKey('contributor'));
    slug = (await editor.createStory()).slug;
  });
  afterAll(() => server.close());

  const entries = () => `/v1/stories/${slug}/entries`;
  const create = (api: Api, body: object) => api.request<EntryReceipt>('POST', entries(), { body });
  const made = async (api: Api, body: object): Promise<DeskEntry> => {
    const answer = await create(api, body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body.entry;
  };
  const move = (api: Api, { id, version }: DeskEntry, to: string, note?: string) =>
    api.request<EntryReceipt>('POST', `${entries()}/${id}/workflow`, {
      body: { to, ...(note !== undefined && { note }) },
      headers: { 'if-match': `"${version}"` },
    });
  const edit = (api: Api, { id }: DeskEntry, body: object) =>
    api.request<EntryReceipt>('PATCH', `${entries()}/${id}`, { body });
  const outcome = async (answer: Promise<{ status: number; body: object }>) => {
    const { status, body } = await answer;
    return [status, 'code' in body ? body.code : undefined];
  };
  const publicly = async () => (await editor.get<Snapshot>(`/v1/stories/${slug}?limit=200`, { key: null })).body;

  it('is written, submitted, sent back with a note, submitted again and published, and only then is there for readers', async () => {
    const before = JSON.stringify(await publicly());
    const reader = await connectSocket(server.url);
    const desk = await connectSocket(server.url, { auth: { token: server.adminKey } });
    await reader.join({ slug });
    await desk.join({ slug, edition: 'desk' });

    const draft = await made(writer, { headline: 'A rumour', workflow: 'draft' });
    expect(draft).toMatchObject({ workflow: 'draft', version: 1 });
    const submitted = (await move(writer, draft, 'submitted', 'Please check the name.')).body.entry;
    expect(submitted.workflowNote).toMatchObject({ text: 'Please check the name.', by: { name: 'a contributor' } });
    const returned = (await move(editor, submitted, 'draft', 'Who says so?')).body.entry;
    expect(returned).toMatchObject({ workflow: 'draft', workflowNote: { text: 'Who says so?' } });
    const mended = (await edit(writer, returned, { headline: 'The mayor confirms it' })).body.entry;
    const again = (await move(writer, mended, 'submitted')).body.entry;
    expect(again.workflowNote).toBeUndefined();
    expect(JSON.stringify(await publicly())).toBe(before);
    expect(reader.changes).toEqual([]);

    const answer = await move(editor, again, 'published');
    expect(answer.status).toBe(200);
    expect(answer.body.entry).toMatchObject({ workflow: 'published', createdBy: { name: 'a contributor' } });
    const { entries: seen, position } = await publicly();
    expect(position).toEqual(answer.body.position);
    expect(seen.map((entry) => entry.status === 'usable' && entry.headline)).toEqual(['The mayor confirms it']);
    await desk.received(6);
    expect(desk.changes.map(({ change }) => change.kind)).toEqual([
      'entry.drafted',
      'entry.submitted',
      'entry.returned',
      'entry.updated',
      'entry.submitted',
      'entry.published',
    ]);
    await reader.received(1);
    expect(reader.changes.map(({ change }) => change.kind)).toEqual(['entry.published']);
  });

  it('is an editor’s decision: who writes can submit, and change or throw away what is theirs until it is decided upon', async () => {
    const own = await made(writer, { headline: 'From the scene' });
    expect(own.workflow).toBe('submitted');
    const foreign = await made(otherWriter, { headline: 'Somebody else’s', workflow: 'draft' });
    const forbidden = [403, 'forbidden'];
    expect(await outcome(create(writer, { headline: 'H', workflow: 'published' }))).toEqual(forbidden);
    expect(await outcome(create(writer, { headline: 'H', publishAt: SOON }))).toEqual(forbidden);
    expect(await outcome(move(writer, own, 'published'))).toEqual(forbidden);
    expect(await outcome(edit(writer, own, { publishAt: SOON }))).toEqual(forbidden);
    expect(await outcome(edit(writer, foreign, { headline: 'Mine now' }))).toEqual(forbidden);
    expect(await outcome(move(writer, foreign, 'submitted'))).toEqual(forbidden);
    expect(await outcome(writer.request('DELETE', `${entries()}/${foreign.id}`))).toEqual(forbidden);
    expect((await edit(writer, own, { headline: 'From the scene, 9.30' })).status).toBe(200);

    // Set once by who writes, an embargo is the editors' to move.
    const held = (await edit(writer, own, { embargoedUntil: SOON })).body.entry;
    expect(held).toMatchObject({ workflow: 'submitted', embargoedUntil: SOON });
    expect(await outcome(edit(writer, own, { embargoedUntil: null }))).toEqual(forbidden);
    expect(await outcome(edit(editor, own, { embargoedUntil: null }))).toEqual([200, undefined]);

    const scheduled = (await edit(editor, own, { publishAt: SOON })).body.entry;
    expect(await outcome(edit(writer, own, { headline: 'Too late' }))).toEqual(forbidden);
    const [{ version }] = [(await move(editor, scheduled, 'submitted')).body.entry];
    expect(
      (await writer.request('DELETE', `${entries()}/${own.id}`, { headers: { 'if-match': `"${version}"` } })).status,
    ).toBe(200);

    const out = await made(editor, { headline: 'It is out' });
    expect(await outcome(edit(writer, out, { headline: 'Changed by a contributor' }))).toEqual(forbidden);
  });

  it('is nowhere in the public edition when it is thrown away, and nothing of it can be undone to get there', async () => {
    const before = JSON.stringify(await publicly());
    const draft = await made(editor, { headline: 'Wrong', workflow: 'draft' });
    const gone = await editor.request<EntryReceipt>('DELETE', `${entries()}/${draft.id}`);
    expect(gone.body.entry).toMatchObject({ status: 'canceled', workflow: 'draft' });
    const again = await editor.request<EntryReceipt>('DELETE', `${entries()}/${draft.id}`);
    expect([again.status, again.body.entry.version]).toEqual([200, gone.body.entry.version]);
    const other = await made(editor, { headline: 'Wrong too', workflow: 'submitted' });
    const canceled = await editor.request('POST', `${entries()}/${other.id}/withdrawal`, {
      body: { status: 'canceled', notice: 'A word to nobody' },
    });
    expect(canceled.status).toBe(201);
    for (const entry of [gone.body.entry, other]) {
      expect(
        await outcome(move(editor, { ...entry, version: entry === other ? 2 : entry.version }, 'published')),
      ).toEqual([409, 'entry_not_usable']);
      expect((await editor.get(`${entries()}/${entry.id}`, { key: null })).status).toBe(404);
    }
    const page = (await editor.get<Snapshot>(`/v1/stories/${slug}?edition=desk&limit=200`)).body;
    expect(page.entries.map(({ id }) => id)).not.toContain(draft.id);
    expect(JSON.stringify(await publicly())).toBe(before);

    const out = await made(editor, { headline: 'It is out' });
    expect(await outcome(editor.request('DELETE', `${entries()}/${out.id}`))).toEqual([409, 'entry_published']);
    expect(await outcome(move(editor, out, 'draft'))).toEqual([409, 'entry_published']);
    expect(await outcome(edit(editor, out, { embargoedUntil: SOON }))).toEqual([409, 'entry_published']);
  });

  it('can be held and released before readers have it, without their hearing of either', async () => {
    const before = JSON.stringify(await publicly());
    const draft = await made(editor, { headline: 'On hold', workflow: 'submitted' });
    const path = `${entries()}/${draft.id}`;
    const held = await editor.request<EntryReceipt>('POST', `${path}/withdrawal`, { body: { status: 'withheld' } });
    expect(held.body.entry).toMatchObject({ status: 'withheld', workflow: 'submitted' });
    expect(await outcome(move(editor, held.body.entry, 'published'))).toEqual([409, 'entry_not_usable']);
    expect(await outcome(edit(editor, draft, { headline: 'H' }))).toEqual([409, 'entry_not_usable']);
    const released = await editor.request<EntryReceipt>('DELETE', `${path}/withdrawal`);
    expect(released.body.entry).toMatchObject({ status: 'usable', workflow: 'submitted' });
    expect(JSON.stringify(await publicly())).toBe(before);
    expect((await move(editor, released.body.entry, 'published')).status).toBe(200);
    expect((await publicly()).entries[0]).toMatchObject({ id: draft.id, headline: 'On hold', corrections: [] });
  });

  it('cannot be corrected or pinned before it is published', async () => {
    const draft = await made(editor, { headline: 'Not yet', workflow: 'draft' });
    const correction = editor.request('POST', `${entries()}/${draft.id}/corrections`, { body: { text: 'T' } });
    expect(await outcome(correction)).toEqual([409, 'entry_not_published']);
    const pin = editor.request('PUT', `/v1/stories/${slug}/pins/${draft.id}`);
    expect(await outcome(pin)).toEqual([409, 'entry_not_published']);
  });

  it('moved on meanwhile: who built upon an earlier version is told so, with what it is now', async () => {
    const entry = await made(editor, { headline: 'First', workflow: 'draft' });
    await edit(editor, entry, { headline: 'By the faster one' });
    const path = `${entries()}/${entry.id}`;
    const late = await editor.request('PATCH', path, {
      body: { headline: 'By the later one' },
      headers: { 'if-match': '"1"' },
    });
    expect([late.status, late.body.code, late.body.currentVersion]).toEqual([409, 'version_conflict', 2]);
    expect(late.body.current).toMatchObject({ id: entry.id, version: 2, headline: 'By the faster one' });
    expect(late.body.current).toEqual((await editor.get<{ entry: DeskEntry }>(`${path}?edition=desk`)).body.entry);
    const header = await editor.request('PATCH', `/v1/stories/${slug}`, {
      body: { kicker: 'K' },
      headers: { 'if-match': '"9"' },
    });
    expect(header.body.current).toMatchObject({ slug, version: 1 });
  });

  it('is a person’s own by whichever session they write', async () => {
    const place = { api: editor };
    const body = { name: 'A reporter', role: 'contributor' };
    const made = await editor.request<{ member: { id: string }; signIn: { url: string } }>('POST', '/v1/members', {
      body,
    });
    const at = `/v1/members/${made.body.member.id}/sign-in`;
    const again = await editor.request<{ signIn: { url: string } }>('POST', at);
    const sessions = [await signedIn(place, made.body.signIn.url), await signedIn(place, again.body.signIn.url)];
    const [first = {}, second = {}] = sessions.map(({ person }) => person);
    const draft = { body: { headline: 'From the scene', workflow: 'draft' }, headers: first, key: null };
    const { entry } = (await editor.request<EntryReceipt>('POST', entries(), draft)).body;
    const edit = { body: { headline: 'From the scene, 9.30' }, headers: second, key: null };
    const edited = await editor.request<EntryReceipt>('PATCH', `${entries()}/${entry.id}`, edit);
    expect([edited.status, edited.body.entry?.writtenBy?.name]).toEqual([200, 'A reporter']);
  });

  it('is found by where it stands, in the desk edition alone', async () => {
    const { slug: own } = await editor.createStory();
    for (const workflow of ['draft', 'submitted', 'published'])
      await editor.publish(own, { headline: workflow, workflow });
    await editor.publish(own, { headline: 'scheduled', publishAt: SOON });
    const found = async (workflow: string) => {
      const path = `/v1/stories/${own}/entries?edition=desk&workflow=${workflow}`;
      return (await editor.get<{ entries: DeskEntry[] }>(path)).body.entries.map(({ headline }) => headline);
    };
    for (const one of ['draft', 'submitted', 'scheduled', 'published']) expect(await found(one)).toEqual([one]);
    expect(await found('unpublished')).toEqual(['scheduled', 'submitted', 'draft']);
    const asReader = await editor.get(`/v1/stories/${own}/entries?workflow=draft`, { key: null });
    expect([asReader.status, asReader.body.errors?.[0]?.field]).toEqual([400, '?workflow']);
  });

  it('gets back what it said in an earlier version, as a new one', async () => {
    const entry = await made(editor, { headline: 'Four missing', tags: ['a'], located: 'Velmouth', edNote: 'first' });
    const path = `${entries()}/${entry.id}`;
    await edit(editor, entry, { headline: 'Five missing', located: null, edNote: 'second', breaking: true });
    const restored = await editor.request<EntryReceipt>('POST', `${path}/restoration`, {
      body: { version: 1 },
      headers: { 'if-match': '"2"' },
    });
    expect(restored.body.entry).toMatchObject({
      ...{ version: 3, headline: 'Four missing', located: 'Velmouth', edNote: 'second', breaking: true },
      publishedAt: entry.publishedAt,
    });
    expect((await publicly()).entries.find(({ id }) => id === entry.id)).toMatchObject({ headline: 'Four missing' });
    const none = editor.request('POST', `${path}/restoration`, { body: { version: 9 } });
    expect(await outcome(none)).toEqual([404, 'revision_not_found']);
    const { revisions } = (await editor.get<{ revisions: { entry: DeskEntry }[] }>(`${path}/revisions`)).body;
    expect(revisions.map(({ entry: { updatedBy, headline } }) => [headline, updatedBy.keyId])).toEqual([
      ['Four missing', 'testadmin'],
      ['Five missing', 'testadmin'],
      ['Four missing', 'testadmin'],
    ]);
  });
});

describe('breaking news, where it takes a second person', () => {
  let server: TestServer;
  let [one, two]: Api[] = [];
  let slug: string;
  beforeAll(async () => {
    server = await startServer({ env: { REQUIRE_SECOND_PERSON: 'breaking' } });
    one = createApi(server.url, await server.api.createKey('editor'));
    two = createApi(server.url, await server.api.createKey('editor'));
    slug = (await server.api.createStory()).slug;
  });
  afterAll(() => server.close());

  const send = async (api: Api | undefined, method: string, path: string, body: object) => {
    if (api === undefined) throw new Error('nobody');
    const answer = await api.request<Partial<EntryReceipt> & { code?: string }>(method, `/v1/stories/${slug}${path}`, {
      body,
    });
    return { outcome: answer.body.code ?? answer.body.entry?.workflow, id: answer.body.entry?.id ?? '' };
  };
  const REFUSED = 'second_person_required';

  it('goes out by somebody else than who wrote it or edited it last', async () => {
    expect((await send(one, 'POST', '/entries', { headline: 'H', breaking: true })).outcome).toBe(REFUSED);
    expect((await send(one, 'POST', '/entries', { headline: 'H', breaking: true, publishAt: SOON })).outcome).toBe(
      REFUSED,
    );
    expect((await send(one, 'POST', '/entries', { headline: 'H' })).outcome).toBe('published');
    const { id } = await send(one, 'POST', '/entries', { headline: 'H', breaking: true, workflow: 'submitted' });
    const path = `/entries/${id}`;
    expect((await send(one, 'POST', `${path}/workflow`, { to: 'published' })).outcome).toBe(REFUSED);
    expect((await send(one, 'PATCH', path, { publishAt: SOON })).outcome).toBe(REFUSED);
    await send(two, 'PATCH', path, { headline: 'In other words' });
    expect((await send(two, 'POST', `${path}/workflow`, { to: 'published' })).outcome).toBe(REFUSED);
    expect((await send(server.api, 'POST', `${path}/workflow`, { to: 'published' })).outcome).toBe('published');
  });

  it('is one person’s whichever key they bring', async () => {
    const { body: made } = await server.api.request<{ member: { id: string } }>('POST', '/v1/members', {
      body: { name: 'An editor', role: 'editor' },
    });
    const keys = [1, 2].map(async (number) => {
      const at = `/v1/members/${made.member.id}/keys`;
      const { body } = await server.api.request<{ secret: string }>('POST', at, { body: { name: `Key ${number}` } });
      return createApi(server.url, body.secret);
    });
    const [writer, sender] = await Promise.all(keys);
    const { id } = await send(writer, 'POST', '/entries', { headline: 'H', breaking: true, workflow: 'submitted' });
    expect((await send(sender, 'POST', `/entries/${id}/workflow`, { to: 'published' })).outcome).toBe(REFUSED);
    expect((await send(two, 'POST', `/entries/${id}/workflow`, { to: 'published' })).outcome).toBe('published');
  });

  it('may be sent back and on by who then lets it out', async () => {
    const { id } = await send(one, 'POST', '/entries', { headline: 'H', breaking: true, workflow: 'submitted' });
    await send(two, 'POST', `/entries/${id}/workflow`, { to: 'draft', note: 'Who says so?' });
    await send(two, 'POST', `/entries/${id}/workflow`, { to: 'submitted' });
    expect((await send(two, 'POST', `/entries/${id}/workflow`, { to: 'published' })).outcome).toBe('published');
  });

  it('is made of ordinary news by somebody else too', async () => {
    const { id } = await send(one, 'POST', '/entries', { headline: 'H' });
    expect((await send(one, 'PATCH', `/entries/${id}`, { breaking: true })).outcome).toBe(REFUSED);
    const correction = { text: 'T', breaking: true };
    expect((await send(one, 'POST', `/entries/${id}/corrections`, correction)).outcome).toBe(REFUSED);
    expect((await send(two, 'PATCH', `/entries/${id}`, { breaking: true, headline: 'Mine' })).outcome).toBe(REFUSED);
    expect((await send(two, 'PATCH', `/entries/${id}`, { breaking: true })).outcome).toBe('published');
    // Nobody is alerted by this any more.
    expect((await send(one, 'PATCH', `/entries/${id}`, { headline: 'Mended' })).outcome).toBe('published');
  });

  it('goes out on time as it was read by who scheduled it', async () => {
    const { id } = await send(one, 'POST', '/entries', { headline: 'H', breaking: true, workflow: 'submitted' });
    expect((await send(two, 'PATCH', `/entries/${id}`, { publishAt: SOON })).outcome).toBe('scheduled');
    expect((await send(one, 'PATCH', `/entries/${id}`, { headline: 'Something else' })).outcome).toBe(REFUSED);
    expect((await send(one, 'PATCH', `/entries/${id}`, { edNote: 'A note' })).outcome).toBe('scheduled');
  });
});
