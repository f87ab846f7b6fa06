import { toText } from '@slugline/client/body';
import type { DeskEntry } from '@slugline/client/protocol';
import { type DraftBody, draftOf, type EntryDraft } from './entry-draft.js';

/** A part of an entry that two editors may have changed, as it is told to one of them. */
export interface Part {
  readonly name: keyof EntryDraft;
  readonly word: string;
  readonly text: string;
}

const PARTS: readonly (readonly [keyof EntryDraft, string])[] = [
  ['headline', 'Headline'],
  ['body', 'Text'],
  ['breaking', 'Breaking'],
  ['keyEvent', 'Key event'],
  ['urgency', 'Urgency'],
  ['verification', 'Verification'],
  ['sources', 'Sources'],
  ['bylines', 'Bylines'],
  ['relations', 'Relations'],
  ['located', 'Place'],
  ['tags', 'Tags'],
  ['edNote', 'Note'],
  ['publishAt', 'To be published'],
  ['embargoedUntil', 'Embargoed until'],
];

export function partsOf(draft: EntryDraft): readonly Part[] {
  return PARTS.map(([name, word]) => ({ name, word, text: textOf(draft, name) }));
}

function textOf(draft: EntryDraft, name: keyof EntryDraft): string {
  switch (name) {
    case 'body':
      return bodyText(draft.body);
    case 'breaking':
    case 'keyEvent':
      return draft[name] ? 'yes' : 'no';
    case 'sources':
    case 'bylines':
      return draft[name].map((one) => one.name).join(', ');
    case 'relations':
      return draft.relations.map(({ rel, entryId }) => `${rel} ${entryId}`).join(', ');
    case 'tags':
      return draft.tags.join(', ');
    default:
      return String(draft[name] ?? '');
  }
}

function bodyText(body: DraftBody): string {
  return 'markdown' in body ? body.markdown : toText(body.blocks);
}

/** What two editors made of the same version, in one: of each part the form of who changed it. */
export interface Merged {
  readonly draft: EntryDraft;
  /** Parts that both changed; the draft has ours. */
  readonly clashes: readonly (keyof EntryDraft)[];
}

export function merge(ours: EntryDraft, base: DeskEntry, now: DeskEntry): Merged {
  const former = draftOf(base);
  const theirs = draftOf(now);
  const clashes: (keyof EntryDraft)[] = [];
  const taken = new Set<keyof EntryDraft>();
  for (const [name] of PARTS) {
    if (isSame(ours[name], former[name])) continue;
    if (!isSame(theirs[name], former[name]) && !isSame(theirs[name], ours[name])) clashes.push(name);
    taken.add(name);
  }
  // What we took away is absent in ours.
  const { urgency, verification, ...rest } = theirs;
  const kept = {
    ...(urgency !== undefined && !taken.has('urgency') && { urgency }),
    ...(verification !== undefined && !taken.has('verification') && { verification }),
  };
  return { draft: { ...rest, ...kept, ...only(ours, taken) }, clashes };
}

function only(draft: EntryDraft, names: ReadonlySet<keyof EntryDraft>): Partial<EntryDraft> {
  return Object.fromEntries(Object.entries(draft).filter(([name]) => [...names].some((one) => one === name)));
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
