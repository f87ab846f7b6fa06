import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { cp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture, Problem } from '@slugline/client/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../server/audit/record.js';
import { createLogger } from '../../server/logger.js';
import { openDirectoryPictures } from '../../server/pictures/directory-pictures.js';
import { type AuditPage, recorded } from '../helpers/audit-log.js';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { startInstance } from '../helpers/instance.js';
import { type PictureFiles, pictureFiles } from '../helpers/picture-files.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { type Api, directoryForTest, serverForTest, startServer, type TestServer } from '../helpers/server.js';

type Uploaded = Pick<Picture, 'url' | 'renditions'>;

let server: TestServer;
let files: PictureFiles;
beforeAll(async () => {
  [server, files] = await Promise.all([startServer(), pictureFiles()]);
});
afterAll(() => server?.close());

/** One that nobody sent yet, wide enough to be made smaller. */
const newPhoto = (width = 500) =>
  sharp(randomBytes(9), { raw: { width: 3, height: 1, channels: 3 } })
    .resize(width, 20)
    .jpeg()
    .toBuffer();

interface Where {
  readonly url: string;
  readonly adminKey?: string;
}

async function send({ url, adminKey = server.adminKey }: Where, bytes: Uint8Array) {
  const response = await fetch(`${url}/v1/pictures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'image/jpeg' },
    body: new Uint8Array(bytes),
  });
  const body: { picture: Uploaded } & Partial<Problem> = JSON.parse(await response.text());
  return { status: response.status, code: body.code, picture: body.picture };
}

const digestIn = ({ url }: Uploaded): string => url.split('/').at(-2) ?? '';
const addressesOf = ({ url, renditions = [] }: Uploaded) => [url, ...renditions.map((one) => one.url)];
const remove = (api: Api, digest: string, key?: string | null) =>
  api.request('DELETE', `/v1/pictures/${digest}`, key === undefined ? {} : { key });

/** What a reader gets at an address, and how long a cache may have it. */
async function seen(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const text = await response.text();
  const code: string | undefined = text.startsWith('{') ? JSON.parse(text).code : undefined;
  return [response.status, code, response.headers.get('cache-control')];
}
const GONE = [410, 'picture_gone', 'no-store'];

/** What the audit log tells of removals until now. */
async function removalsIn(api: Api): Promise<readonly AuditRecord[]> {
  // It follows all that was done before.
  const { slug } = await api.createStory();
  await recorded(api, `?story=${slug}`, 1);
  const { records } = (await api.get<AuditPage>('/v1/audit?limit=200')).body;
  return records.filter(({ action }) => action === 'picture.removed');
}

describe('a picture that is removed', () => {
  it('is gone from its addresses in all sizes and from the disk, and a second time the same', async () => {
    const { picture } = await send(server, await newPhoto());
    const addresses = addressesOf(picture);
    expect(addresses).toHaveLength(2);
    const etag = (await fetch(picture.url)).headers.get('etag') ?? '';
    const { status, headers, body } = await remove(server.api, digestIn(picture));
    expect([status, headers.get('cache-control'), body]).toEqual([204, 'no-store', '']);
    for (const address of addresses) expect(await seen(address)).toEqual(GONE);
    expect(await seen(picture.url, { headers: { 'if-none-match': etag } })).toEqual(GONE);
    expect((await fetch(picture.url, { method: 'HEAD' })).status).toBe(410);
    const place = join(server.dataDir, 'pictures', digestIn(picture));
    expect(await readdir(place)).toEqual(['removed']);
    expect((await stat(join(place, 'removed'))).size).toBe(0);
    expect((await remove(server.api, digestIn(picture))).status).toBe(204);
    expect((await send(server, await newPhoto())).status).toBe(201);
  });

  it('is not taken in again, whatever else its file says', async () => {
    const { picture } = await send(server, files.jpg);
    await remove(server.api, digestIn(picture));
    expect(await send(server, files.jpg)).toMatchObject({ status: 409, code: 'picture_removed' });
    expect(await send(server, files['jpg that tells'])).toMatchObject({ status: 409, code: 'picture_removed' });
    expect(await seen(picture.url)).toEqual(GONE);
  });

  it('is one that there was, removed by an editor', async () => {
    const { picture } = await send(server, await newPhoto());
    const digest = digestIn(picture);
    const [contributor, editor] = [await server.api.createKey('contributor'), await server.api.createKey('editor')];
    const codeFor = async (key: string | null) => (await remove(server.api, digest, key)).body.code;
    expect([await codeFor(null), await codeFor(contributor)]).toEqual(['unauthenticated', 'forbidden']);
    expect((await fetch(picture.url)).status).toBe(200);
    const never = await remove(server.api, 'n'.repeat(43), editor);
    expect([never.status, never.body.code]).toEqual([404, 'picture_not_found']);
    expect((await remove(server.api, '..%2f..%2fdata.mdb')).body.code).toBe('invalid_input');
    expect(await readdir(join(server.dataDir, 'pictures'))).not.toContain('n'.repeat(43));
    expect((await remove(server.api, digest, editor)).status).toBe(204);
  });

  it('stands in the audit log once, with who removed it', async () => {
    const { picture } = await send(server, await newPhoto());
    const digest = digestIn(picture);
    const editor = await server.api.createKey('editor');
    await Promise.all([1, 2, 3].map(() => remove(server.api, digest, editor)));
    await remove(server.api, digest);
    const [record, ...others] = (await removalsIn(server.api)).filter(({ objects }) => objects[0]?.id === digest);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      by: { keyId: editor.split('_')[1] },
      objects: [{ type: 'picture', id: digest, version: 1, changes: [{ field: 'removedAt' }] }],
    });
  });

  it('is removed from the command line by its address', async () => {
    const [one, other] = [await send(server, await newPhoto()), await send(server, await newPhoto())];
    const env = { SLUGLINE_URL: server.url, SLUGLINE_KEY: await server.api.createKey('editor') };
    const smaller = other.picture.renditions?.[0]?.url ?? '';
    const elsewhere = one.picture.url.replace(server.url, 'https://live.example.org');
    const mistaken = await runCli(['picture', 'remove', elsewhere, 'https://live.example.org/pictures/no'], { env });
    expect([mistaken.code, mistaken.stdout]).toEqual([2, '']);
    expect((await fetch(one.picture.url)).status).toBe(200);
    const done = await runCli(['picture', 'remove', elsewhere, smaller], { env });
    expect([done.code, done.stdout], done.stderr).toEqual([0, `removed ${elsewhere}\nremoved ${smaller}\n`]);
    for (const { picture } of [one, other]) expect(await seen(picture.url)).toEqual(GONE);
  });
});

describe('a removal', () => {
  it('holds for all instances that share the directory at once, and after a restart', async () => {
    const [redis, pictures] = [await redisForTest(), await directoryForTest()];
    const env = { REDIS_URL: redis.url, PICTURES_DIR: pictures };
    const [first, second] = [await serverForTest({ env }), await serverForTest({ env })];
    const photo = await newPhoto();
    const { picture } = await send(first, photo);
    const at = ({ url }: TestServer) => picture.url.replace(first.url, url);
    expect((await fetch(at(second))).status).toBe(200);
    await remove(second.api, digestIn(picture));
    for (const one of [first, second, await serverForTest({ env })]) {
      expect(await seen(at(one))).toEqual(GONE);
      expect(await send(one, photo)).toMatchObject({ status: 409, code: 'picture_removed' });
      expect((await remove(one.api, digestIn(picture))).status).toBe(204);
    }
  });

  it('begun and cut off behind its mark leaves nothing to see, and is finished by doing it again', async () => {
    const { picture } = await send(server, await newPhoto());
    const place = join(server.dataDir, 'pictures', digestIn(picture));
    await writeFile(join(place, 'removed'), '');
    for (const address of addressesOf(picture)) expect(await seen(address)).toEqual(GONE);
    expect((await remove(server.api, digestIn(picture))).status).toBe(204);
    expect(await readdir(place)).toEqual(['removed']);
    expect((await removalsIn(server.api)).map(({ objects }) => objects[0]?.id)).toContain(digestIn(picture));
  });

  it('outlives an older copy of the directory from the next start on', async () => {
    const [dataDir, copy] = [await directoryForTest(), await directoryForTest()];
    const first = await serverForTest({ dataDir });
    const { picture } = await send(first, await newPhoto());
    const kept = await send(first, await newPhoto());
    await cp(join(dataDir, 'pictures'), copy, { recursive: true });
    await remove(first.api, digestIn(picture));
    await first.close();
    // As it also is when a server is gone between writing a removal down and doing it.
    await rm(join(dataDir, 'pictures'), { recursive: true });
    await cp(copy, join(dataDir, 'pictures'), { recursive: true });
    const second = await serverForTest({ dataDir });
    const at = ({ url }: Uploaded) => url.replace(first.url, second.url);
    expect(await seen(at(picture))).toEqual(GONE);
    expect(await readdir(join(dataDir, 'pictures', digestIn(picture)))).toEqual(['removed']);
    expect((await fetch(at(kept.picture))).status).toBe(200);
  });

  it('goes into an export, beside those that are there', async () => {
    const [from, into] = [await directoryForTest(), await directoryForTest()];
    const [there, here] = [await newPhoto(), await newPhoto()];
    for (const [dataDir, photo] of [
      [from, there],
      [into, here],
    ] as const) {
      await using one = await startServer({ dataDir });
      await remove(one.api, digestIn((await send(one, photo)).picture));
    }
    const file = join(await scratchDirectory(), 'export.ndjson');
    const exported = await runCli(['export', '--data-dir', from, file]);
    expect(exported.code, exported.stderr).toBe(0);
    const imported = await runCli(['import', '--data-dir', into, file]);
    expect(imported.code, imported.stderr).toBe(0);
    const both = await serverForTest({ dataDir: into });
    for (const photo of [there, here]) expect((await send(both, photo)).code).toBe('picture_removed');
  });

  it('is whole, and told of, whenever the server dies', async () => {
    const env = { DATA_DIR: await directoryForTest() };
    const doomed = await startInstance({ env });
    const pictures: Uploaded[] = [];
    while (pictures.length < 16) pictures.push((await send(doomed, await newPhoto(30))).picture);
    const digests = pictures.map(digestIn);
    const marks = watch(join(env.DATA_DIR, 'pictures', digests[0] ?? ''));
    const begun = once(marks, 'change').finally(() => marks.close());
    const answers = Promise.allSettled(digests.map((digest) => remove(doomed.api, digest)));
    // With the first of them begun, the others are at every step.
    await begun;
    await doomed.kill9();
    const outcomes = await answers;
    const next = await startInstance({ env });
    const told = (await removalsIn(next.api)).map(({ objects }) => objects[0]?.id ?? '');
    expect(new Set(told).size).toBe(told.length);
    for (const [at, outcome] of outcomes.entries()) {
      const digest = digests[at] ?? '';
      const status = (await fetch(pictures[at]?.url.replace(doomed.url, next.url) ?? '')).status;
      expect([digest, status]).toEqual([digest, told.includes(digest) ? 410 : 200]);
      if (outcome.status === 'fulfilled') expect([digest, outcome.value.status, status]).toEqual([digest, 204, 410]);
    }
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
  });

  it('wins over the same picture that comes in meanwhile', async () => {
    const directory = await directoryForTest();
    const store = await openDirectoryPictures(directory, createLogger('silent'));
    const digest = 'p'.repeat(43);
    const record = { original: { name: 'original.jpg', width: 48, height: 32 }, renditions: [] };
    const keep = () => store.keep(digest, record, [{ name: 'original.jpg', bytes: files.jpg }]);
    expect(await keep()).toBe('kept');
    const outcomes = await Promise.all([keep(), store.remove(digest), keep(), store.remove(digest), keep()]);
    expect(await keep()).toBe('removed');
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(2);
    expect([await store.record(digest), await store.open(digest, 'original.jpg')]).toEqual(['removed', 'removed']);
    expect(await readdir(join(directory, digest))).toEqual(['removed']);
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
    // Names come from an import, too.
    await store.remove('beside');
    expect(await readdir(directory)).toEqual(['.incoming', digest]);
  });
});
