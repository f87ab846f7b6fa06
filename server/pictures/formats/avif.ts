import { BrokenPicture, Bytes, type JudgedPicture } from './bytes.js';

/** A box of the container: where its content begins and ends. */
interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** Where the bytes of an item are in the file. */
interface Extent {
  readonly from: number;
  readonly length: number;
}

export const isAvif = (file: Uint8Array): boolean => {
  const head = String.fromCharCode(...file.subarray(4, 64));
  return head.startsWith('ftyp') && /avi[fs]/.test(head);
};

/**
 * The container says of each item what it is and where it lies. What lies elsewhere is pointed to by places in the file, so
 * that nothing can be cut out without moving all of them: EXIF and other descriptions are written over with zeros. How it
 * is turned stands beside them in boxes of its own, and stays.
 */
export function judgeAvif(file: Uint8Array): JudgedPicture {
  const bytes = new Bytes(file);
  const top = boxesIn(bytes, 0, bytes.length);
  const meta = top.find(({ type }) => type === 'meta');
  if (meta === undefined) throw new BrokenPicture('holds no picture');
  const within = boxesIn(bytes, meta.from + 4, meta.to);
  const items = itemsIn(bytes, within);
  const places = placesIn(bytes, within);
  const primary = primaryOf(bytes, within);
  const size = sizeOf(bytes, within, primary);
  const clean = Uint8Array.from(file);
  for (const [id, extents] of places) {
    const type = items.get(id);
    for (const { from, length } of extents) {
      // Reading it is what finds that it is not there.
      const content = new Bytes(clean).slice(from, from + length);
      if (type === 'Exif' || type === 'mime' || type === 'uri ') content.fill(0);
    }
  }
  if (!places.has(primary)) throw new BrokenPicture('holds no picture');
  const isMoving = top.some(({ type }) => type === 'moov');
  return { ...size, frames: isMoving ? 2 : 1, clean };
}

function boxesIn(bytes: Bytes, from: number, to: number): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    bytes.countPart();
    const short = bytes.u32(at);
    const type = bytes.text(at + 4, 4);
    const head = short === 1 ? 16 : 8;
    const size = short === 1 ? bytes.u32(at + 8) * 2 ** 32 + bytes.u32(at + 12) : short === 0 ? to - at : short;
    if (size < head || at + size > to) throw new BrokenPicture('ends before it is whole');
    boxes.push({ type, from: at + head, to: at + size });
    at += size;
  }
  return boxes;
}

const boxIn = (boxes: readonly Box[], wanted: string): Box => {
  const box = boxes.find(({ type }) => type === wanted);
  if (box === undefined) throw new BrokenPicture(`does not say what is in it (${wanted})`);
  return box;
};

/** Types of the items, by their number. */
function itemsIn(bytes: Bytes, meta: readonly Box[]): ReadonlyMap<number, string> {
  const { from, to } = boxIn(meta, 'iinf');
  const isLong = bytes.u8(from) > 0;
  const items = new Map<number, string>();
  for (const entry of boxesIn(bytes, from + (isLong ? 8 : 6), to)) {
    const version = bytes.u8(entry.from);
    if (version < 2) continue;
    const id = version === 2 ? bytes.u16(entry.from + 4) : bytes.u32(entry.from + 4);
    items.set(id, bytes.text(entry.from + (version === 2 ? 8 : 10), 4));
  }
  return items;
}

function placesIn(bytes: Bytes, meta: readonly Box[]): ReadonlyMap<number, readonly Extent[]> {
  const { from } = boxIn(meta, 'iloc');
  const data = meta.find(({ type }) => type === 'idat');
  const version = bytes.u8(from);
  const [offsetSize, lengthSize] = [bytes.u8(from + 4) >> 4, bytes.u8(from + 4) & 15];
  const [baseSize, indexSize] = [bytes.u8(from + 5) >> 4, version > 0 ? bytes.u8(from + 5) & 15 : 0];
  let at = from + 6;
  const next = (size: number): number => {
    const value = numberOf(bytes, at, size);
    at += size;
    return value;
  };
  const places = new Map<number, readonly Extent[]>();
  const count = next(version < 2 ? 2 : 4);
  for (let item = 0; item < count; item += 1) {
    bytes.countPart();
    const id = next(version < 2 ? 2 : 4);
    const method = version > 0 ? next(2) & 15 : 0;
    next(2);
    const base = next(baseSize) + (method === 1 ? (data?.from ?? Number.NaN) : 0);
    const extents: Extent[] = [];
    const parts = next(2);
    for (let part = 0; part < parts; part += 1) {
      bytes.countPart();
      next(indexSize);
      extents.push({ from: base + next(offsetSize), length: next(lengthSize) });
    }
    // What an item makes of other items lies nowhere by itself.
    if (method < 2) places.set(id, extents);
  }
  return places;
}

function numberOf(bytes: Bytes, at: number, size: number): number {
  switch (size) {
    case 0:
      return 0;
    case 2:
      return bytes.u16(at);
    case 4:
      return bytes.u32(at);
    case 8:
      return bytes.u32(at) * 2 ** 32 + bytes.u32(at + 4);
    default:
      throw new BrokenPicture('has a number of a length that none has');
  }
}

function primaryOf(bytes: Bytes, meta: readonly Box[]): number {
  const { from } = boxIn(meta, 'pitm');
  return bytes.u8(from) === 0 ? bytes.u16(from + 4) : bytes.u32(from + 4);
}

/** The size of the picture that is shown, or of a larger one of which that is made: it has to be decoded as well. */
function sizeOf(bytes: Bytes, meta: readonly Box[], primary: number): { width: number; height: number } {
  const iprp = boxIn(meta, 'iprp');
  const parts = boxesIn(bytes, iprp.from, iprp.to);
  const ipco = boxIn(parts, 'ipco');
  const properties = boxesIn(bytes, ipco.from, ipco.to);
  const own = propertiesOf(bytes, boxIn(parts, 'ipma'), primary).map((index) => properties[index - 1]);
  const spatial = own.find((property) => property?.type === 'ispe');
  if (spatial === undefined) throw new BrokenPicture('does not say how large it is');
  const [width, height] = [bytes.u32(spatial.from + 4), bytes.u32(spatial.from + 8)];
  const turn = own.find((property) => property?.type === 'irot');
  const isTurned = turn !== undefined && bytes.u8(turn.from) % 2 === 1;
  return isTurned ? { width: height, height: width } : { width, height };
}

/** Numbers of an item's properties, from 1. */
function propertiesOf(bytes: Bytes, { from }: Box, item: number): readonly number[] {
  const version = bytes.u8(from);
  const isLong = (bytes.u8(from + 3) & 1) === 1;
  const count = bytes.u32(from + 4);
  let at = from + 8;
  for (let entry = 0; entry < count; entry += 1) {
    bytes.countPart();
    const id = version < 1 ? bytes.u16(at) : bytes.u32(at);
    at += version < 1 ? 2 : 4;
    const links = bytes.u8(at);
    at += 1;
    const found = Array.from({ length: links }, (_, link) =>
      isLong ? bytes.u16(at + link * 2) & 0x7fff : bytes.u8(at + link) & 0x7f,
    );
    if (id === item) return found;
    at += links * (isLong ? 2 : 1);
  }
  return [];
}
