import { LIMITS } from '@slugline/client/protocol';
import express, { type Request, type Response } from 'express';
import { Failure } from '../errors.js';

const parseJson = express.json({ limit: LIMITS.requestBytes, strict: false });

/**
 * Reads a command's JSON body; `undefined` when there is none. Called after the caller was let in, so that
 * strangers cannot make the server parse.
 */
export async function readBody(req: Request, res: Response): Promise<unknown> {
  if (!hasBody(req)) return undefined;
  if (!req.is('application/json')) throw new Failure('unsupported_media_type');
  await new Promise<void>((resolve, reject) => {
    parseJson(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return req.body;
}

/** Clients send `Content-Length: 0`, without a type, for a PUT or DELETE that says everything in its path. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
