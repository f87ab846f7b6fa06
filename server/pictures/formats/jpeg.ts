import { BrokenPicture, Bytes, type JudgedPicture, joined } from './bytes.js';
import { exifOf, liesOnItsSide, orientationIn } from './orientation.js';

const START_OF_SCAN = 0xda;
const END = 0xd9;
/** Segments that decide how the picture looks: JFIF, the colour profile, Adobe's colour transform. */
const KEPT: Readonly<Record<number, readonly string[]>> = {
  224: ['JFIF\0', 'JFXX\0'],
  226: ['ICC_PROFILE\0'],
  238: ['Adobe'],
};
const EXIF = 'Exif\0\0';

/** Frames have the size: all of C0 to CF but tables (C4), extensions (C8) and arithmetic conditioning (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const isApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;
const COMMENT = 0xfe;

export const isJpeg = (file: Uint8Array): boolean => file[0] === 0xff && file[1] === 0xd8 && file[2] === 0xff;

/**
 * Goes through the segments up to the end that the picture itself marks: what phones hang on behind that (a film of the
 * moment, another picture, or something that is no picture) is not taken along.
 */
export function judgeJpeg(file: Uint8Array): JudgedPicture {
  const bytes = new Bytes(file);
  const kept: Uint8Array[] = [];
  let size: { readonly width: number; readonly height: number } | undefined;
  let orientation = 1;
  let hasScan = false;
  let at = 2;
  for (;;) {
    if (bytes.u8(at) !== 0xff) throw new BrokenPicture('has something between its segments');
    const marker = bytes.u8(at + 1);
    // Any number of these may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) break;
    bytes.countPart();
    const end = at + 2 + bytes.u16(at + 2);
    const content = bytes.slice(at + 4, Math.max(end, at + 4));
    if (isFrame(marker)) {
      if (size !== undefined) throw new BrokenPicture('has two sizes');
      size = { height: bytes.u16(at + 5), width: bytes.u16(at + 7) };
    }
    if (marker === 0xe1 && startsWith(content, EXIF)) orientation = orientationIn(content.subarray(EXIF.length));
    if (isKept(marker, content)) kept.push(bytes.slice(at, end));
    at = end;
    if (marker === START_OF_SCAN) {
      if (size === undefined) throw new BrokenPicture('does not say how large it is');
      hasScan = true;
      const scanEnd = endOfScan(bytes, at);
      kept.push(bytes.slice(at, scanEnd));
      at = scanEnd;
    }
  }
  if (size === undefined || !hasScan) throw new BrokenPicture('holds no picture');
  const turned = liesOnItsSide(orientation) ? { width: size.height, height: size.width } : size;
  const clean = joined([
    Uint8Array.of(0xff, 0xd8),
    ...(orientation === 1 ? [] : [segment(0xe1, joined([latin(EXIF), exifOf(orientation)]))]),
    ...kept,
    Uint8Array.of(0xff, END),
  ]);
  return { ...turned, frames: 1, clean };
}

function isKept(marker: number, content: Uint8Array): boolean {
  if (marker === COMMENT) return false;
  if (!isApplication(marker)) return true;
  return KEPT[marker]?.some((name) => startsWith(content, name)) ?? false;
}

/** Where the next marker is that does not belong to the data: FF 00 is a byte of it, and D0 to D7 restart within. */
function endOfScan(bytes: Bytes, from: number): number {
  for (let at = from; ; at += 1) {
    at = bytes.all.indexOf(0xff, at);
    if (at < 0) throw new BrokenPicture('ends before it is whole');
    const next = bytes.u8(at + 1);
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
}

function segment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2;
  return joined([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), content]);
}

export const latin = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

const startsWith = (content: Uint8Array, text: string): boolean =>
  content.length >= text.length && [...text].every((sign, at) => content[at] === sign.charCodeAt(0));
