/*
 * Who may come through which door of a server, for people to read and a test to hold. It is written down here once
 * more on purpose, and not taken from the code: whoever changes who may do what has to change it in both places.
 */

/**
 * Everyone who may stand at a door. The token is one for the planted stories; the other one is for another story. Roles
 * are those of keys that are nobody's own, or of members who signed in; of these the editor is the one to whom the
 * restricted story's desk is restricted. A session that has ended is no void credential: a browser brings it by itself.
 */
export const CALLERS = [
  'nobody',
  'token',
  'other token',
  'reader',
  'contributor',
  'editor',
  'admin',
  'contributor session',
  'editor session',
  'admin session',
  'ended session',
] as const;
export type GoodCaller = (typeof CALLERS)[number];

/** Credentials that are void. Each is told so, whatever it asks for: it never counts as bringing nothing. */
export const VOID = ['expired token', 'revoked key', 'key of another secret', 'no key at all'] as const;
type VoidCaller = (typeof VOID)[number];
export type Caller = GoodCaller | VoidCaller;

/**
 * What each rule answers to whom: `ok`, the status of the refusal, or its code. `void` stands for all of `VOID`. `own` is
 * for who knows what there is, and may touch what is theirs: nothing here is. At the restricted story the rules of the
 * desk, of writers and of editors are those that follow them here.
 */
export const RULES = readTable(`
  rule             | nobody | token | other token | reader | contributor | editor | admin | contributor session | editor session | admin session | ended session | void
  anyone at all    | ok     | ok    | ok          | ok     | ok          | ok     | ok    | ok                  | ok             | ok            | ok            | ok
  anyone           | ok     | ok    | ok          | ok     | ok          | ok     | ok    | ok                  | ok             | ok            | ok            | 401
  readers of it    | 404    | ok    | 404         | ok     | ok          | ok     | ok    | ok                  | ok             | ok            | 404           | 401
  the desk         | 401    | 403   | 403         | 403    | ok          | ok     | ok    | ok                  | ok             | ok            | 401           | 401
  the named desk   | 401    | 403   | 403         | 403    | restricted  | restricted | ok | restricted         | ok             | ok            | 401           | 401
  its writers      | 401    | 403   | 403         | 403    | own         | ok     | ok    | own                 | ok             | ok            | 401           | 401
  named writers    | 401    | 403   | 403         | 403    | restricted  | restricted | ok | restricted         | ok             | ok            | 401           | 401
  editors          | 401    | 403   | 403         | 403    | 403         | ok     | ok    | 403                 | ok             | ok            | 401           | 401
  named editors    | 401    | 403   | 403         | 403    | 403         | restricted | ok | 403                | ok             | ok            | 401           | 401
  admins           | 401    | 403   | 403         | 403    | 403         | 403    | ok    | 403                 | 403            | ok            | 401           | 401
  that member      | 401    | 403   | 403         | 403    | 403         | 403    | ok    | 403                 | ok             | ok            | 401           | 401
  who is signed in | 401    | 401   | 401         | 401    | 401         | 401    | 401   | ok                  | ok             | ok            | 401           | 401
  operators        | 401    | 401   | 401         | 401    | 401         | 401    | 401   | 401                 | 401            | 401           | 401           | 401
  nobody at all    | 404    | 404   | 404         | 404    | 404         | 404    | 404   | 404                 | 404            | 404           | 404           | 401
`);
export const RESTRICTED: Readonly<Record<string, string>> = {
  'the desk': 'the named desk',
  'its writers': 'named writers',
  editors: 'named editors',
};

/**
 * The rule at each door: for a public story, for a private one, and for the desk edition of either. A door of no
 * story has the same rule in both columns; one without editions has none in the last. Operators bring METRICS_TOKEN, which is no key and is none of
 * the credentials here.
 */
export const DOORS = readTable(`
  door                                                 | public story  | private story | desk edition
  GET /v1/stories                                      | anyone        | anyone        | the desk
  POST /v1/stories                                     | editors       | editors       | -
  GET /v1/stories/:slug                                | anyone        | readers of it | the desk
  PATCH /v1/stories/:slug                              | editors       | editors       | -
  GET /v1/stories/:slug/entries                        | anyone        | readers of it | the desk
  POST /v1/stories/:slug/entries                       | the desk      | the desk      | -
  GET /v1/stories/:slug/entries/:entryId               | anyone        | readers of it | the desk
  PATCH /v1/stories/:slug/entries/:entryId             | its writers   | its writers   | -
  DELETE /v1/stories/:slug/entries/:entryId            | its writers   | its writers   | -
  POST /v1/stories/:slug/entries/:entryId/workflow     | its writers   | its writers   | -
  POST /v1/stories/:slug/entries/:entryId/restoration  | editors       | editors       | -
  POST /v1/stories/:slug/entries/:entryId/corrections  | editors       | editors       | -
  POST /v1/stories/:slug/entries/:entryId/withdrawal   | editors       | editors       | -
  DELETE /v1/stories/:slug/entries/:entryId/withdrawal | editors       | editors       | -
  GET /v1/stories/:slug/entries/:entryId/revisions     | editors       | editors       | -
  GET /v1/stories/:slug/entries/:entryId/recall        | the desk      | the desk      | -
  GET /v1/stories/:slug/audience                       | the desk      | the desk      | -
  PUT /v1/stories/:slug/pins/:entryId                  | editors       | editors       | -
  DELETE /v1/stories/:slug/pins/:entryId               | editors       | editors       | -
  GET /v1/stories/:slug/changes                        | anyone        | readers of it | the desk
  GET /v1/stories/:slug/stream                         | anyone        | readers of it | the desk
  GET /v1/breaking                                     | anyone        | anyone        | -
  GET /v1/breaking/changes                             | anyone        | anyone        | -
  GET /v1/breaking/stream                              | anyone        | anyone        | -
  GET /v1/push/key                                     | anyone        | anyone        | -
  POST /v1/breaking/subscriptions                      | anyone        | anyone        | -
  DELETE /v1/breaking/subscriptions/:subscriptionId    | anyone        | anyone        | -
  POST /v1/stories/:slug/subscriptions                 | anyone        | readers of it | -
  DELETE /v1/stories/:slug/subscriptions/:subscriptionId | anyone      | readers of it | -
  POST /v1/pictures                                    | the desk      | the desk      | -
  GET /pictures/:digest/:name                          | anyone        | anyone        | -
  DELETE /v1/pictures/:digest                          | editors       | editors       | -
  POST /v1/ingest/ninjs                                | editors       | editors       | -
  POST /v1/ingest/newsml-g2                            | editors       | editors       | -
  GET /v1/webhooks                                     | admins        | admins        | -
  POST /v1/webhooks                                    | admins        | admins        | -
  PATCH /v1/webhooks/:webhookId                        | admins        | admins        | -
  DELETE /v1/webhooks/:webhookId                       | admins        | admins        | -
  POST /v1/webhooks/:webhookId/secret                  | admins        | admins        | -
  GET /v1/webhooks/:webhookId/deliveries               | admins        | admins        | -
  POST /v1/webhooks/:webhookId/deliveries/:deliveryId/replay | admins  | admins        | -
  GET /v1/keys                                         | admins        | admins        | -
  POST /v1/keys                                        | admins        | admins        | -
  DELETE /v1/keys/:keyId                               | admins        | admins        | -
  GET /v1/audit                                        | admins        | admins        | -
  GET /v1/audit/export                                 | admins        | admins        | -
  GET /v1/sign-in                                      | anyone        | anyone        | -
  GET /sign-in/oidc                                    | anyone        | anyone        | -
  GET /sign-in/oidc/callback                           | anyone        | anyone        | -
  GET /sign-in/refused                                 | anyone        | anyone        | -
  POST /v1/session                                     | anyone        | anyone        | -
  GET /v1/session                                      | who is signed in | who is signed in | -
  DELETE /v1/session                                   | who is signed in | who is signed in | -
  DELETE /v1/sessions                                  | who is signed in | who is signed in | -
  GET /v1/members                                      | editors       | editors       | -
  POST /v1/members                                     | admins        | admins        | -
  PATCH /v1/members/:memberId                          | admins        | admins        | -
  POST /v1/members/:memberId/sign-in                   | admins        | admins        | -
  GET /v1/members/:memberId/keys                       | that member   | that member   | -
  POST /v1/members/:memberId/keys                      | that member   | that member   | -
  DELETE /v1/members/:memberId/keys/:keyId             | that member   | that member   | -
  GET /healthz                                         | anyone at all | anyone at all | -
  GET /readyz                                          | anyone at all | anyone at all | -
  GET /metrics                                         | operators     | operators     | -
  GET /openapi.json                                    | anyone        | anyone        | -
  GET /asyncapi.json                                   | anyone        | anyone        | -
  GET /docs                                            | anyone        | anyone        | -
  GET /                                                | anyone        | anyone        | -
  GET /s/:slug                                         | anyone        | readers of it | -
  GET /feed.rss                                        | anyone        | anyone        | -
  GET /feed.atom                                       | anyone        | anyone        | -
  GET /feed.json                                       | anyone        | anyone        | -
  GET /s/:slug/feed.rss                                | anyone        | readers of it | -
  GET /s/:slug/feed.atom                               | anyone        | readers of it | -
  GET /s/:slug/feed.json                               | anyone        | readers of it | -
  GET /s/:slug/ninjs.json                              | anyone        | readers of it | -
  GET /s/:slug/:entryId                                | anyone        | readers of it | -
  GET /s/:slug/:entryId/ninjs.json                     | anyone        | readers of it | -
  GET /embed                                           | anyone        | anyone        | -
  GET /embed/:slug                                     | anyone        | readers of it | -
  GET /embed/:slug/:entryId                            | anyone        | readers of it | -
  GET /console                                         | anyone        | anyone        | -
  GET /console/assets/*                                | anyone        | anyone        | -
  GET /oembed                                          | anyone        | nobody at all | -
  GET /embed-frame.js                                  | anyone        | anyone        | -
  GET /push-worker.js                                  | anyone        | anyone        | -
  GET /embed.js                                        | anyone        | anyone        | -
  GET /assets/*                                        | anyone        | anyone        | -
  GET /demo/*                                          | anyone        | anyone        | -
  GET /no-such-path                                    | nobody at all | nobody at all | -
`);

/**
 * The same for sockets: a join with the credential in the handshake, and one with a credential of its own. Without
 * an answer there is nothing to refuse: a leave does nothing to others.
 */
export const SOCKET_DOORS = readTable(`
  door                      | public story | private story | desk edition
  story:join by handshake   | anyone       | readers of it | the desk
  story:join by its token   | anyone       | readers of it | the desk
  @breaking by handshake    | anyone       | anyone        | -
  @breaking by its token    | anyone       | anyone        | -
`);
export const UNANSWERED_EVENTS: readonly string[] = ['story:leave', 'story:seen', 'desk:editing'];

/**
 * What an entry's state makes of a door that is open: `ok`, or the code of the refusal. A scheduled entry is in the
 * desk edition alone, as nothing else of it is anywhere.
 */
export const ENTRY_STATES = ['usable', 'withheld', 'canceled', 'scheduled', 'absent'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];
export const ENTRY_DOORS = readTable(`
  door                                                 | usable             | withheld         | canceled           | scheduled       | absent
  GET /v1/stories/:slug/entries/:entryId               | ok                 | ok               | ok                 | entry_not_found | entry_not_found
  GET /v1/stories/:slug/entries/:entryId desk          | ok                 | ok               | ok                 | ok              | entry_not_found
  GET /v1/stories/:slug/entries/:entryId/revisions     | ok                 | ok               | ok                 | ok              | entry_not_found
  GET /v1/stories/:slug/entries/:entryId/recall        | entry_not_withdrawn | ok              | ok                 | entry_not_withdrawn | entry_not_found
  PATCH /v1/stories/:slug/entries/:entryId             | ok                 | entry_not_usable | entry_not_usable   | ok              | entry_not_found
  DELETE /v1/stories/:slug/entries/:entryId            | entry_published    | entry_published  | entry_published    | ok              | entry_not_found
  POST /v1/stories/:slug/entries/:entryId/workflow     | entry_published    | entry_published  | entry_published    | ok              | entry_not_found
  POST /v1/stories/:slug/entries/:entryId/restoration  | ok                 | entry_not_usable | entry_not_usable   | ok              | entry_not_found
  POST /v1/stories/:slug/entries/:entryId/corrections  | ok                 | entry_not_usable | entry_not_usable   | entry_not_published | entry_not_found
  POST /v1/stories/:slug/entries/:entryId/withdrawal   | ok                 | ok               | entry_not_usable   | ok              | entry_not_found
  DELETE /v1/stories/:slug/entries/:entryId/withdrawal | entry_not_withheld | ok               | entry_not_withheld | entry_not_withheld | entry_not_found
  PUT /v1/stories/:slug/pins/:entryId                  | ok                 | entry_not_usable | entry_not_usable   | entry_not_published | entry_not_found
  DELETE /v1/stories/:slug/pins/:entryId               | ok                 | ok               | ok                 | ok              | entry_not_found
  GET /s/:slug/:entryId                                | ok                 | ok               | ok                 | 404             | 404
  GET /s/:slug/:entryId/ninjs.json                     | ok                 | ok               | ok                 | entry_not_found | entry_not_found
  GET /embed/:slug/:entryId                            | ok                 | ok               | ok                 | 404             | 404
`);

/** What every request passes on its way and is no door: each of these either refuses or lets go on. */
export const PASSED: readonly string[] = [
  'logRequest',
  'helmetMiddleware',
  'refuseOtherOrigins',
  'corsMiddleware',
  'takeLeave',
  'refuseWhenEnding',
  'countRequest',
  'tellCaller',
  'routeNotFound',
];

/** Rows by the text of their first cell, cells by the head of their column. */
type Table = ReadonlyMap<string, Readonly<Record<string, string>>>;

function readTable(text: string): Table {
  const [heads = [], ...rows] = text
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  return new Map(
    rows.map((cells) => {
      if (cells.length !== heads.length) throw new Error(`a row has ${cells.length} cells: ${cells.join(' | ')}`);
      return [cells[0] ?? '', Object.fromEntries(heads.slice(1).map((head, at) => [head, cells[at + 1] ?? '']))];
    }),
  );
}
