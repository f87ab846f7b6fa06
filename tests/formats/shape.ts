/** Tells what is wrong with a value, one line each; empty where nothing is. `at` is where in the document it stands. */
export type Shape = (value: unknown, at: string) => readonly string[];

const complain = (at: string, wanted: string, value: unknown) => [`${at} is to be ${wanted}: ${JSON.stringify(value)}`];

export const text: Shape = (value, at) =>
  typeof value === 'string' && value !== '' ? [] : complain(at, 'a text', value);

/** Absolute, of whatever scheme (RFC 3986). */
export const uri: Shape = (value, at) =>
  typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) ? [] : complain(at, 'a URI', value);

/** What a browser can go to. */
export const webUrl: Shape = (value, at) =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value) ? [] : complain(at, 'a URL', value);

/** RFC 3339, which ISO 8601 and JSON Schema's `date-time` allow too. */
export const time: Shape = (value, at) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value)
    ? []
    : complain(at, 'a date and time with its offset', value);

export const language: Shape = (value, at) =>
  typeof value === 'string' && /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(value)
    ? []
    : complain(at, 'a BCP 47 tag', value);

export const flag: Shape = (value, at) => (typeof value === 'boolean' ? [] : complain(at, 'true or false', value));

export const whole =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Shape =>
  (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? []
      : complain(at, `a whole number from ${least} to ${most}`, value);

export const oneOf =
  (...allowed: readonly string[]): Shape =>
  (value, at) =>
    allowed.some((one) => one === value) ? [] : complain(at, `one of ${allowed.join(', ')}`, value);

/** With something in it: an empty list is left out in all formats that are checked here. */
export const listOf =
  (shape: Shape): Shape =>
  (value, at) =>
    Array.isArray(value) && value.length > 0
      ? value.flatMap((item: unknown, index) => shape(item, `${at}[${index}]`))
      : complain(at, 'a list with something in it', value);

/** One of them is enough. */
export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, at) => {
    const found = shapes.map((shape) => shape(value, at));
    return found.some((complaints) => complaints.length === 0) ? [] : found.flat();
  };

/** Fields by name: those of `required` must be there, those of `optional` may, and no other. */
export const object =
  (required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return complain(at, 'an object', value);
    const known = { ...required, ...optional };
    const missing = Object.keys(required).filter((name) => !(name in value));
    return [
      ...missing.map((name) => `${at} has no ${name}`),
      ...Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
        const shape = Object.hasOwn(known, name) ? known[name] : undefined;
        return shape === undefined ? [`${at} knows no ${name}`] : shape(field, `${at}.${name}`);
      }),
    ];
  };

/** For shapes that hold themselves. */
export const later =
  (shape: () => Shape): Shape =>
  (value, at) =>
    shape()(value, at);
