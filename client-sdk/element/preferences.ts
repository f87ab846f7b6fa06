/** What a reader chose for every story of a site, in the browser that they read it with. */
export interface Preferences {
  /** What is told unasked to those who listen to a page. */
  readonly announce: 'off' | 'all' | 'breaking';
  readonly keys: 'on' | 'off';
}

const KEY = 'slugline:preferences';

/** Where nothing may be kept: for as long as the page is open. */
let unkept: Partial<Preferences> = {};

/**
 * What the reader chose; what they did not is absent. Asked for when it is needed, so that it holds at once for all
 * stories of a page and for other pages of the site.
 */
export function preferences(): Partial<Preferences> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept === 'object' && kept !== null) return { ...chosenIn(kept), ...unkept };
  } catch {
    // Storage is forbidden here, or holds what we did not write.
  }
  return unkept;
}

export function prefer(choice: Partial<Preferences>): void {
  const all = { ...preferences(), ...choice };
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
    unkept = {};
  } catch {
    unkept = all;
  }
}

function chosenIn(kept: object): Partial<Preferences> {
  const announce = among(kept, 'announce', ['off', 'all', 'breaking'] as const);
  const keys = among(kept, 'keys', ['on', 'off'] as const);
  return { ...(announce && { announce }), ...(keys && { keys }) };
}

function among<Value>(kept: object, name: string, values: readonly Value[]): Value | undefined {
  const value: unknown = Object.hasOwn(kept, name) ? Reflect.get(kept, name) : undefined;
  return values.find((one) => one === value);
}
