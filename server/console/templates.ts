import type { EntryDraft } from './entry-draft.js';
import type { Writing } from './writing.js';

/** What an entry often begins with. */
export interface Template {
  readonly name: string;
  readonly fields: (draft: EntryDraft) => Partial<EntryDraft>;
}

export const TEMPLATES: readonly Template[] = [
  { name: 'Flash', fields: () => ({ breaking: true, urgency: 1 }) },
  {
    name: 'Quote',
    fields: ({ body }) => ({
      body:
        'markdown' in body
          ? { markdown: `${body.markdown}\n\n> “”\n> — `.trim() }
          : { blocks: [...body.blocks, { type: 'quote', content: [] }] },
    }),
  },
  {
    name: 'Correction',
    fields: ({ headline, tags }) => ({
      headline: headline === '' ? 'Correction: ' : headline,
      tags: [...new Set([...tags, 'correction'])],
    }),
  },
];

export function applyTemplate({ fields }: Template, writing: Writing): void {
  writing.put(fields(writing.draft));
}
