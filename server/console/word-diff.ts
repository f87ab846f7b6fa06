import { diffWordsWithSpace } from 'diff';
import { html, type TemplateResult } from 'lit';

/** One text as it became of another: what came is marked, what went is struck through. */
export function wordDiff(before: string, after: string): readonly TemplateResult[] {
  return diffWordsWithSpace(before, after).map(({ value, added, removed }) =>
    added ? html`<ins>${value}</ins>` : removed ? html`<del>${value}</del>` : html`<span>${value}</span>`,
  );
}
