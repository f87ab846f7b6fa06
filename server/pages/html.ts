import { escapeHtml } from '@slugline/client/body';

/**
 * A piece of HTML in which everything that came from outside is already escaped. `html` makes them; whoever makes
 * one by hand vouches for it, as for the output of `toHtml`.
 */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between the fixed parts of a template. `false` and `undefined` leave nothing. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[];

/**
 * Template tag that escapes every value put into it, for text and for quoted attributes alike, so that forgetting
 * to escape is not possible. Attributes MUST be quoted, and URLs must have been checked (`isSafeUrl`) before.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = fixed[0] ?? '';
  for (const [index, part] of parts.entries()) text += render(part) + (fixed[index + 1] ?? '');
  return new Html(text);
}

function render(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(render).join('');
}
