import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { callerOf } from '../access/authenticate.js';
import { requireRole } from '../access/policy.js';
import { PICTURE_SECONDS } from '../cache-times.js';
import { Failure } from '../errors.js';
import { holdsEtag } from '../etag.js';
import type { Limits } from '../limits/limits.js';
import { homeOf } from '../pages/addresses.js';
import { pictureDigest, typeOf } from '../pictures/picture-names.js';
import type { FileRecord } from '../pictures/picture-store.js';
import { removePicture } from '../pictures/removals.js';
import { type Pictures, type TakenPicture, takePicture } from '../pictures/take-picture.js';
import type { StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { noBody } from './carry-out.js';
import { methodNotAllowed } from './problem.js';
import { readBody, readPictureBody } from './read-body.js';

const picturePath = z.object({ digest: pictureDigest });

export interface PictureParts {
  readonly store: StoryStore;
  readonly pictures: Pictures;
  readonly limits: Limits;
  /** Where readers reach this server, without a trailing slash; absent: where each request says that it was sent. */
  readonly publicUrl: string | undefined;
}

/** Opened as a page of its own, a picture is to be a picture, whatever a browser should make of it. */
const POLICY = "default-src 'none'; sandbox";

/** Where the desk's pictures come in, and where readers get them. */
export function pictureRoutes({ store, pictures, limits, publicUrl }: PictureParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/pictures')
    .post(async (req, res) => {
      const actor = requireRole(callerOf(req), 'contributor');
      parseInput(noQuery, req.query, 'query');
      await limits.command(actor.keyId);
      const taken = await takePicture(pictures, () => readPictureBody(req, res, pictures.limits.bytes));
      const picture = pictureOf(taken, homeOf(req, publicUrl));
      if (taken.isNew) res.status(201);
      res.location(picture.url).set('Cache-Control', 'no-store').type('json').send(JSON.stringify({ picture }));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/v1/pictures/:digest')
    .delete(async (req, res) => {
      const actor = requireRole(callerOf(req), 'editor');
      await limits.command(actor.keyId);
      const { digest } = parseInput(picturePath, req.params);
      parseInput(noQuery, req.query, 'query');
      parseInput(noBody, await readBody(req, res));
      await removePicture({ store, pictures: pictures.store }, digest, actor);
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('DELETE'));

  router
    .route('/pictures/:digest/:name')
    .get((req, res) => sendPicture(pictures, req, res))
    .all(methodNotAllowed('GET'));

  return router;
}

function pictureOf({ digest, record: { original, renditions } }: TakenPicture, home: string) {
  const placed = ({ name, width, height }: FileRecord) => ({
    url: `${home}/pictures/${digest}/${name}`,
    width,
    height,
  });
  return { ...placed(original), ...(renditions.length > 0 && { renditions: renditions.map(placed) }) };
}

/** No credential is asked for: who has the address has it from the desk or from a story, and nobody can guess one. */
async function sendPicture({ store }: Pictures, req: Request, res: Response): Promise<void> {
  const [digest, name] = [String(req.params.digest), String(req.params.name)];
  const type = typeOf(name);
  const picture = type === undefined ? undefined : await store.open(digest, name);
  if (picture === 'removed') throw new Failure('picture_gone');
  if (picture === undefined || type === undefined) throw new Failure('picture_not_found');
  const etag = `${digest}/${name}`;
  res.set({
    'Cache-Control': `public, max-age=${PICTURE_SECONDS}`,
    'Content-Security-Policy': POLICY,
    'Content-Type': type,
    ETag: `"${etag}"`,
  });
  if (holdsEtag(req, etag) || req.method === 'HEAD') {
    picture.stream.destroy();
    if (req.method === 'HEAD') res.set('Content-Length', String(picture.size)).end();
    else res.status(304).end();
    return;
  }
  res.set('Content-Length', String(picture.size));
  // A reader who leaves is nothing that went wrong.
  await pipeline(picture.stream, res).catch(() => res.destroy());
}
