import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Complaints about a value, by a schema of a document; none where it is as described. */
export type Judge = (schema: object, value: unknown) => readonly string[];

const ID = 'http://document/';

/**
 * Judges values by schemas that refer into `#/components/schemas` of a document.
 *
 * @throws for a schema that is none, or has a keyword that its dialect does not know.
 */
export function judgeOf({ components }: { readonly components: object }, dialect: '2020-12' | 'draft-07'): Judge {
  const options = {
    strict: true,
    strictRequired: false,
    inlineRefs: false,
    allErrors: true,
    allowUnionTypes: true,
  } as const;
  const ajv = dialect === '2020-12' ? new Ajv2020(options) : new Ajv(options);
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)) && text.endsWith('Z'));
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addKeyword('components');
  ajv.addSchema(referring({ $id: ID, components }));
  const compiled = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? ajv.compile(referring(schema));
    compiled.set(text, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`.trim());
  };
}

/** A copy whose references are to the document, wherever it stands. */
function referring(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${ID}#/`));
}
