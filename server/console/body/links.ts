import type { Editor } from '@tiptap/core';
import { getMarkRange } from '@tiptap/core';
import type { Mark, MarkType, ResolvedPos } from '@tiptap/pm/model';
import { isLinkUrl, isResourceUrl } from '../../story/readable-text.js';

/** What somebody wrote as an address: `port.example/a` and `desk@port.example` are meant as ones, too. */
export function addressOf(written: string): string | undefined {
  const text = written.trim();
  if (isLinkUrl(text)) return text;
  if (/^[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#]+$/.test(text) && isLinkUrl(`mailto:${text}`)) return `mailto:${text}`;
  const isHost = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?::\d+)?(?:[/?#]\S*)?$/u.test(text);
  return isHost && isLinkUrl(`https://${text}`) ? `https://${text}` : undefined;
}

/** The same of what is loaded, where mail makes no sense. */
export function resourceOf(written: string): string | undefined {
  const address = addressOf(written);
  return address !== undefined && isResourceUrl(address) ? address : undefined;
}

/** Where the link at the cursor leads. */
export function linkAt({ state }: Editor): string | undefined {
  const { $from, from, to, empty } = state.selection;
  const link = state.schema.marks.link;
  if (empty) return link && hrefOf($from.marks().find(({ type }) => type === link) ?? markBehind($from, link));
  let href: string | undefined;
  state.doc.nodesBetween(from, to, ({ marks }) => {
    href ??= hrefOf(marks.find(({ type }) => type === link));
  });
  return href;
}

/** Puts a link on what is selected, or on the link at the cursor; with nothing there it writes the address. */
export function setLink(editor: Editor, href: string | undefined): void {
  const { state, view } = editor;
  const { schema, selection, tr } = state;
  const link = schema.marks.link;
  if (link === undefined) return;
  const range = selection.empty ? getMarkRange(selection.$from, link) : selection;
  if (range !== undefined) {
    tr.removeMark(range.from, range.to, link);
    if (href !== undefined) tr.addMark(range.from, range.to, link.create({ href }));
  } else if (href !== undefined) {
    const marks = link.create({ href }).addToSet(selection.$from.marks());
    tr.replaceSelectionWith(schema.text(href.replace(/^mailto:/, ''), marks), false);
  }
  view.dispatch(tr.scrollIntoView());
}

const hrefOf = (mark: Mark | undefined): string | undefined => mark?.attrs.href;

const markBehind = ({ nodeAfter }: ResolvedPos, type: MarkType): Mark | undefined =>
  nodeAfter?.marks.find((mark) => mark.type === type);
