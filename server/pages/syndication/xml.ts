import { escapeHtml } from '@slugline/client/body';

/** A piece of XML in which everything that came from outside is already escaped. Only `xml` makes them. */
class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Xml };

type XmlPart = Xml | string | number | false | undefined | readonly XmlPart[];

/**
 * Template tag that escapes every value put into it, for text and for quoted attributes alike. Attributes MUST be quoted.
 * `false` and `undefined` leave nothing.
 */
export function xml(fixed: TemplateStringsArray, ...parts: readonly XmlPart[]): Xml {
  let text = fixed[0] ?? '';
  for (const [index, part] of parts.entries()) text += render(part) + (fixed[index + 1] ?? '');
  return new Xml(text);
}

/** What XML 1.0 has no form for, not even an escaped one: one such character and no reader takes the document. */
const NO_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function render(part: XmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Xml) return part.text;
  if (typeof part === 'string') return escapeHtml(part.replace(NO_XML, '\ufffd'));
  if (typeof part === 'number') return String(part);
  return part.map(render).join('');
}
