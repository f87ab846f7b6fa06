import { BrokenPicture, Bytes, type JudgedPicture, joined } from './bytes.js';

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const END = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
/** Applications whose block says how often the picture repeats. Others (XMP among them) are not shown. */
const REPEATS = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

export const isGif = (file: Uint8Array): boolean => /^GIF8[79]a$/.test(String.fromCharCode(...file.subarray(0, 6)));

/** Goes through the blocks up to the one that ends it: what stands behind that is not taken along. */
export function judgeGif(file: Uint8Array): JudgedPicture {
  const bytes = new Bytes(file);
  const afterHead = 13 + colours(bytes.u8(10));
  const kept: Uint8Array[] = [bytes.slice(0, afterHead)];
  let [width, height] = [bytes.u16(6, true), bytes.u16(8, true)];
  let frames = 0;
  let at = afterHead;
  for (;;) {
    const kind = bytes.u8(at);
    if (kind === END) break;
    bytes.countPart();
    let end: number;
    if (kind === IMAGE) {
      // A frame may reach beyond the canvas, and browsers make room for it.
      width = Math.max(width, bytes.u16(at + 1, true) + bytes.u16(at + 5, true));
      height = Math.max(height, bytes.u16(at + 3, true) + bytes.u16(at + 7, true));
      frames += 1;
      end = endOfBlocks(bytes, at + 10 + colours(bytes.u8(at + 9)) + 1);
      kept.push(bytes.slice(at, end));
    } else if (kind === EXTENSION) {
      const label = bytes.u8(at + 1);
      end = endOfBlocks(bytes, at + 2);
      const repeats = label === APPLICATION && bytes.u8(at + 2) === 11 && REPEATS.has(bytes.text(at + 3, 11));
      if (label === GRAPHIC_CONTROL || repeats) kept.push(bytes.slice(at, end));
    } else throw new BrokenPicture('has something between its blocks');
    at = end;
  }
  if (frames === 0) throw new BrokenPicture('holds no picture');
  return { width, height, frames, clean: joined([...kept, Uint8Array.of(END)]) };
}

/** Bytes of the table of colours that a flag announces. */
const colours = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function endOfBlocks(bytes: Bytes, from: number): number {
  let at = from;
  for (let length = bytes.u8(at); length > 0; length = bytes.u8(at)) at += 1 + length;
  return at + 1;
}
