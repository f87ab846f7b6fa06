import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, STORY_FILE, scratchDirectory, startCli } from '../helpers/cli.js';
import { newPerson, type SignedIn } from '../helpers/person.js';
import { startRedis } from '../helpers/redis-server.js';
import { serverForTest, startServer, type TestServer } from '../helpers/server.js';

/** A store that a server has run on and the example story was played to. No test changes it. */
let dataDir: string;
/** An export of it. */
let exported: string;
/** A key that is in it. */
let editorKey: string;
/** Somebody who is in it, with their own key, and who was signed in then. */
let person: SignedIn;
let ownKey: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slugline-export-test-'));
  await using server = await startServer({ dataDir });
  editorKey = await server.api.createKey('editor');
  person = await newPerson(server, 'editor', 'Ines Halloran');
  const made = await server.api.request<{ secret: string }>('POST', `/v1/members/${person.memberId}/keys`, {
    body: { name: 'Laptop' },
  });
  ownKey = made.body.secret;
  const env = { SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey };
  const played = await runCli(['publish', STORY_FILE, '--now', '--pictures', 'http://localhost:3000/demo'], { env });
  if (played.code !== 0) throw new Error(played.stderr);
  await server.close();
  exported = join(dataDir, 'export.ndjson');
  const written = await runCli(['export', '--data-dir', dataDir, exported]);
  if (written.code !== 0) throw new Error(written.stderr);
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function readStory(server: TestServer, edition: string) {
  const path = `/v1/stories/velmouth-bridge?limit=200&edition=${edition}`;
  const { body } = await server.api.get<Snapshot>(path);
  return { ...body, position: { seq: body.position.seq } };
}

describe('slugline export and import', () => {
  it('brings a whole store into another kind and back, with keys that still open', async () => {
    await using redis = await startRedis();
    const env = { REDIS_URL: redis.url };

    const intoRedis = await runCli(['import', '--redis-url', redis.url, exported]);
    expect(intoRedis.code, intoRedis.stderr).toBe(0);
    const second = await runCli(['export', '--redis-url', redis.url]);
    expect(second.code, second.stderr).toBe(0);
    const back = await scratchDirectory();
    const intoDirectory = await runCli(['import', '--data-dir', back, '-'], { input: second.stdout });
    expect(intoDirectory.code, intoDirectory.stderr).toBe(0);

    await using original = await startServer({ dataDir });
    await using onRedis = await startServer({ env });
    await using copy = await startServer({ dataDir: back });
    for (const edition of ['public', 'desk']) {
      const told = await readStory(original, edition);
      expect(told.entries).toHaveLength(26);
      expect(await readStory(onRedis, edition)).toEqual(told);
      expect(await readStory(copy, edition)).toEqual(told);
    }
    const { members } = (await copy.api.get<{ members: object[] }>('/v1/members')).body;
    expect(members).toMatchObject([{ id: person.memberId, name: 'Ines Halloran' }]);
    expect((await copy.api.get('/v1/stories?edition=desk', { key: ownKey })).status).toBe(200);
    // Who signed out after the export must not be let in again by it.
    const asPerson = { key: null, headers: { cookie: person.cookie } };
    const signedInThere = async ({ api }: TestServer) => (await api.get('/v1/session', asPerson)).status;
    expect([await signedInThere(original), await signedInThere(copy)]).toEqual([200, 401]);
  });

  it('writes data to standard output and the rest to standard error', async () => {
    const { code, stdout, stderr } = await runCli(['export', '--data-dir', dataDir]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines[0]).toMatchObject({ format: 'slugline-export', version: 1 });
    expect(lines.at(-1)).toMatchObject({ end: 'slugline-export', records: lines.length - 2 });
    expect(stderr).toMatch(/^Exported \d+ streams/);
  });

  it('says what to do while a server runs on the store, and leaves no file', async () => {
    const server = await serverForTest();
    const file = join(await scratchDirectory(), 'export.ndjson');
    const { code, stderr } = await runCli(['export', '--data-dir', server.dataDir, file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/in use by another server \(process \d+\): stop that one/);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('does not make a store out of a mistyped path', async () => {
    const missing = join(await scratchDirectory(), 'daat');
    const { code, stderr } = await runCli(['export', '--data-dir', missing]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no store in/);
    await expect(readFile(missing)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['is no export', () => '{"hello":1}\n', /Line 1: this is not a Slugline export/],
    ['is of another version', (text: string) => text.replace('"version":1', '"version":9'), /version 9/],
    ['is empty', () => '', /input is empty/],
    ['was cut off', (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1), /cut off/],
    ['lacks a line', (text: string) => text.replace(/\n\{"record":"revision".*\n/, '\n'), /damaged/],
    ['holds a form on two lines', (text: string) => text.replace('"form":"{', '"form":"{\\n'), /form: .*on one line/],
    [
      'holds something else',
      (text: string) => text.replace('"record":"object"', '"record":"rumour"'),
      /Line \d+: not a record/,
    ],
  ])('refuses a file that %s', async (_name, spoil, message) => {
    const spoilt = join(await scratchDirectory(), 'spoilt.ndjson');
    await writeFile(spoilt, spoil(await readFile(exported, 'utf8')));
    const { code, stderr } = await runCli(['import', '--data-dir', await scratchDirectory(), spoilt]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('does not touch a story that is there already', async () => {
    const { code, stderr } = await runCli(['import', '--data-dir', dataDir, exported]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/velmouth-bridge is here already/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('goes into a store on which a server has run, with the keys of both and the breaking news', async () => {
    const into = await scratchDirectory();
    const env = { SLUGLINE_ADMIN_KEY: `sl_otheradmin_${'o'.repeat(43)}` };
    const fresh = await startServer({ dataDir: into, env });
    await fresh.close();
    const { code, stderr } = await runCli(['import', '--data-dir', into, exported]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/its keys stay in force, 3 of the export were added/);

    await using original = await startServer({ dataDir });
    await using copy = await startServer({ dataDir: into, env });
    for (const edition of ['public', 'desk']) {
      expect(await readStory(copy, edition)).toEqual(await readStory(original, edition));
    }
    const statusWith = async (key: string) =>
      (await copy.api.get('/v1/stories/velmouth-bridge?edition=desk', { key })).status;
    expect(await statusWith(editorKey)).toBe(200);
    expect(await statusWith(env.SLUGLINE_ADMIN_KEY)).toBe(200);
    const breaking = async ({ api }: TestServer) => (await api.get<Snapshot>('/v1/breaking')).body.entries;
    expect(await breaking(original)).not.toEqual([]);
    await expect.poll(() => breaking(copy)).toEqual(await breaking(original));
  });

  it('stops at Ctrl-C while it waits for standard input', async () => {
    const into = await scratchDirectory();
    const importing = startCli(['import', '--data-dir', into], { input: null });
    await expect.poll(() => readdir(into)).not.toEqual([]);
    importing.signal('SIGINT');
    expect((await importing.finished).code).toBe(130);
  });
});
