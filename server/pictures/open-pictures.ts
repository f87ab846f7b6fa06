import type { PictureConfig } from '../config.js';
import type { Logger } from '../logger.js';
import { openDirectoryPictures } from './directory-pictures.js';
import { openRenditions } from './renditions.js';
import type { Pictures } from './take-picture.js';

/** Pictures as they are configured. Nothing is made on the disk before the first one comes. */
export async function openPictures({ directory, bytes, pixels }: PictureConfig, logger: Logger): Promise<Pictures> {
  return {
    store: await openDirectoryPictures(directory, logger),
    renditions: openRenditions(logger),
    limits: { bytes, pixels },
  };
}
