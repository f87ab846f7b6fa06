import { LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import { count } from '../story/requests.js';
import { language } from '../story/text-schemas.js';

const PARTS = ['header', 'picture', 'key-points', 'controls', 'share'] as const;
type Part = (typeof PARTS)[number];

const isPart = (word: string): word is Part => PARTS.some((part) => part === word);

/**
 * `GET /embed/:slug`: what a site chooses for a story in an iframe, by the names that the element's attributes have.
 * What else stands in the address is for others to read.
 */
export const frameQuery = z.object({
  lang: language.exactOptional(),
  order: z.enum(['newest', 'oldest']).exactOptional(),
  hide: z
    .string()
    .transform((text) => text.split(' ').filter((word) => word !== ''))
    .refine((words) => words.every(isPart), `must be some of ${PARTS.join(', ')}, parted by spaces`)
    .transform((words) => words.filter(isPart))
    .meta({ type: 'string' })
    .exactOptional(),
  'heading-level': count(1, 4).exactOptional(),
  limit: count(1, LIMITS.pageMax).exactOptional(),
  announce: z.enum(['all', 'off', 'breaking']).exactOptional(),
  keys: z.enum(['focus', 'page', 'off']).exactOptional(),
});
export type FrameOptions = z.output<typeof frameQuery>;
