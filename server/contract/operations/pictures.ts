import { HOME, PICTURE, PICTURE_DIGEST, PICTURE_NAME } from '../examples.js';
import type { Operation } from '../operation.js';
import { uploadedSchema } from '../wire-schemas.js';

const uploaded = {
  schemas: [uploadedSchema],
  example: { picture: { url: `${HOME}/pictures/${PICTURE_DIGEST}/${PICTURE_NAME}`, width: 1, height: 1 } },
  headers: ['Location'],
} as const;

export const PICTURES: readonly Operation[] = [
  {
    id: 'uploadPicture',
    method: 'POST',
    path: '/v1/pictures',
    group: 'Pictures',
    summary: 'Take in a picture',
    about:
      'The body is the file: JPEG, PNG, WebP, GIF or AVIF, as its bytes say and not its `Content-Type`, which must be `image/*`. What is not shown of it (place, camera, owner, texts) is taken out. It takes no `Idempotency-Key`: the same picture has the same address.',
    who: 'contributor',
    body: { type: 'image/gif', example: PICTURE },
    errors: ['invalid_picture', 'picture_removed', 'picture_too_large'],
    answers: [
      { status: 201, text: 'It is kept.', ...uploaded },
      { status: 200, text: 'It was kept before.', ...uploaded },
    ],
  },
  {
    id: 'readPicture',
    method: 'GET',
    path: '/pictures/:digest/:name',
    group: 'Pictures',
    summary: 'Read a file of a picture',
    about: 'It never changes, and may be kept for an hour: then ask again, with the tag, whether it is still there.',
    who: 'anyone',
    headers: ['If-None-Match'],
    errors: ['picture_not_found', 'picture_gone'],
    answers: [
      { status: 200, text: 'The file.', type: 'image/gif', headers: ['ETag'] },
      { status: 304, text: 'The asker has it.' },
    ],
  },
  {
    id: 'removePicture',
    method: 'DELETE',
    path: '/v1/pictures/:digest',
    group: 'Pictures',
    summary: 'Remove a picture for good',
    about:
      'All its files go from the disk, its address answers 410, and the same picture is not taken in again. Entries that show it are not edited. Caches may have it for another hour, and who saved it keeps it. Doing it again changes nothing.',
    who: 'editor',
    errors: ['picture_not_found'],
    answers: [{ status: 204, text: 'It is removed.' }],
  },
];
