import type { EntryDraft } from './entry-draft.js';
import type { StoryDesk } from './story-desk.js';
import type { Writing } from './writing.js';

/** What the composer's main button does with what is written; or what is missing for that. */
export type NextStep = { readonly verb: string } & (
  | { readonly give: (desk: StoryDesk) => boolean; readonly told: string }
  | { readonly missing: string; readonly field: string }
);

const UNCHANGED = { missing: 'Nothing is changed.', field: 'headline' };

export function nextStep(writing: Writing, mayPublish: boolean): NextStep {
  const { base, draft, former, correction, hasChanges } = writing;
  if (base === undefined) {
    const verb = firstVerb(draft, mayPublish);
    if (!hasChanges) return { verb, missing: 'Write a headline or a text first.', field: 'headline' };
    const give = (desk: StoryDesk) => desk.publish(draft, mayPublish ? 'published' : 'submitted');
    return { verb, give, told: mayPublish ? 'Sent to be published.' : 'Sent to an editor.' };
  }

  const edited = { base, draft, former };
  if (correction !== undefined) {
    const verb = 'Correct';
    const parts = [correction.wrong, correction.right].map((part) => part.trim());
    if (parts.includes('')) {
      return { verb, missing: 'Say what was wrong and what is right: readers are told both.', field: 'wrong' };
    }
    return {
      verb,
      give: (desk) => desk.correct(edited, correction, parts.map(sentence).join(' ')),
      told: 'The correction is sent.',
    };
  }

  const save = { give: (desk: StoryDesk) => desk.edit(edited), told: 'The change is sent.' };
  if (base.workflow === 'published') {
    const verb = draft.breaking && !base.breaking ? 'Save as breaking' : 'Save';
    return hasChanges ? { verb, ...save } : { verb, ...UNCHANGED };
  }
  if (!mayPublish) {
    if (base.workflow !== 'draft') return hasChanges ? { verb: 'Save', ...save } : { verb: 'Save', ...UNCHANGED };
    return { verb: 'Submit', give: (desk) => desk.move(edited, 'submitted'), told: 'Sent to an editor.' };
  }
  if (!waits(draft)) {
    return {
      verb: firstVerb(draft, true),
      give: (desk) => desk.move(edited, 'published'),
      told: 'Sent to be published.',
    };
  }
  if (base.workflow === 'scheduled') return hasChanges ? { verb: 'Save', ...save } : { verb: 'Save', ...UNCHANGED };
  // An embargo by itself keeps it from going out, and lets nothing go out.
  const publishAt = draft.publishAt === '' ? draft.embargoedUntil : draft.publishAt;
  return {
    verb: 'Schedule',
    give: (desk) => desk.edit({ ...edited, draft: { ...draft, publishAt } }),
    told: 'Sent to be scheduled.',
  };
}

function firstVerb(draft: EntryDraft, mayPublish: boolean): string {
  if (!mayPublish) return 'Submit';
  if (waits(draft)) return 'Schedule';
  return draft.breaking ? 'Publish as breaking' : 'Publish';
}

/** Whether it is not to go out at once. */
export function waits({ publishAt, embargoedUntil }: EntryDraft): boolean {
  const now = new Date().toISOString();
  return publishAt > now || embargoedUntil > now;
}

/** With a full stop, where there is none of any kind. */
function sentence(text: string): string {
  return /[.!?…。！？؟۔"”»)]$/u.test(text) ? text : `${text}.`;
}
