import type { Request } from 'express';
import { z } from 'zod';
import { parseInput } from '../story/requests.js';
import { objectId, slug } from '../story/text-schemas.js';

const storyPath = z.object({ slug });
const entryPath = z.object({ slug, entryId: objectId });

/** The story that a path names. Throws `invalid_input` for what can be no slug: no store is asked about it. */
export function storyOf(req: Request): string {
  return parseInput(storyPath, req.params).slug;
}

export function entryOf(req: Request): { readonly slug: string; readonly entryId: string } {
  return parseInput(entryPath, req.params);
}
