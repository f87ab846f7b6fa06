import { LIMITS } from '@slugline/client/protocol';
import express, { type Request, type Response } from 'express';
import { Failure } from '../errors.js';

const parseJson = express.json({ limit: LIMITS.requestBytes, strict: false });

/**
 * Bytes of a body that are read, though not kept, before the sender is cut off. Some are read beyond the limit
 * because a client that is still sending when the connection closes never sees why.
 */
const MOST_READ = 16 * LIMITS.requestBytes;

/**
 * Reads a command's JSON body; `undefined` when there is none. Called after the caller was let in, so that
 * strangers cannot make the server parse.
 */
export async function readBody(req: Request, res: Response): Promise<unknown> {
  if (!hasBody(req)) return undefined;
  if (!req.is('application/json')) throw new Failure('unsupported_media_type');
  await new Promise<void>((resolve, reject) => {
    let read = 0;
    const count = (chunk: Buffer) => {
      read += chunk.length;
      if (read > MOST_READ) reject(new Failure('body_too_large'));
    };
    req.on('data', count);
    parseJson(req, res, (error?: unknown) => {
      req.off('data', count);
      return error === undefined ? resolve() : reject(error);
    });
  });
  return req.body;
}

/** Clients send `Content-Length: 0`, without a type, for a PUT or DELETE that says everything in its path. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
