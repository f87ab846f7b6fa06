import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { type Guests, OPERATOR_TOKEN, openTheHouse } from './guests.js';
import {
  broughtAs,
  comparable,
  isCommand,
  isEntryDoor,
  isSession,
  isStoryDoor,
  knock,
  type Learned,
  requestFor,
  standings,
  statesOf,
} from './knocking.js';
import { appAt, mountedDoors, socketEvents } from './mounted-doors.js';
import { type Ground, type PlantedStory, plantEntry } from './planted.js';
import {
  CALLERS,
  type Caller,
  DOORS,
  ENTRY_DOORS,
  type EntryState,
  PASSED,
  RESTRICTED,
  RULES,
  SOCKET_DOORS,
  UNANSWERED_EVENTS,
  VOID,
} from './policy.js';

const WHO: readonly Caller[] = [...CALLERS, ...VOID];
/** Of whom it differs what they may at a story whose desk is restricted. */
const OF_THE_DESK = WHO.filter((who) => /^(?:contributor|editor|admin)|nobody|ended session/.test(who));
/** Where there is no door for anybody. */
const MOST_DIFFERENT = ['nobody', 'admin', 'revoked key'] as const;
/** Doors that probes stand at: what they bring is not looked at. */
const OPERATORS_PATH = /^\/(?:healthz|readyz|metrics)$/;
/** Doors that lead people on to another one. */
const LEADS_ON = /^\/sign-in\/oidc/;
/** Doors that answer people, by a page. */
const PAGES = new Set(['GET /s/:slug', 'GET /s/:slug/:entryId', 'GET /embed/:slug', 'GET /embed/:slug/:entryId']);
const STATUS_CODES: Readonly<Record<string, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  restricted: 'story_restricted',
  404: 'story_not_found',
};

describe('the policy', () => {
  it('names every door that is mounted, and none that is not', async () => {
    const { url } = await serverForTest({ env: { ALLOWED_ORIGINS: 'https://news.example' }, demoFiles: '.' });
    const { routes, directories, passed } = mountedDoors(await appAt(url));
    const named = [...DOORS.keys()].filter((door) => door !== 'GET /no-such-path');
    expect([...routes].sort()).toEqual(named.filter((door) => !door.endsWith('/*')).sort());
    expect(directories).toBe(named.filter((door) => door.endsWith('/*')).length);
    expect(new Set(passed)).toEqual(new Set(PASSED));
  });

  it('names every event that a reader can send', () => {
    const named = [...SOCKET_DOORS.keys()].flatMap((door) => (door.startsWith('story:') ? door.split(' ')[0] : []));
    expect(socketEvents().toSorted()).toEqual([...new Set([...named, ...UNANSWERED_EVENTS])].sort());
  });
});

/** What a door and a story come to, before anybody knocks. */
interface Place {
  readonly door: string;
  readonly rule: string;
  readonly story: PlantedStory;
  readonly where: 'public' | 'private' | 'restricted' | 'absent';
  readonly edition: 'public' | 'desk';
  readonly state: EntryState;
}

const atRestricted = (rule = ''): string => RESTRICTED[rule] ?? rule;

function placesOf({ planted }: Guests): readonly Place[] {
  const absent: PlantedStory = { ...planted.open, slug: 'no-such-story' };
  return [...DOORS].flatMap(([door, rules]) => {
    const at = (story: PlantedStory, where: Place['where'], edition: Place['edition'], rule = ''): Place[] => {
      const row = ENTRY_DOORS.get(edition === 'desk' ? `${door} desk` : door);
      const states = isEntryDoor(door) ? statesOf(row) : (['usable'] as const);
      return states.map((state) => ({ door, rule, story, where, edition, state }));
    };
    const desk = rules['desk edition'] ?? '-';
    return [
      ...at(planted.open, 'public', 'public', rules['public story']),
      ...at(planted.secret, 'private', 'public', rules['private story']),
      ...(isStoryDoor(door) && (rules['public story'] ?? '') in RESTRICTED
        ? at(planted.restricted, 'restricted', 'public', atRestricted(rules['public story']))
        : []),
      ...(isStoryDoor(door) ? at(absent, 'absent', 'public', rules['public story']) : []),
      ...(desk === '-' ? [] : at(planted.open, 'public', 'desk', desk)),
      ...(desk === '-' ? [] : at(planted.secret, 'private', 'desk', desk)),
      ...(desk === '-' || !isStoryDoor(door) ? [] : at(planted.restricted, 'restricted', 'desk', atRestricted(desk))),
      ...(desk === '-' || !isStoryDoor(door) ? [] : at(absent, 'absent', 'desk', desk)),
    ];
  });
}

const cellOf = (rule: string, who: Caller): string =>
  RULES.get(rule)?.[(VOID as readonly string[]).includes(who) ? 'void' : who] ?? `no rule ${rule}`;

/** The outcome that the policy names, as a code where answers have one. */
function expected({ door, rule, where, edition, state }: Place, who: Caller): string {
  const cell = cellOf(rule, who);
  if (door === 'GET /no-such-path' && cell === '404') return 'route_not_found';
  if (cell !== 'ok' && cell !== 'own') return codeAt(door, cell);
  if (where === 'absent') return codeAt(door, '404');
  if (cell === 'own') return state === 'absent' ? 'entry_not_found' : 'forbidden';
  return isEntryDoor(door) ? (ENTRY_DOORS.get(edition === 'desk' ? `${door} desk` : door)?.[state] ?? 'no row') : 'ok';
}

/** Pages are for people and have no codes; but who brings a void credential does not get as far as a page. */
const codeAt = (door: string, status: string): string =>
  PAGES.has(door) && status !== '401' ? status : (STATUS_CODES[status] ?? status);

const DOCUMENT = /\/(?:openapi\.json|asyncapi\.json|docs)$/;

/** What an answer may hold that is a secret elsewhere. */
function grounds({ door, where, edition }: Place, outcome: string): readonly Ground[] {
  if (outcome !== 'ok') return [];
  if (/\/(?:keys|members|session)/.test(door)) return ['desk', 'credentials'];
  // All that the desk ever wrote; no key's secret, nor its digest.
  if (door.includes('/v1/audit')) return ['desk', 'private'];
  // They tell what things are called, and are made before there is any story or key.
  if (DOCUMENT.test(door)) return ['desk', 'credentials'];
  const ofDesk = edition === 'desk' || isCommand(door) || door.endsWith('/revisions');
  const ofAll = door === 'GET /v1/stories' && edition === 'desk';
  return [...(ofDesk ? (['desk'] as const) : []), ...(ofAll || where === 'private' ? (['private'] as const) : [])];
}

/** Callers by their outcome at a place: all who are to be let in, or all who are not. */
const callersAt = (place: Place, isLetIn: boolean): readonly Caller[] =>
  (place.where === 'restricted' ? OF_THE_DESK : WHO).filter((who) => (expected(place, who) === 'ok') === isLetIn);

describe('at every door, everybody', { timeout: 120_000 }, () => {
  let house: Guests;
  let places: readonly Place[];
  beforeAll(async () => {
    house = await openTheHouse();
    places = placesOf(house);
  }, 60_000);
  afterAll(() => house?.close());

  let unique = 0;
  async function ask(place: Place, who: Caller, entry = place.story.entries[place.state]): Promise<Learned> {
    unique += 1;
    const { door, rule, story, edition } = place;
    const { memberId } = house;
    const isLetIn = cellOf(rule, who) === 'ok';
    const revokes = door.startsWith('DELETE') && door.endsWith('/:keyId') && isLetIn;
    const keyId = revokes ? await house.spareKey(door.includes('/members/') ? memberId : undefined) : house.adminKeyId;
    const link = door === 'POST /v1/session' && isLetIn ? await house.spareLink() : '';
    const isOfWebhook = door.includes(':webhookId') && isLetIn;
    const webhook = isOfWebhook ? await house.spareWebhook(door.includes(':deliveryId')) : undefined;
    const named = { door, story, entry, keyId, memberId, link, edition, unique: `w${unique}` };
    const asked = requestFor({ ...named, ...(webhook && { webhook }) });
    const leaves = door.startsWith('DELETE /v1/session') && isLetIn;
    return knock(house.url, asked, leaves ? await house.spareSession(who.replace(' session', '')) : house.bring(who));
  }

  /** One cell of the matrix. */
  function judge(place: Place, who: Caller, { outcome, bytes }: Omit<Learned, 'status'>): void {
    const what = `${who} at ${place.door}, ${place.where} story, ${place.edition} edition, ${place.state} entry`;
    expect(`${what}: ${outcome}`).toBe(`${what}: ${expected(place, who)}`);
    const allowed = grounds(place, outcome);
    const leaked = house.secretsIn(bytes).filter((ground) => !allowed.includes(ground));
    expect(leaked, `${what} told secrets of: ${leaked.join(', ')}\n${bytes}`).toEqual([]);
    // What not everybody may have, no shared cache may keep.
    if (cellOf(place.rule, 'nobody') !== 'ok') expect(bytes, what).not.toMatch(/^cache-control: public/m);
  }

  it('who is refused is told so, learns nothing and moves nothing', async () => {
    const before = await standings(house.url, house.slugs);
    let cells = 0;
    for (const place of places) {
      const callers = callersAt(place, false);
      const answers = await Promise.all(callers.map((who) => ask(place, who)));
      for (const [at, answer] of answers.entries()) judge(place, callers[at] ?? 'nobody', answer);
      cells += callers.length;
    }
    expect(await standings(house.url, house.slugs)).toEqual(before);
    console.log(`${cells} refusals, none told anything`);
  });

  it('who may not know of a story gets the same bytes as for one that never was', async () => {
    let cells = 0;
    for (const place of places.filter(({ door, where }) => where === 'private' && isStoryDoor(door))) {
      const nowhere = places.find(
        ({ door, where, edition, state }) =>
          where === 'absent' && door === place.door && edition === place.edition && state === place.state,
      );
      if (nowhere === undefined) throw new Error(`${place.door} was not asked about a story that is absent`);
      for (const who of WHO.filter((caller) => !['ok', 'own'].includes(cellOf(place.rule, caller)))) {
        const [there, absent] = await Promise.all([ask(place, who), ask(nowhere, who)]);
        expect(comparable(there.bytes), `${who} at ${place.door}`).toBe(comparable(absent.bytes));
        cells += 1;
      }
    }
    console.log(`${cells} refusals, none told whether there is such a story`);
  });

  it('who brings a token in the address is told as by a header, and a key is taken there from nobody', async () => {
    let cells = 0;
    for (const place of places) {
      const [method = '', path = ''] = place.door.split(' ');
      for (const who of WHO) {
        const token = house.bring(who);
        if (method !== 'GET' || token === undefined) continue;
        const { story, edition, door, state } = place;
        const { adminKeyId: keyId, memberId } = house;
        const entry = story.entries[state];
        const asked = requestFor({ door, story, entry, keyId, memberId, edition, unique: 'x' }).path;
        const request = { method, path: `${asked}${asked.includes('?') ? '&' : '?'}token=${token}` };
        const answer = await knock(house.url, request, undefined);
        const isFollowed = /\/(?:changes|stream)$/.test(path);
        // A session is none of the tokens that may stand there.
        if (isFollowed && isSession(token)) expect(answer.outcome, `${who} at ${request.path}`).toBe('unauthenticated');
        else if (isFollowed && !token.startsWith('sl_')) judge(place, who, answer);
        else if (path.startsWith('/v1/')) expect(answer.outcome, `${who} at ${request.path}`).toBe('invalid_input');
        // Elsewhere it is nobody who asks.
        else judge(place, 'nobody', answer);
        cells += 1;
      }
    }
    console.log(`${cells} credentials in addresses`);
  });

  // The last of all: a command may, by right, say to all what was hidden before.
  it('who is let in gets what is theirs and no more', async () => {
    let cells = 0;
    for (const place of places.toSorted((a, b) => Number(isCommand(a.door)) - Number(isCommand(b.door)))) {
      for (const who of callersAt(place, true)) {
        // A command changes the state that the next one is to find.
        const { where, story } = place;
        const { slug } = story;
        const isFresh = isCommand(place.door) && isEntryDoor(place.door);
        const entry = isFresh
          ? await plantEntry(where === 'restricted' ? house.admin : house.api, slug, place.state)
          : undefined;
        judge(place, who, await ask(place, who, entry));
        cells += 1;
      }
    }
    console.log(`${cells} times let in, to what is theirs`);
  });

  it('a method that a door does not have is refused alike, and HEAD tells what GET tells without the words', async () => {
    const isOurs = (path: string) =>
      /^\/(?:v1|pictures)/.test(path) || /api\.json$/.test(path) || OPERATORS_PATH.test(path);
    let cells = 0;
    for (const { door, story, edition, state, where } of places) {
      const [, path = ''] = door.split(' ');
      if (where !== 'private' || edition === 'desk' || state !== 'usable') continue;
      const reading = [...DOORS].find(([name]) => name === `GET ${path}`);
      for (const method of ['HEAD', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
        if (DOORS.has(`${method} ${path}`)) continue;
        const isHead = method === 'HEAD' && reading !== undefined;
        const { adminKeyId: keyId, memberId } = house;
        // Of what is not withdrawn there is no recall.
        const entry = door.endsWith('/recall') ? story.entries.withheld : story.entries.usable;
        const webhook = isHead && path.includes(':webhookId') ? await house.spareWebhook(false) : undefined;
        const named = { door, story, entry, keyId, memberId, edition, unique: 'x' };
        const asked = requestFor({ ...named, ...(webhook && { webhook }) });
        const callers = isHead ? WHO : MOST_DIFFERENT;
        const answers = await Promise.all(
          callers.map((who) => knock(house.url, { method, path: asked.path }, house.bring(who))),
        );
        for (const [at, who] of callers.entries()) {
          const cell = cellOf(
            isHead ? (reading[1][`${where} story`] ?? '') : OPERATORS_PATH.test(path) ? 'anyone at all' : 'anyone',
            who,
          );
          const wanted =
            cell !== 'ok' ? cell : isHead ? (LEADS_ON.test(path) ? '303' : '200') : isOurs(path) ? '405' : '404';
          const what = `${who}: ${method} ${path} of a ${where} story`;
          expect(`${what}: ${answers[at]?.status}`).toBe(`${what}: ${wanted}`);
          // What was asked for may be repeated to who asked.
          const bytes = answers[at]?.bytes.replaceAll(asked.path, '') ?? '';
          expect(house.secretsIn(bytes), bytes).toEqual([]);
          cells += 1;
        }
      }
    }
    console.log(`${cells} times with a method that is not there`);
  });

  it('who brings the token of the figures gets them, and is let in nowhere else', async () => {
    const asked = await knock(house.url, { method: 'GET', path: '/metrics' }, OPERATOR_TOKEN);
    expect([asked.outcome, house.secretsIn(asked.bytes)]).toEqual(['ok', []]);
    for (const path of ['/v1/stories', '/v1/keys', '/']) {
      expect((await knock(house.url, { method: 'GET', path }, OPERATOR_TOKEN)).outcome).toBe('unauthenticated');
    }
  });

  it('comes in by a socket as by any other door', async () => {
    let cells = 0;
    for (const place of socketPlacesOf(house)) {
      const byHandshake = place.door.endsWith('handshake');
      const slug = place.door.startsWith('@') ? '@breaking' : place.story.slug;
      for (const transport of ['websocket', 'polling']) {
        const joins = WHO.map((who) => {
          const token = house.bring(who);
          // A browser brings its session with the handshake, and to a join nothing.
          if (isSession(token)) {
            const cookie = broughtAs(byHandshake ? token : undefined);
            return joinOnce(house.url, transport, {}, { slug, edition: place.edition }, cookie);
          }
          const brought = token === undefined ? {} : { token };
          const wanted = { slug, edition: place.edition };
          return byHandshake
            ? joinOnce(house.url, transport, brought, wanted)
            : joinOnce(house.url, transport, {}, { ...wanted, ...brought });
        });
        for (const [at, answer] of (await Promise.all(joins)).entries()) {
          const who = WHO[at] ?? 'nobody';
          const as = !byHandshake && isSession(house.bring(who)) ? 'nobody' : who;
          judge({ ...place, door: `${place.door} over ${transport}` }, as, answer);
          cells += 1;
        }
      }
    }
    console.log(`${cells} joins`);
  });
});

function socketPlacesOf({ planted }: Guests): readonly Place[] {
  const absent: PlantedStory = { ...planted.open, slug: 'no-such-story' };
  const columns = [
    [planted.open, 'public', 'public', 'public story'],
    [planted.secret, 'private', 'public', 'private story'],
    [planted.open, 'public', 'desk', 'desk edition'],
    [planted.secret, 'private', 'desk', 'desk edition'],
    [planted.restricted, 'restricted', 'public', 'public story'],
    [planted.restricted, 'restricted', 'desk', 'desk edition'],
    [absent, 'absent', 'public', 'public story'],
    [absent, 'absent', 'desk', 'desk edition'],
  ] as const;
  return [...SOCKET_DOORS].flatMap(([door, rules]) =>
    columns.flatMap(([story, where, edition, column]): Place[] => {
      const rule = where === 'restricted' ? atRestricted(rules[column]) : (rules[column] ?? '-');
      const isThere = rule !== '-' && !(door.startsWith('@') && where !== 'public');
      return isThere ? [{ door, rule, story, where, edition, state: 'usable' }] : [];
    }),
  );
}

async function joinOnce(
  url: string,
  transport: string,
  auth: object,
  wanted: object,
  extraHeaders: Record<string, string> = {},
): Promise<Omit<Learned, 'status'>> {
  try {
    const { socket, ask } = await connectSocket(url, { transports: [transport], auth, extraHeaders });
    const answer = await ask(wanted);
    socket.close();
    return { outcome: answer.ok ? 'ok' : answer.error.code, bytes: JSON.stringify(answer) };
  } catch (error) {
    const data: unknown = Reflect.get(Object(error), 'data');
    return { outcome: String(Reflect.get(Object(data), 'code')), bytes: JSON.stringify(data) };
  }
}
