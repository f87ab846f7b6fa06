import type { DeskEntry } from '@slugline/client/protocol';
import type { Request } from 'express';
import { z } from 'zod';
import { parseInput } from '../story/requests.js';
import { objectId, slug } from '../story/text-schemas.js';

const storyParams = z.object({ slug });
const entryParams = z.object({ slug, entryId: objectId });

/** The story that a path names. Throws `invalid_input` for what can be no slug: no store is asked about it. */
export function storyOf(req: Request): string {
  return parseInput(storyParams, req.params).slug;
}

export function entryOf(req: Request): { readonly slug: string; readonly entryId: string } {
  return parseInput(entryParams, req.params);
}

/** Where an entry is read: the `Location` of what was made of it. */
export function entryPath({ slug, id }: DeskEntry): string {
  return `/v1/stories/${slug}/entries/${id}`;
}
