import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

export const PICTURE_FILES = ['jpg', 'png', 'webp', 'gif', 'avif'] as const;
type Name = (typeof PICTURE_FILES)[number];

export type PictureFiles = Readonly<
  Record<Name | `${Name} that tells` | 'jpg on its side' | 'webp on its side' | 'bomb' | 'moving' | 'frame', Uint8Array>
>;

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>Ada Lund</rdf:RDF></x:xmpmeta>';
const EXIF = {
  IFD0: { Copyright: 'Ada Lund', Model: 'Camera' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '59/1 20/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '18/1 4/1 0/1' },
};

/** Pictures of 48 × 32 pixels in all formats, as they are and with what they must not tell: made by a real encoder. */
export async function pictureFiles(): Promise<PictureFiles> {
  const pixels = Buffer.from(Array.from({ length: 48 * 32 * 3 }, (_, at) => (at * 7 + ((at / 144) | 0) * 31) % 256));
  const plain = () => sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } });
  const as = (name: Name, from: ReturnType<typeof sharp>) =>
    from.toFormat(name === 'jpg' ? 'jpeg' : name, name === 'gif' ? { loop: 2 } : {}).toBuffer();
  const telling = (name: Name) => as(name, plain().withExif(EXIF).withXmp(XMP));
  const turned = (name: Name) => as(name, plain().withExif(EXIF).withMetadata({ orientation: 6 }));
  const [jpg, png, webp, gif, avif] = await Promise.all(PICTURE_FILES.map((name) => as(name, plain())));
  const [jpgTells, pngTells, webpTells, avifTells] = await Promise.all(
    (['jpg', 'png', 'webp', 'avif'] as const).map(telling),
  );
  const [jpgTurned, webpTurned] = await Promise.all((['jpg', 'webp'] as const).map(turned));
  const frames = await Promise.all([0, 90, 180].map((hue) => plain().modulate({ hue }).png().toBuffer()));
  const moving = await sharp(frames, { join: { animated: true } })
    .gif({ loop: 2, delay: [100, 100, 100] })
    .toBuffer();
  if (
    !(jpg && png && webp && gif && avif && jpgTells && pngTells && webpTells && avifTells && jpgTurned && webpTurned)
  ) {
    throw new Error('a picture was not made');
  }
  return {
    jpg,
    png,
    webp,
    gif,
    avif,
    'jpg that tells': Buffer.concat([jpgTells, Buffer.from('Ada Lund, behind the end')]),
    'png that tells': withChunk(pngTells, 'tEXt', 'Author\0Ada Lund'),
    'webp that tells': webpTells,
    'gif that tells': withComment(gif, 'Ada Lund'),
    'avif that tells': avifTells,
    'jpg on its side': jpgTurned,
    'webp on its side': webpTurned,
    bomb: bomb(),
    moving,
    frame: Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]),
  };
}

function chunk(type: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const made = Buffer.alloc(named.length + 8);
  made.writeUInt32BE(content.length, 0);
  named.copy(made, 4);
  made.writeUInt32BE(crc32(named), made.length - 4);
  return made;
}

/** Behind its header. */
const withChunk = (png: Uint8Array, type: string, text: string): Buffer =>
  Buffer.concat([png.subarray(0, 33), chunk(type, Buffer.from(text, 'latin1')), png.subarray(33)]);

/** In front of its end. */
const withComment = (gif: Uint8Array, text: string): Buffer =>
  Buffer.concat([
    gif.subarray(0, -1),
    Buffer.from([0x21, 0xfe, text.length]),
    Buffer.from(text),
    Buffer.from([0, 0x3b]),
  ]);

/** A PNG of some bytes that says that it has 3.6 billion pixels. */
function bomb(): Buffer {
  const header = Buffer.from([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(100_000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
