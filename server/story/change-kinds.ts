import type { ChangeKind } from '@slugline/client/protocol';

/** Whether the public edition has changes of a kind. A kind that the protocol gains is missed here by the compiler. */
const KINDS: Readonly<Record<ChangeKind, boolean>> = {
  'story.created': true,
  'story.updated': true,
  'story.ended': true,
  'entry.drafted': false,
  'entry.submitted': false,
  'entry.returned': false,
  'entry.scheduled': false,
  'entry.published': true,
  'entry.updated': true,
  'entry.corrected': true,
  'entry.withheld': true,
  'entry.released': true,
  'entry.canceled': true,
  'entry.pinned': true,
  'entry.unpinned': true,
};

/** Of both editions. */
export const CHANGE_KINDS = Object.keys(KINDS) as readonly ChangeKind[];
export const PUBLIC_CHANGE_KINDS: readonly ChangeKind[] = CHANGE_KINDS.filter((kind) => KINDS[kind]);
