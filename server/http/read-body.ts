import { LIMITS } from '@slugline/client/protocol';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { Failure } from '../errors.js';

const XML_TYPES = [
  'application/xml',
  'text/xml',
  'application/vnd.iptc.g2.newsitem+xml',
  'application/vnd.iptc.g2.newsmessage+xml',
];
const readBytes = express.raw({ limit: LIMITS.requestBytes, type: () => true });
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
  await parsed(req, res, parseJson);
  return req.body;
}

/**
 * Reads a body of one of the types as text, in the same way.
 *
 * @throws Failure `invalid_xml` for what is not UTF-8: no other encoding is read, whatever the document says.
 */
export async function readXmlBody(req: Request, res: Response): Promise<string> {
  if (!hasBody(req) || !req.is(XML_TYPES)) {
    throw new Failure('unsupported_media_type', `The body must be ${XML_TYPES.join(' or ')}.`);
  }
  const [, charset = 'utf-8'] = /;\s*charset="?([^";]*)/i.exec(req.get('content-type') ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset.trim())) throw new Failure('unsupported_media_type', 'The body must be UTF-8.');
  await parsed(req, res, readBytes);
  const bytes: Uint8Array = req.body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure('invalid_xml', 'The body is not valid UTF-8.', { cause });
  }
}

/**
 * Reads the bytes of a picture, whatever its type says that they are: that is for the bytes to tell.
 *
 * @param most bytes.
 * @throws Failure `picture_too_large`; `unsupported_media_type` for what does not even say that it is a picture, or is packed.
 */
export async function readPictureBody(req: Request, res: Response, most: number): Promise<Uint8Array> {
  if (!hasBody(req) || !/^image\//i.test(req.get('content-type') ?? '')) {
    throw new Failure('unsupported_media_type', 'The body must be a picture, and its Content-Type image/*.');
  }
  const tooLarge = () => new Failure('picture_too_large', `The picture is larger than ${most} bytes.`);
  if (Number(req.get('content-length') ?? 0) > most) throw tooLarge();
  // Pictures are packed by themselves: who packs one again means to unpack something else here.
  const parse = express.raw({ limit: most, type: () => true, inflate: false });
  await parsed(req, res, parse, most + MOST_READ).catch((error: unknown) => {
    throw (error as { type?: unknown }).type === 'entity.too.large' ? tooLarge() : error;
  });
  const bytes: Uint8Array = req.body;
  return bytes;
}

async function parsed(req: Request, res: Response, parse: RequestHandler, mostRead = MOST_READ): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let read = 0;
    const count = (chunk: Buffer) => {
      read += chunk.length;
      if (read > mostRead) reject(new Failure('body_too_large'));
    };
    req.on('data', count);
    parse(req, res, (error?: unknown) => {
      req.off('data', count);
      return error === undefined ? resolve() : reject(error);
    });
  });
}

/** Clients send `Content-Length: 0`, without a type, for a PUT or DELETE that says everything in its path. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
