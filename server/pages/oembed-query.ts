import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { count } from '../story/requests.js';

/** More than any page has. */
export const MOST_PIXELS = 65_535;

/** `GET /oembed`. What the format does not know is for others to read. */
export const oembedQuery = z.object({
  // Of another server it may be longer; it is not ours then.
  url: z
    .string()
    .min(1)
    .max(2 * LIMITS.url),
  maxwidth: count(1, MOST_PIXELS).exactOptional(),
  maxheight: count(1, MOST_PIXELS).exactOptional(),
  format: z.string().max(64).default('json'),
});
export type OembedQuery = z.output<typeof oembedQuery>;
