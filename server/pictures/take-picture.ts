import { Failure } from '../errors.js';
import { judgePicture } from './judge-picture.js';
import { digestOf } from './picture-names.js';
import type { PictureRecord, PictureStore } from './picture-store.js';
import type { Renditions } from './renditions.js';

interface PictureLimits {
  readonly bytes: number;
  readonly pixels: number;
}

export interface Pictures {
  readonly store: PictureStore;
  /** Absent: there is nothing to make any with. */
  readonly renditions: Renditions | undefined;
  readonly limits: PictureLimits;
}

export interface TakenPicture {
  readonly digest: string;
  readonly record: PictureRecord;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

/** Pictures that are looked at, made smaller and written at a time; each is in memory as long. */
const MOST_UNDER_WAY = 8;
const underWay = new WeakMap<Pictures, number>();

/**
 * Takes a picture in: judged, without what is not shown, in all its sizes, on the disk. Its digest is of what is kept, not
 * of what was sent, so that the address tells nobody who has the file that it came from them.
 *
 * @throws Failure `picture_removed` for one that is not to be taken again.
 */
export async function takePicture(pictures: Pictures, read: () => Promise<Uint8Array>): Promise<TakenPicture> {
  const others = underWay.get(pictures) ?? 0;
  if (others >= MOST_UNDER_WAY) {
    throw new Failure('too_many_requests', 'As many pictures are being taken in as this instance may.', {
      retryAfterSeconds: 2,
    });
  }
  underWay.set(pictures, others + 1);
  try {
    return await keepPicture(pictures, await read());
  } finally {
    underWay.set(pictures, (underWay.get(pictures) ?? 1) - 1);
  }
}

async function keepPicture({ store, renditions, limits }: Pictures, file: Uint8Array): Promise<TakenPicture> {
  const { format, width, height, frames, clean } = judgePicture(file, limits.pixels);
  const digest = digestOf(clean);
  const known = await store.record(digest);
  if (known === 'removed') throw new Failure('picture_removed');
  if (known !== undefined) return { digest, record: known, isNew: false };
  // One that moves would stand still in its renditions.
  const smaller = frames > 1 ? [] : ((await renditions?.of(clean, width, limits.pixels)) ?? []);
  const original = { name: `original.${format}`, width, height };
  const record = { original, renditions: smaller.map(({ name, width, height }) => ({ name, width, height })) };
  const outcome = await store.keep(digest, record, [{ name: original.name, bytes: clean }, ...smaller]);
  if (outcome === 'removed') throw new Failure('picture_removed');
  return { digest, record, isNew: true };
}
