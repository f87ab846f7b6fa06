import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../server/errors.js';
import { judgePicture } from '../../server/pictures/judge-picture.js';
import { PICTURE_FILES, type PictureFiles, pictureFiles } from '../helpers/picture-files.js';

const MOST = 1_000_000;
let files: PictureFiles;
beforeAll(async () => {
  files = await pictureFiles();
});

/** The code that a file is refused with. */
function refusal(file: Uint8Array, most = MOST): string {
  try {
    judgePicture(file, most);
    return 'ok';
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.code;
  }
}

const pixelsOf = (file: Uint8Array) => sharp(file).raw().toBuffer();
const latin = (file: Uint8Array) => Buffer.from(file).toString('latin1');

describe.each(PICTURE_FILES)('%s', (name) => {
  it('is what its bytes say, as large as it is shown', () => {
    const { format, width, height, frames } = judgePicture(files[name], MOST);
    expect({ format, width, height, frames }).toEqual({ format: name, width: 48, height: 32, frames: 1 });
  });

  it('loses all that is not shown of it, and none of its pixels', async () => {
    const told = files[`${name} that tells`];
    expect(latin(told)).toContain('Ada Lund');
    const { clean } = judgePicture(told, MOST);
    expect(latin(clean)).not.toContain('Ada Lund');
    const { exif, xmp } = await sharp(clean).metadata();
    // Zeros are what is left in the one that cannot be cut.
    expect([exif, xmp].filter((part) => part?.some((byte) => byte !== 0))).toEqual([]);
    expect(await pixelsOf(clean)).toEqual(await pixelsOf(told));
    // What was cleaned once is the same when it is cleaned again: so it has one address.
    expect(judgePicture(clean, MOST).clean).toEqual(clean);
  });

  it('ends where the picture does: what hangs on behind it is not taken along', () => {
    const tail = Buffer.from('<script>alert(1)</script>PK\x03\x04 a file of another kind');
    const polyglot = Buffer.concat([files[name], tail]);
    const outcome = refusal(polyglot);
    if (outcome === 'ok') expect(latin(judgePicture(polyglot, MOST).clean)).not.toContain('script');
    else expect(outcome).toBe('invalid_picture');
  });

  it('is refused when it is cut short, wherever', () => {
    const file = files[name];
    for (let length = 0; length < file.length; length += Math.max(1, Math.floor(file.length / 150))) {
      expect(['invalid_picture', 'unsupported_media_type'], `${name} of ${length} bytes`).toContain(
        refusal(file.subarray(0, length)),
      );
    }
  });

  it('is refused for its pixels before anything is decoded', () => {
    expect(refusal(files[name], 48 * 32)).toBe('ok');
    expect(refusal(files[name], 48 * 32 - 1)).toBe('picture_too_large');
  });

  it('with any bytes changed is judged or refused, and nothing else', () => {
    const file = files[name];
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const changed = Uint8Array.from(file);
        for (const [at, byte] of changes) changed[at] = byte;
        expect(['ok', 'invalid_picture', 'picture_too_large', 'unsupported_media_type']).toContain(refusal(changed));
      }),
      { numRuns: 300 },
    );
  });
});

describe('what says that it is a picture', () => {
  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['SVG with a declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['PDF', '%PDF-1.7'],
    ['BMP', 'BM\x3a\0\0\0'],
    ['TIFF', 'II*\0'],
    ['film', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
    ['nothing', ''],
  ])('and is %s is no picture', (_name, text) => {
    expect(refusal(Buffer.from(text, 'latin1'))).toBe('unsupported_media_type');
  });

  it.each([
    ['GIF89a and then a script', 'GIF89a=1;alert(1)//'],
    ['JPEG and then a page', '\xff\xd8\xff<!doctype html><script>alert(1)</script>'],
    ['RIFF and then nothing', 'RIFF\x04\0\0\0WEBP'],
  ])('and begins like %s is refused', (_name, text) => {
    expect(refusal(Buffer.from(text, 'latin1'))).toBe('invalid_picture');
  });

  it('of a picture of a billion pixels is refused by what it says of itself', () => {
    const bomb = Uint8Array.from(files.png);
    const view = new DataView(bomb.buffer);
    view.setUint32(16, 60_000);
    view.setUint32(20, 60_000);
    // Its checksum has to be right for it to be believed.
    expect(refusal(bomb)).toBe('invalid_picture');
    expect(refusal(files.bomb)).toBe('picture_too_large');
  });

  it('in small parts without end is refused', () => {
    const comments = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(800_000, Buffer.from([0xff, 0xfe, 0, 2]))]);
    expect(refusal(comments)).toBe('invalid_picture');
  });
});

describe('a picture that lies on its side', () => {
  it.each(['jpg', 'webp'] as const)('stays turned when its EXIF goes: %s', async (name) => {
    const { width, height, clean } = judgePicture(files[`${name} on its side`], MOST);
    expect([width, height]).toEqual([32, 48]);
    expect((await sharp(clean).metadata()).orientation).toBe(6);
    expect(latin(clean)).not.toContain('Ada Lund');
  });
});

describe('a picture that moves', () => {
  it('keeps its frames and how often it repeats, and is refused when they are too many', async () => {
    const { frames, width, height, clean } = judgePicture(files.moving, MOST);
    expect([frames, width, height]).toEqual([3, 48, 32]);
    expect(await sharp(clean, { animated: true }).metadata()).toMatchObject({ pages: 3, loop: 2 });
    expect(refusal(files.moving, 48 * 32)).toBe('ok');
    const [head, frame] = [files.moving.subarray(0, -1), files.frame];
    const many = Buffer.concat([head, ...Array.from({ length: 20 }, () => frame), Buffer.from(';')]);
    expect(refusal(many, 48 * 32)).toBe('picture_too_large');
  });
});
