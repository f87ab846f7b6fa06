import { Bytes } from './bytes.js';

/** Of EXIF: 1 is upright, from 5 on the picture lies on its side. */
const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * How a picture is to be turned, by its EXIF: all of it that is shown. What cannot be read says nothing, since the picture
 * is none the worse for it.
 *
 * @param tiff EXIF from its byte order on.
 */
export function orientationIn(tiff: Uint8Array): number {
  const bytes = new Bytes(tiff);
  try {
    const order = bytes.text(0, 2);
    if (order !== 'II' && order !== 'MM') return 1;
    const isLittle = order === 'II';
    const directory = bytes.u32(4, isLittle);
    const entries = bytes.u16(directory, isLittle);
    for (let entry = 0; entry < entries; entry += 1) {
      const at = directory + 2 + entry * 12;
      if (bytes.u16(at, isLittle) !== ORIENTATION || bytes.u16(at + 2, isLittle) !== SHORT) continue;
      const value = bytes.u16(at + 8, isLittle);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch {
    return 1;
  }
  return 1;
}

/** EXIF that says nothing but how the picture is to be turned. */
export function exifOf(orientation: number): Uint8Array {
  return Uint8Array.from([
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
    ...[0, 1, ORIENTATION >> 8, ORIENTATION & 0xff, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  ]);
}

export const liesOnItsSide = (orientation: number): boolean => orientation >= 5;
