import { BrokenPicture, Bytes, type JudgedPicture, joined } from './bytes.js';
import { latin } from './jpeg.js';
import { exifOf, liesOnItsSide, orientationIn } from './orientation.js';

/** Chunks that decide how the picture looks and moves. EXIF and XMP are none of them. */
const KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

export const isWebp = (file: Uint8Array): boolean => {
  const head = String.fromCharCode(...file.subarray(0, 12));
  return head.startsWith('RIFF') && head.endsWith('WEBP');
};

/** Goes through the chunks of the length that the file says it has: what stands behind that is not taken along. */
export function judgeWebp(file: Uint8Array): JudgedPicture {
  const whole = new Bytes(file);
  const bytes = new Bytes(whole.slice(0, 8 + whole.u32(4, true)));
  const kept: Uint8Array[] = [];
  let size: { readonly width: number; readonly height: number } | undefined;
  let frames = 0;
  let orientation = 1;
  let hasData = false;
  for (let at = 12; at < bytes.length; ) {
    bytes.countPart();
    const type = bytes.text(at, 4);
    const length = bytes.u32(at + 4, true);
    const content = bytes.slice(at + 8, at + 8 + length);
    if (type === 'VP8X') size = { width: 1 + u24(content, 4), height: 1 + u24(content, 7) };
    if (type === 'VP8 ') size ??= lossySize(content);
    if (type === 'VP8L') size ??= losslessSize(content);
    if (type === 'VP8 ' || type === 'VP8L' || type === 'ANMF') hasData = true;
    if (type === 'ANMF') frames += 1;
    if (type === 'EXIF') orientation = orientationIn(withoutPrefix(content));
    if (KEPT.has(type)) kept.push(chunk(type, type === 'VP8X' ? Uint8Array.from(content) : content));
    at += 8 + length + (length % 2);
  }
  if (size === undefined || !hasData) throw new BrokenPicture('holds no picture');
  const [first] = kept;
  const isExtended = first !== undefined && new Bytes(first).text(0, 4) === 'VP8X';
  // Only the extended form can say how it is to be turned.
  if (!isExtended) orientation = 1;
  if (isExtended) first[8] = ((first[8] ?? 0) & ~(HAS_EXIF | HAS_XMP)) | (orientation === 1 ? 0 : HAS_EXIF);
  const body = joined([latin('WEBP'), ...kept, ...(orientation === 1 ? [] : [chunk('EXIF', exifOf(orientation))])]);
  const clean = joined([latin('RIFF'), little32(body.length), body]);
  const turned = liesOnItsSide(orientation) ? { width: size.height, height: size.width } : size;
  return { ...turned, frames: Math.max(1, frames), clean };
}

function lossySize(content: Uint8Array): { width: number; height: number } {
  const bytes = new Bytes(content);
  if (bytes.text(3, 3) !== '\x9d\x01\x2a') throw new BrokenPicture('does not say how large it is');
  return { width: bytes.u16(6, true) & 0x3fff, height: bytes.u16(8, true) & 0x3fff };
}

function losslessSize(content: Uint8Array): { width: number; height: number } {
  const bytes = new Bytes(content);
  if (bytes.u8(0) !== 0x2f) throw new BrokenPicture('does not say how large it is');
  const bits = bytes.u32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}

/** Some programs put what JPEG has in front of EXIF here, too. */
function withoutPrefix(content: Uint8Array): Uint8Array {
  const hasPrefix = content[0] === 0x45 && content[1] === 0x78;
  return hasPrefix ? content.subarray(6) : content;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const padding = new Uint8Array(content.length % 2);
  return joined([latin(type), little32(content.length), content, padding]);
}

function little32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

const u24 = (content: Uint8Array, at: number): number => {
  const bytes = new Bytes(content);
  return bytes.u16(at, true) + bytes.u8(at + 2) * 65_536;
};
