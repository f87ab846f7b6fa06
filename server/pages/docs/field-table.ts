import { type JsonSchema, nameOfRef } from '../../contract/json-schemas.js';
import { Html, type HtmlPart, html } from '../html.js';

/** Marks of Markdown that our texts use: code and stress. */
export function inline(text: string): Html {
  const parts = text
    .split(/(`[^`]+`)/)
    .map((part): HtmlPart => (part.startsWith('`') ? html`<code>${part.slice(1, -1)}</code>` : part));
  return html`${parts}`;
}

export interface Row {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly text: string | undefined;
}

/** The fields of an object; none where it is none, or has several forms. */
export function rowsOf({ properties = {}, required = [] }: JsonSchema): readonly Row[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    required: required.includes(name),
    text: schema.description,
  }));
}

/** @param caption for who does not see where the table stands. */
export function fieldTable(caption: string, rows: readonly Row[]): Html {
  const lines = rows.map(
    ({ name, required, schema, text }) =>
      html`<tr><th scope="row"><code>${name}</code>${!required && html` <span class="may">optional</span>`}</th><td><p class="kind">${kindOf(schema)}</p>${text !== undefined && html`<p>${inline(text)}</p>`}</td></tr>\n`,
  );
  return html`<table class="fields"><caption class="visually-hidden">${caption}</caption><tbody>${lines}</tbody></table>`;
}

/** What a value may be, in a few words. */
export function kindOf(schema: JsonSchema): Html {
  const { $ref, anyOf, oneOf, type, items, enum: values, const: only } = schema;
  if ($ref !== undefined) return schemaLink(nameOfRef($ref));
  const forms = anyOf ?? oneOf;
  if (forms !== undefined) return joined(forms.map(kindOf), ' or ');
  if (only !== undefined) return html`<code>${String(only)}</code>`;
  if (Array.isArray(values))
    return joined(
      values.map((value) => html`<code>${String(value)}</code>`),
      ' ',
    );
  if (type === 'array' && isSchema(items)) return html`list of ${kindOf(items)}${boundsOf(schema)}`;
  const word = [type].flat().map((one) => WORDS[String(one)] ?? one);
  return html`${FORMATS[String(schema.format)] ?? word.join(' or ')}${boundsOf(schema)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  object: 'object',
};
const FORMATS: Readonly<Record<string, string>> = { 'date-time': 'time', uri: 'URL' };

const isSchema = (items: JsonSchema['items']): items is JsonSchema => items !== undefined && !Array.isArray(items);

/** Of numbers from least to most; of texts and lists at most. Bounds that nobody meets are not told. */
function boundsOf({ minimum, maximum, maxLength, maxItems, format, default: usual }: JsonSchema): Html {
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const told = [
    most !== undefined && html`${String(minimum ?? 0)} to ${most}`,
    format === undefined && typeof maxLength === 'number' && html`at most ${maxLength} characters`,
    typeof maxItems === 'number' && html`at most ${maxItems}`,
    isPlain(usual) && html`<code>${String(usual)}</code> unless given`,
  ].filter((part) => part !== false);
  return told.length === 0 ? html`` : html`, ${joined(told, ', ')}`;
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

export function schemaLink(name: string): Html {
  return html`<a href="#schema-${name}">${name}</a>`;
}

function joined(parts: readonly Html[], between: string): Html {
  return new Html(parts.map(({ text }) => text).join(between));
}
