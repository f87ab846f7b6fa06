import { LIMITS } from '@slugline/client/protocol';
import express, { type Request, type Response } from 'express';
import { Failure } from '../errors.js';

const parseJson = express.json({ limit: LIMITS.requestBytes, strict: false });

/**
 * Reads a command's JSON body. Called after the caller was let in, so that strangers cannot make the server parse;
 * `undefined` when there is none.
 */
export async function readBody(req: Request, res: Response): Promise<unknown> {
  if (req.is('application/json') === false) throw new Failure('unsupported_media_type');
  await new Promise<void>((resolve, reject) => {
    parseJson(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return req.body;
}
