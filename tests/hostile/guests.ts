import { fileURLToPath } from 'node:url';
import { PICTURE } from '../../server/contract/examples.js';
import { eventually } from '../contract/store-harness.js';
import { DEAD_END, type SpareWebhook, spareWebhook } from '../helpers/dead-end.js';
import { NO_PUSH_SERVICE } from '../helpers/followers.js';
import { linkOf, newPerson, type SignedIn } from '../helpers/person.js';
import { readerToken, TOKEN_ENV } from '../helpers/reader-token.js';
import { ADMIN_KEY, type Api, createApi, startServer } from '../helpers/server.js';
import { PUBLIC_HOME, SPARE_PICTURE } from './knocking.js';
import { ACTOR_NAME, type Ground, type Planted, plantStories, secretFinder } from './planted.js';
import type { Caller } from './policy.js';

/** What the figures are asked with. */
export const OPERATOR_TOKEN = 'for-the-operator-alone';

const PICTURES = fileURLToPath(new URL('../../examples/stories/pictures', import.meta.url));

/** A server whose stories are full of secrets, and everybody who may come to its doors. */
export interface Guests {
  readonly url: string;
  /** As the editor whose name is a secret. */
  readonly api: Api;
  readonly admin: Api;
  readonly planted: Planted;
  readonly slugs: readonly string[];
  readonly adminKeyId: string;
  /** Of the editor who signed in. */
  readonly memberId: string;
  /** What this caller brings; nothing for nobody. */
  bring(who: Caller): string | undefined;
  secretsIn(bytes: string): readonly Ground[];
  /** The id of a key that may be revoked: one of the member's own, or nobody's. */
  spareKey(memberId?: string): Promise<string>;
  /** A link that signs in somebody else, and the session of somebody else of this role: both to be used up. */
  spareLink(): Promise<string>;
  spareSession(role: string): Promise<string>;
  /** A webhook that may be changed, and a dead letter of it where it needs one. */
  spareWebhook(needsDead: boolean): Promise<SpareWebhook>;
  close(): Promise<void>;
}

interface MadeKey {
  readonly key: { readonly id: string };
  readonly secret: string;
}

export async function openTheHouse(): Promise<Guests> {
  const env = { ...TOKEN_ENV, METRICS_TOKEN: OPERATOR_TOKEN, PUBLIC_URL: PUBLIC_HOME, PUSH_SERVICES: NO_PUSH_SERVICE };
  const server = await startServer({ env, demoFiles: PICTURES, ...DEAD_END });
  const makeKey = async (api: Api, name: string, role: string): Promise<MadeKey> =>
    (await api.request<MadeKey>('POST', '/v1/keys', { body: { name, role } })).body;
  const actor = (await makeKey(server.api, ACTOR_NAME, 'editor')).secret;
  const member = async (role: string): Promise<SignedIn> => newPerson(server, role, `a ${role} of the house`);
  const [contributor, editor, admin] = [await member('contributor'), await member('editor'), await member('admin')];
  const planted = await plantStories(createApi(server.url, actor), server.api, editor.memberId);
  const keys: Record<string, string> = {};
  for (const role of ['reader', 'contributor', 'editor', 'admin']) {
    keys[role] = (await makeKey(server.api, `a ${role}`, role)).secret;
  }
  const gone = await member('admin');
  await server.api.request('DELETE', '/v1/session', { key: null, headers: gone.person });
  const revoked = await makeKey(server.api, 'gone', 'admin');
  await server.api.request('DELETE', `/v1/keys/${revoked.key.id}`);
  const { slug: webhooksStory } = await server.api.createStory();
  const slugs = [planted.open.slug, planted.secret.slug, planted.restricted.slug];
  const sessionOf = ({ cookie }: SignedIn): string => cookie.replace(/^.*=/, '');
  await untilSettled(server.api);
  for (const body of [PICTURE, SPARE_PICTURE]) {
    await server.api.request('POST', '/v1/pictures', { body, headers: { 'content-type': 'image/gif' } });
  }
  const brought: Readonly<Record<Caller, string | undefined>> = {
    nobody: undefined,
    token: await readerToken(slugs),
    'other token': await readerToken(['another-story']),
    reader: keys.reader,
    contributor: keys.contributor,
    editor: keys.editor,
    admin: keys.admin,
    'contributor session': sessionOf(contributor),
    'editor session': sessionOf(editor),
    'admin session': sessionOf(admin),
    'ended session': sessionOf(gone),
    'expired token': await readerToken(slugs, -1),
    'revoked key': revoked.secret,
    'key of another secret': `${ADMIN_KEY.slice(0, -1)}x`,
    'no key at all': 'hunter2',
  };
  return {
    url: server.url,
    api: createApi(server.url, actor),
    admin: server.api,
    planted,
    slugs,
    adminKeyId: 'testadmin',
    memberId: editor.memberId,
    bring: (who) => brought[who],
    secretsIn: secretFinder([
      ...[ADMIN_KEY, actor, revoked.secret, ...Object.values(keys)],
      ...[contributor, editor, admin, gone].map(sessionOf),
    ]),
    spareKey: async (memberId) => {
      if (memberId === undefined) return (await makeKey(server.api, 'spare', 'reader')).key.id;
      const made = await server.api.request<MadeKey>('POST', `/v1/members/${memberId}/keys`, {
        body: { name: 'spare' },
      });
      return made.body.key.id;
    },
    async spareLink() {
      const body = { name: 'spare', role: 'contributor' };
      const made = await server.api.request<{ signIn: { url: string } }>('POST', '/v1/members', { body });
      return linkOf(made.body.signIn.url);
    },
    spareSession: async (role) => sessionOf(await newPerson(server, role)),
    spareWebhook: (needsDead) => spareWebhook(server.api, webhooksStory, { mayEnd: needsDead }),
    close: () => server.close(),
  };
}

/** Breaking news follows its stories a moment later: what was said first is to be out of it. */
async function untilSettled(api: Api): Promise<void> {
  let text = '';
  const look = async (): Promise<void> => {
    for (let tries = 0; tries < 200 && !text.includes('Said to all'); tries += 1) {
      text = JSON.stringify((await api.get('/v1/breaking')).body);
    }
  };
  await look();
  await eventually('breaking news to be up to date', () => text.includes('"headline":"Said to all"'));
}
