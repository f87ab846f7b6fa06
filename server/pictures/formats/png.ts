import { crc32 } from 'node:zlib';
import { BrokenPicture, Bytes, type JudgedPicture, joined } from './bytes.js';
import { latin } from './jpeg.js';
import { exifOf, liesOnItsSide, orientationIn } from './orientation.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Chunks that decide how the picture looks and moves. Texts, dates and EXIF are none of them. */
const KEPT = new Set('IHDR PLTE IDAT tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs acTL fcTL fdAT'.split(' '));

export const isPng = (file: Uint8Array): boolean => SIGNATURE.every((byte, at) => file[at] === byte);

/** Goes through the chunks, each of which has a checksum, up to the last one: what stands behind that is not taken along. */
export function judgePng(file: Uint8Array): JudgedPicture {
  const bytes = new Bytes(file);
  const kept: Uint8Array[] = [];
  let frames = 1;
  let orientation = 1;
  let hasData = false;
  if (bytes.text(12, 4) !== 'IHDR') throw new BrokenPicture('does not say how large it is');
  let at = SIGNATURE.length;
  for (let type = ''; type !== 'IEND'; ) {
    bytes.countPart();
    const length = bytes.u32(at);
    type = bytes.text(at + 4, 4);
    const end = at + 12 + length;
    const checked = bytes.slice(at + 4, end - 4);
    if (crc32(checked) !== bytes.u32(end - 4)) throw new BrokenPicture('was damaged on its way');
    if (type === 'acTL') frames = bytes.u32(at + 8);
    if (type === 'eXIf') orientation = orientationIn(checked.subarray(4));
    if (type === 'IDAT') hasData = true;
    if (KEPT.has(type)) kept.push(bytes.slice(at, end));
    else if (type !== 'IEND' && isCritical(type)) throw new BrokenPicture('has a part that nobody knows');
    at = end;
  }
  if (!hasData) throw new BrokenPicture('holds no picture');
  const [width, height] = [bytes.u32(16), bytes.u32(20)];
  const [header = new Uint8Array(), ...rest] = kept;
  const clean = joined([
    Uint8Array.from(SIGNATURE),
    header,
    ...(orientation === 1 ? [] : [chunk('eXIf', exifOf(orientation))]),
    ...rest,
    chunk('IEND', new Uint8Array()),
  ]);
  return { ...(liesOnItsSide(orientation) ? { width: height, height: width } : { width, height }), frames, clean };
}

/** By the case of its first letter. */
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

function chunk(type: string, content: Uint8Array): Uint8Array {
  const named = joined([latin(type), content]);
  const made = new Uint8Array(named.length + 8);
  const view = new DataView(made.buffer);
  view.setUint32(0, content.length);
  made.set(named, 4);
  view.setUint32(made.length - 4, crc32(named));
  return made;
}
