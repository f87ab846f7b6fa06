import { type EntryDraft, editFields } from './entry-draft.js';
import { MADE } from './follow-up.js';
import { waits } from './next-step.js';
import type { Outbox } from './outbox.js';
import { quoted } from './words.js';

/** A draft that was sent to the server, and whose answer was lost: it may be there, or not. */
export interface BegunDraft {
  /** Its `Idempotency-Key`: sent once more, it is made once. */
  readonly id: string;
  readonly path: string;
  readonly body: unknown;
  /** What it says. */
  readonly draft: EntryDraft;
}

/**
 * Has what was written go out as the entry that was begun, and not as a second one beside it: the draft is sent once more,
 * then what was changed of it since, then it is moved on.
 *
 * @returns whether it is on its way; else the browser keeps no more of what waits.
 */
export function publishBegun(
  { outbox, slug }: { readonly outbox: Outbox; readonly slug: string },
  { id, path, body, draft: former }: BegunDraft,
  draft: EntryDraft,
  to: 'submitted' | 'published',
): boolean {
  const publishAt = to === 'published' && waits(draft) ? draft.publishAt || draft.embargoedUntil : '';
  const fields = editFields({ ...draft, publishAt }, { ...former, publishAt: '' });
  const name = quoted(draft.headline);
  const entry = { slug, draft, entryId: MADE };
  let last = outbox.add({ method: 'POST', path, body, says: `Save ${name} as a draft`, slug, draft, id, tried: true });
  if (last !== undefined && Object.keys(fields).length > 0) {
    const says = publishAt === '' ? `Change ${name}` : `Schedule ${name}`;
    last = outbox.add({ method: 'PATCH', path: `${path}/${MADE}`, body: fields, says, after: last.id, ...entry });
  }
  if (last !== undefined && publishAt === '') {
    const says = `${to === 'published' ? 'Publish' : 'Submit'} ${name}`;
    const move = { method: 'POST', path: `${path}/${MADE}/workflow`, body: { to } } as const;
    last = outbox.add({ ...move, says, after: last.id, ...entry });
  }
  return last !== undefined;
}
