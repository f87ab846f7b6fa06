import type { Block, Byline, DeskEntry, Relation, Source, Verification } from '@slugline/client/protocol';

/** What an editor writes, before it is an entry or in place of one. */
export interface EntryDraft {
  readonly headline: string;
  readonly body: DraftBody;
  readonly breaking: boolean;
  readonly keyEvent: boolean;
  /** Absent: what is usual for what it is. */
  readonly urgency?: number;
  readonly bylines: readonly Byline[];
  readonly sources: readonly Source[];
  readonly verification?: Verification;
  readonly relations: readonly Relation[];
  readonly located: string;
  readonly tags: readonly string[];
  readonly edNote: string;
  /** When it is to be published by itself, and before when by nobody: ISO 8601 in UTC, or empty. */
  readonly publishAt: string;
  readonly embargoedUntil: string;
}

/** As the editor of bodies has it, or as Markdown where that one did not come. */
export type DraftBody = { readonly blocks: readonly Block[] } | { readonly markdown: string };

export const EMPTY_DRAFT: EntryDraft = {
  headline: '',
  body: { blocks: [] },
  breaking: false,
  keyEvent: false,
  bylines: [],
  sources: [],
  relations: [],
  located: '',
  tags: [],
  edNote: '',
  publishAt: '',
  embargoedUntil: '',
};

export function draftOf(entry: DeskEntry): EntryDraft {
  return {
    headline: entry.headline ?? '',
    body: { blocks: entry.body },
    breaking: entry.breaking,
    keyEvent: entry.keyEvent,
    urgency: entry.urgency,
    bylines: entry.bylines,
    sources: entry.sources,
    ...(entry.verification === undefined ? {} : { verification: entry.verification }),
    relations: entry.relations,
    located: entry.located ?? '',
    tags: entry.tags,
    edNote: entry.edNote ?? '',
    publishAt: entry.publishAt ?? '',
    embargoedUntil: entry.embargoedUntil ?? '',
  };
}

/** Whether there is anything that readers could be shown. */
export function isBlank({ headline, body }: EntryDraft): boolean {
  return headline.trim() === '' && isBlankBody(body);
}

function isBlankBody(body: DraftBody): boolean {
  return 'markdown' in body ? body.markdown.trim() === '' : body.blocks.length === 0;
}

type Fields = Readonly<Record<string, unknown>>;

/** What `POST …/entries` takes of it: nothing is said that is as usual. */
export function publishFields(draft: EntryDraft): Fields {
  const headline = draft.headline.trim();
  return {
    ...(headline !== '' && { headline }),
    ...(!isBlankBody(draft.body) && bodyField(draft.body)),
    ...(draft.breaking && { breaking: true }),
    ...(draft.keyEvent && { keyEvent: true }),
    ...(draft.urgency !== undefined && { urgency: draft.urgency }),
    ...(draft.verification !== undefined && { verification: draft.verification }),
    ...Object.fromEntries(
      (['bylines', 'sources', 'relations', 'tags'] as const)
        .filter((name) => draft[name].length > 0)
        .map((name) => [name, draft[name]]),
    ),
    ...Object.fromEntries(
      (['located', 'edNote', 'publishAt', 'embargoedUntil'] as const)
        .map((name) => [name, draft[name].trim()])
        .filter(([, text]) => text !== ''),
    ),
  };
}

/** What of a draft is another than in what it was made of, as `PATCH` takes it; empty where nothing is. */
export function editFields(draft: EntryDraft, former: EntryDraft): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of ['headline', 'located', 'edNote', 'publishAt', 'embargoedUntil'] as const) {
    const text = draft[name].trim();
    if (text !== former[name].trim()) fields[name] = text === '' ? null : text;
  }
  if (!isSame(draft.body, former.body)) Object.assign(fields, bodyField(draft.body));
  for (const name of ['breaking', 'keyEvent'] as const) {
    if (draft[name] !== former[name]) fields[name] = draft[name];
  }
  if (draft.urgency !== undefined && draft.urgency !== former.urgency) fields.urgency = draft.urgency;
  if (draft.verification !== former.verification) fields.verification = draft.verification ?? null;
  for (const name of ['bylines', 'sources', 'relations', 'tags'] as const) {
    if (!isSame(draft[name], former[name])) fields[name] = draft[name];
  }
  return fields;
}

function bodyField(body: DraftBody): Fields {
  return 'markdown' in body ? { bodyMarkdown: body.markdown } : { body: body.blocks };
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
