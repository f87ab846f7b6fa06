import { MEMBER_ROLES, type MemberRole } from '../access/people/member-forms.js';

/**
 * What somebody is here, by their claims: the highest role that a value of the claim stands for; `undefined` for who
 * has none. A claim may be a text or a list of texts. Its name is taken as it is first (`https://news.example/roles`),
 * then as a path (`realm_access.roles`).
 */
export function roleOf(
  claims: Readonly<Record<string, unknown>>,
  claim: string,
  roles: ReadonlyMap<string, MemberRole>,
): MemberRole | undefined {
  const held = Object.hasOwn(claims, claim) ? claims[claim] : atPath(claims, claim.split('.'));
  const values = Array.isArray(held) ? held : [held];
  const found = values.flatMap((value) => (typeof value === 'string' ? (roles.get(value) ?? []) : []));
  return MEMBER_ROLES.find((role) => found.includes(role));
}

function atPath(claims: unknown, path: readonly string[]): unknown {
  let held = claims;
  for (const name of path) {
    if (typeof held !== 'object' || held === null || !Object.hasOwn(held, name)) return undefined;
    held = Reflect.get(held, name);
  }
  return held;
}
