import { createRequire } from 'node:module';
import { LIMITS } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { FileRecord, PictureFile } from './picture-store.js';

/** Makes smaller ones of a picture, for screens that need no more. */
export interface Renditions {
  /**
   * @param width of the picture as it is shown.
   * @param most pixels that it may come to when it is decoded.
   * @throws Failure `invalid_picture` for what cannot be decoded.
   */
  of(bytes: Uint8Array, width: number, most: number): Promise<readonly (PictureFile & FileRecord)[]>;
}

/** Pixels across, as far as the picture itself is wider. */
const WIDTHS = [400, 800, 1_200, 1_600, 2_400].slice(0, LIMITS.renditions);
const QUALITY = 78;

/**
 * With `sharp` where it is installed; else pictures are kept as they come, and a look at them is all that they get. It is
 * loaded with the first picture: a tenth of the time that a server takes to start would be spent on it.
 */
export function openRenditions(logger: Logger): Renditions | undefined {
  if (!isInstalled()) {
    logger.info('sharp is not installed: pictures are kept in one size');
    return undefined;
  }
  let loading: Promise<Make | undefined> | undefined;
  return {
    of: async (bytes, width, most) => {
      loading ??= loadSharp(logger);
      const sharp = await loading;
      if (sharp === undefined) return [];
      const made: (PictureFile & FileRecord)[] = [];
      for (const wanted of WIDTHS.filter((one) => one < width)) {
        try {
          const { data, info } = await sharp(bytes, { limitInputPixels: most, failOn: 'error' })
            .rotate()
            .resize({ width: wanted })
            .webp({ quality: QUALITY })
            .toBuffer({ resolveWithObject: true });
          made.push({ name: `${wanted}.webp`, bytes: data, width: info.width, height: info.height });
        } catch (cause) {
          throw new Failure('invalid_picture', 'The picture cannot be decoded.', { cause });
        }
      }
      return made;
    },
  };
}

type Make = typeof import('sharp')['default'];

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('sharp');
    return true;
  } catch {
    return false;
  }
}

/** Resolves to nothing, and says why, where it is installed and broken: that is not what anybody meant. */
async function loadSharp(logger: Logger): Promise<Make | undefined> {
  try {
    const { default: sharp } = await import('sharp');
    // Each picture is seen once, and the rest of the server has threads to do its work as well.
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  } catch (error) {
    logger.warn({ err: error }, 'sharp cannot be loaded: pictures are kept in one size');
    return undefined;
  }
}
