/** What is wrong with a file that says it is a picture, as the end of a sentence that begins with "it". */
export class BrokenPicture extends Error {
  override readonly name = 'BrokenPicture';
}

/** A picture as its own bytes say it is, with what is not shown taken out. */
export interface JudgedPicture {
  /** Pixels, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** More than one where it moves. */
  readonly frames: number;
  /** The file without what tells of the camera, its place and its owner. */
  readonly clean: Uint8Array;
}

/** Segments, chunks, blocks and boxes of one picture: some thousands where it is large. */
const MOST_PARTS = 100_000;

/** Reads numbers and texts of a file, and never beyond its end. */
export class Bytes {
  readonly all: Uint8Array;
  #parts = 0;
  readonly #view: DataView;

  constructor(all: Uint8Array) {
    this.all = all;
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get length(): number {
    return this.all.length;
  }

  /** To be called for each part: small ones without end would take as long to go through as they take memory. */
  countPart(): void {
    this.#parts += 1;
    if (this.#parts > MOST_PARTS) throw new BrokenPicture('has more parts than a picture has');
  }

  u8(at: number): number {
    this.#within(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number, isLittle = false): number {
    this.#within(at, 2);
    return this.#view.getUint16(at, isLittle);
  }

  u32(at: number, isLittle = false): number {
    this.#within(at, 4);
    return this.#view.getUint32(at, isLittle);
  }

  text(at: number, length: number): string {
    return String.fromCharCode(...this.slice(at, at + length));
  }

  slice(from: number, to: number): Uint8Array {
    this.#within(from, to - from);
    return this.all.subarray(from, to);
  }

  #within(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.all.length) throw new BrokenPicture('ends before it is whole');
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
