import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a picture may be. SVG is none: it is a document, which runs scripts and loads what it likes. */
const PICTURE_TYPES = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
} as const;
export type PictureFormat = keyof typeof PICTURE_TYPES;

/** SHA-256 of its bytes, as Base64 for URLs. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const FILE_NAME = /^(?:original|[1-9]\d{0,4})\.(jpg|png|webp|gif|avif)$/;

export const pictureDigest = z.string().regex(DIGEST);
export const pictureName = z.string().regex(FILE_NAME);

export const isDigest = (text: string): boolean => DIGEST.test(text);
export const isFileName = (text: string): boolean => FILE_NAME.test(text);

/** Content type of a file of ours by its name. */
export function typeOf(name: string): string | undefined {
  const format = FILE_NAME.exec(name)?.[1];
  return format === undefined ? undefined : PICTURE_TYPES[format as PictureFormat];
}
