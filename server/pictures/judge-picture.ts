import { Failure } from '../errors.js';
import { isAvif, judgeAvif } from './formats/avif.js';
import { BrokenPicture, type JudgedPicture } from './formats/bytes.js';
import { isGif, judgeGif } from './formats/gif.js';
import { isJpeg, judgeJpeg } from './formats/jpeg.js';
import { isPng, judgePng } from './formats/png.js';
import { isWebp, judgeWebp } from './formats/webp.js';
import type { PictureFormat } from './picture-names.js';

/** Pixels of either side, as bodies can say them and JPEG can be. */
const MOST_SIDE = 65_535;
/** Times the pixels of a still picture that all frames of a moving one may come to. */
const MOVING = 10;

interface Format {
  readonly name: PictureFormat;
  readonly is: (file: Uint8Array) => boolean;
  readonly judge: (file: Uint8Array) => JudgedPicture;
}

const FORMATS: readonly Format[] = [
  { name: 'jpg', is: isJpeg, judge: judgeJpeg },
  { name: 'png', is: isPng, judge: judgePng },
  { name: 'webp', is: isWebp, judge: judgeWebp },
  { name: 'gif', is: isGif, judge: judgeGif },
  { name: 'avif', is: isAvif, judge: judgeAvif },
];

/**
 * Says what a file is by its bytes alone, and takes out of it what is not shown: where it was taken, with which camera,
 * by whom, and whatever hangs on behind its end. It is not decoded: the size that it says it has is held against the limit
 * before anybody makes room for it.
 *
 * @param most pixels that it may have.
 * @throws Failure `unsupported_media_type` for what is no picture of a known kind, `invalid_picture` for one that is not
 *   whole, `picture_too_large` for one of more pixels.
 */
export function judgePicture(file: Uint8Array, most: number): JudgedPicture & { readonly format: PictureFormat } {
  const format = FORMATS.find(({ is }) => is(file));
  if (format === undefined) {
    throw new Failure('unsupported_media_type', 'The body must be a JPEG, PNG, WebP, GIF or AVIF picture.');
  }
  const picture = judged(format, file);
  const { width, height, frames } = picture;
  if (width < 1 || height < 1) throw new Failure('invalid_picture', `The ${format.name} picture has no size.`);
  if (width > MOST_SIDE || height > MOST_SIDE || width * height > most || width * height * frames > most * MOVING) {
    const size = `${width} × ${height} pixels${frames > 1 ? ` in ${frames} frames` : ''}`;
    throw new Failure('picture_too_large', `The picture has ${size}; ${most / 1e6} million are the most.`);
  }
  return { ...picture, format: format.name };
}

function judged({ name, judge }: Format, file: Uint8Array): JudgedPicture {
  try {
    return judge(file);
  } catch (error) {
    if (error instanceof BrokenPicture) throw new Failure('invalid_picture', `The ${name} picture ${error.message}.`);
    throw error;
  }
}
