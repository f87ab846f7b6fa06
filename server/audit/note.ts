import { z } from 'zod';

/**
 * What the commit of a command leaves in the outbox for the audit log. It holds no text of what was written: that
 * stands in the revisions of the stream, which never change, so it can be found at any later time.
 */
export interface AuditNote {
  /** Unique for ever: by it the log knows a command that it has already. */
  readonly id: string;
  readonly at: string;
  readonly by: { readonly name: string; readonly keyId?: string; readonly memberId?: string };
  readonly action: string;
  /** Versions that the command gave to objects of its stream. */
  readonly objects: readonly { readonly id: string; readonly version: number }[];
  readonly about?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Stands first in each, so that one is known without being parsed. */
const START = '{"topic":"audit",';

const NOTE = z.object({
  topic: z.literal('audit'),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  at: z.iso.datetime(),
  by: z.object({
    name: z.string(),
    keyId: z.string().exactOptional(),
    memberId: z.string().exactOptional(),
  }),
  action: z.string().min(1),
  objects: z.array(z.object({ id: z.string(), version: z.int().min(1) })),
  about: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).exactOptional(),
}) satisfies z.ZodType<AuditNote>;

export function encodeAuditNote(note: AuditNote): string {
  return JSON.stringify({ topic: 'audit', ...note });
}

/** Whether an item of the outbox is for the audit log. */
export function isAuditNote(payload: string): boolean {
  return payload.startsWith(START);
}

/** `undefined` for one that cannot be read. */
export function decodeAuditNote(payload: string): AuditNote | undefined {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return undefined;
  }
  const { success, data } = NOTE.safeParse(json);
  if (!success) return undefined;
  const { topic: _, ...note } = data;
  return note;
}
