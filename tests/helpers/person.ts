import type { Api } from './server.js';

/** A server, as far as signing in needs one. */
interface Place {
  readonly api: Api;
}

/** The secret that stands behind `#` in a link to sign in with. */
export function linkOf(url: string): string {
  return new URL(url).hash.replace('#sign-in=', '');
}

/** What a browser of somebody who signed in sends with each command. */
export interface SignedIn {
  readonly memberId: string;
  /** `name=value`, as in a `Cookie` header. */
  readonly cookie: string;
  readonly csrf: string;
  /** `Cookie` and `X-CSRF-Token`. */
  readonly person: Record<string, string>;
}

/** Signs in by a link. */
export async function signedIn({ api }: Place, url: string): Promise<SignedIn> {
  const answer = await api.request<{ member: { id: string }; csrf: string }>('POST', '/v1/session', {
    key: null,
    body: { link: linkOf(url) },
  });
  if (answer.status !== 201) throw new Error(`signing in: ${answer.status} ${JSON.stringify(answer.body)}`);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  const { member, csrf } = answer.body;
  return { memberId: member.id, cookie, csrf, person: { cookie, 'x-csrf-token': csrf } };
}

/** A member who is there and signed in. */
export async function newPerson(place: Place, role: string, name = `An ${role}`): Promise<SignedIn> {
  const body = { name, role };
  const made = await place.api.request<{ signIn: { url: string } }>('POST', '/v1/members', { body });
  return signedIn(place, made.body.signIn.url);
}
