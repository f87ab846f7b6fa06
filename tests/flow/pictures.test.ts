import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Picture, Problem } from '@slugline/client/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { openDirectoryPictures } from '../../server/pictures/directory-pictures.js';
import { takePicture } from '../../server/pictures/take-picture.js';
import { type PictureFiles, pictureFiles } from '../helpers/picture-files.js';
import { directoryForTest, serverForTest, startServer, type TestServer } from '../helpers/server.js';

type Uploaded = Pick<Picture, 'url' | 'width' | 'height' | 'renditions'>;
interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly picture: Uploaded } & Partial<Problem>;
}

let server: TestServer;
let files: PictureFiles;
beforeAll(async () => {
  [server, files] = await Promise.all([
    startServer({ env: { PICTURE_BYTES: '400000', PICTURE_MEGAPIXELS: '2' } }),
    pictureFiles(),
  ]);
});
afterAll(() => server?.close());

interface Sending {
  readonly to?: TestServer;
  readonly type?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(
  bytes: Uint8Array | ReadableStream,
  { to = server, type = 'image/jpeg', key = to.adminKey, headers = {} }: Sending = {},
): Promise<Sent> {
  const response = await fetch(`${to.url}/v1/pictures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type, ...headers },
    body: bytes instanceof Uint8Array ? new Uint8Array(bytes) : bytes,
    ...(bytes instanceof Uint8Array ? {} : { duplex: 'half' }),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const refusalOf = async (sent: Promise<Sent>) => {
  const { status, body } = await sent;
  return [status, body.code];
};

const photo = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#246' } })
    .jpeg()
    .withExif({ IFD0: { Copyright: 'Ada Lund' } })
    .toBuffer();

describe('a picture that is sent', () => {
  it('is answered with where it is, and is there for everybody, to be asked for again within the hour', async () => {
    const { status, headers, body } = await send(files.jpg);
    expect(status).toBe(201);
    expect(body.picture).toEqual({ url: expect.stringMatching(/\/original\.jpg$/), width: 48, height: 32 });
    expect(headers.get('location')).toBe(body.picture.url);
    const read = await fetch(body.picture.url);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'public, max-age=3600',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const bytes = await read.arrayBuffer();
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(files.jpg).raw().toBuffer());
    const etag = read.headers.get('etag') ?? '';
    expect((await fetch(body.picture.url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await fetch(body.picture.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.byteLength)]);
  });

  it('has the same address when it is sent again, whatever it told of its owner', async () => {
    const [one, other] = [await send(files['gif that tells'], { type: 'image/gif' }), await send(files.gif)];
    expect([one.status, other.status]).toEqual([201, 200]);
    expect(other.body).toEqual(one.body);
    const together = await Promise.all(Array.from({ length: 5 }, () => send(files.moving)));
    expect(new Set(together.map(({ body }) => body.picture.url)).size).toBe(1);
    expect(together.map(({ status }) => status).every((status) => status === 200 || status === 201)).toBe(true);
  });

  it('is what its bytes say, whatever its type claims', async () => {
    const { body } = await send(files.webp, { type: 'image/png' });
    expect((await fetch(body.picture.url)).headers.get('content-type')).toBe('image/webp');
    expect(await refusalOf(send(Buffer.from('<svg onload="alert(1)"/>'), { type: 'image/png' }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await refusalOf(send(files.jpg, { type: 'application/json' }))).toEqual([415, 'unsupported_media_type']);
    expect(await refusalOf(send(files.jpg.subarray(0, -2)))).toEqual([400, 'invalid_picture']);
  });

  it('is made smaller for those who need no more, upright and without what it told', async () => {
    const { body } = await send(await photo(1_000, 500));
    const { url, renditions = [] } = body.picture;
    expect(renditions.map(({ width, height }) => [width, height])).toEqual([
      [400, 200],
      [800, 400],
    ]);
    for (const { url: smaller, width, height } of renditions) {
      const read = await fetch(smaller);
      expect(read.headers.get('content-type')).toBe('image/webp');
      const { exif, ...is } = await sharp(await read.arrayBuffer()).metadata();
      expect(is).toMatchObject({ format: 'webp', width, height });
      expect(exif).toBeUndefined();
    }
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).includes('Ada Lund')).toBe(false);
    // As it comes, it is a picture of a body.
    const { slug } = await server.api.createStory();
    const picture = { ...body.picture, creditLine: 'Ada Lund', altText: 'Nothing but blue' };
    const published = await server.api.publish(slug, { body: [{ type: 'picture', picture }] });
    expect(published.body).toEqual([{ type: 'picture', picture }]);
  });

  it('whose size is a lie is refused where it has to be decoded', async () => {
    const wide = await sharp({ create: { width: 900, height: 9, channels: 3, background: '#246' } })
      .png()
      .toBuffer();
    const at = wide.indexOf('IDAT');
    const broken = Buffer.concat([
      wide.subarray(0, at - 4),
      pngChunk('IDAT', Buffer.from('no deflate')),
      wide.subarray(-12),
    ]);
    expect(await refusalOf(send(broken))).toEqual([400, 'invalid_picture']);
  });

  it('is refused beyond the limits of bytes and pixels, before all of it was read', async () => {
    expect(await refusalOf(send(await photo(1_500, 1_400)))).toEqual([413, 'picture_too_large']);
    expect(await refusalOf(send(Buffer.concat([files.jpg, Buffer.alloc(400_000)])))).toEqual([
      413,
      'picture_too_large',
    ]);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        if (sent > 900_000) controller.close();
      },
    });
    expect(await refusalOf(send(endless))).toEqual([413, 'picture_too_large']);
    // One that says how long it will be is not read at all.
    const announced = await new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${server.adminKey}`,
        'content-type': 'image/png',
        'content-length': '90000000',
      };
      const asking = request(`${server.url}/v1/pictures`, { method: 'POST', headers }, ({ statusCode }) => {
        resolve(statusCode);
        asking.destroy();
      });
      asking.on('error', reject);
      asking.flushHeaders();
    });
    expect(announced).toBe(413);
  });

  it('needs somebody of the desk, and no packing', async () => {
    const [contributor, reader] = [await server.api.createKey('contributor'), await server.api.createKey('reader')];
    expect((await send(files.avif, { key: contributor })).status).toBe(201);
    expect(await refusalOf(send(files.avif, { key: reader }))).toEqual([403, 'forbidden']);
    expect(await refusalOf(send(files.avif, { headers: { 'content-encoding': 'gzip' } }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
  });
});

function pngChunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const named = Buffer.concat([Buffer.from(type), content]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

describe('an address of a picture', () => {
  it('leads to pictures alone', async () => {
    const { body } = await send(files.png);
    const { pathname } = new URL(body.picture.url);
    const digest = pathname.split('/')[2];
    // What a way out of the directory, or into what is half-done, would find.
    await writeFile(join(server.dataDir, 'original.png'), 'not for readers');
    await writeFile(join(server.dataDir, 'pictures', '.incoming', 'original.png'), 'not for readers');
    const asked = [
      `/pictures/${digest}/picture.json`,
      `/pictures/${digest}/original.jpg`,
      `/pictures/${digest}/original.png%00`,
      `/pictures/${digest}/..%2foriginal.png`,
      `/pictures/${digest}/%2e%2e%2f%2e%2e%2fdata.mdb`,
      '/pictures/..%2f..%2f/original.png',
      '/pictures/%2e%2e/original.png',
      '/pictures/..%2f/original.png',
      `/pictures/${digest}%2f..%2f..%2f/original.png`,
      '/pictures/.incoming/original.png',
      `/pictures/${'a'.repeat(43)}/original.png`,
      `/pictures/${digest?.toLowerCase()}/ORIGINAL.PNG`,
      '/pictures/..%5c..%5cwindows/original.png',
    ];
    for (const path of asked) {
      // As it is: `fetch` would make another path of some.
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(server.url);
        request({ host: '127.0.0.1', port, path }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(`${path} ${status}`).toMatch(/ 40[04]$/);
    }
  });
});

describe('where pictures are kept', () => {
  it('is a directory that other instances see, and the next one after this', async () => {
    const pictures = await directoryForTest();
    const first = await serverForTest({ env: { PICTURES_DIR: pictures } });
    const { body } = await send(files.jpg, { to: first });
    const second = await serverForTest({ env: { PICTURES_DIR: pictures } });
    const there = body.picture.url.replace(first.url, second.url);
    expect((await fetch(there)).status).toBe(200);
    expect((await send(files.jpg, { to: second })).status).toBe(200);
    expect(await readdir(pictures)).toHaveLength(2);
    expect(await readdir(join(pictures, '.incoming'))).toEqual([]);
  });

  it('holds nothing half-done, and is swept of what a crash left', async () => {
    const pictures = await directoryForTest();
    const [old, fresh] = [join(pictures, '.incoming', 'old'), join(pictures, '.incoming', 'fresh')];
    for (const left of [old, fresh]) {
      await mkdir(left, { recursive: true });
      await writeFile(join(left, 'original.jpg'), files.jpg);
    }
    const anHourAgo = Date.now() / 1_000 - 3_700;
    await utimes(old, anHourAgo, anHourAgo);
    await openDirectoryPictures(pictures, createLogger('silent'));
    expect(await readdir(join(pictures, '.incoming'))).toEqual(['fresh']);
  });

  it('that cannot be written is told, and works again when it can', async () => {
    const parent = await directoryForTest();
    const directory = join(parent, 'pictures');
    // Where a file stands there can be no directory: that goes for who may write anywhere, too.
    await writeFile(directory, '');
    const target = await serverForTest({ env: { PICTURES_DIR: directory } });
    expect(await refusalOf(send(files.jpg, { to: target }))).toEqual([503, 'store_unavailable']);
    await rm(directory);
    expect((await send(files.jpg, { to: target })).status).toBe(201);
  });

  it('without sharp keeps pictures as they come, cleaned all the same', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'slugline-test-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const store = await openDirectoryPictures(directory, createLogger('silent'));
    const limits = { bytes: 1_000_000, pixels: 1_000_000 };
    const { digest, record } = await takePicture({ store, renditions: undefined, limits }, () => photo(1_000, 500));
    expect(record).toEqual({ original: { name: 'original.jpg', width: 1_000, height: 500 }, renditions: [] });
    expect(await readdir(join(directory, digest))).toEqual(['original.jpg', 'picture.json']);
    expect((await readFile(join(directory, digest, 'original.jpg'))).includes('Ada Lund')).toBe(false);
  });

  it('takes in eight at a time, and asks others to come back', async () => {
    const directory = await directoryForTest();
    const store = await openDirectoryPictures(directory, createLogger('silent'));
    const pictures = { store, renditions: undefined, limits: { bytes: 1_000_000, pixels: 1_000_000 } };
    let arrive = (_file: Uint8Array): void => undefined;
    const arrival = new Promise<Uint8Array>((resolve) => {
      arrive = resolve;
    });
    const underWay = Array.from({ length: 8 }, () => takePicture(pictures, () => arrival));
    await expect(takePicture(pictures, () => arrival)).rejects.toMatchObject({ code: 'too_many_requests' });
    arrive(files.jpg);
    await Promise.all(underWay);
    expect((await takePicture(pictures, async () => files.jpg)).isNew).toBe(false);
  });
});
