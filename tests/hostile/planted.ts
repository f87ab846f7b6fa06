import { createHash } from 'node:crypto';
import type { Api } from '../helpers/server.js';
import { ENTRY_STATES, type EntryState } from './policy.js';

/** Text that stands in the desk edition alone: seen in any answer of a public door, it has leaked. */
const DESK = 'desk-only-4711';
/** Text of the private story: for those who may read it. */
const PRIVATE = 'private-4711';
const PUBLISH_AT = '2031-07-07T07:07:07.007Z';
const EMBARGOED_UNTIL = '2031-06-06T06:06:06.006Z';
/** Names of the fields of the desk form, as they stand in an answer. */
const DESK_FIELDS = [
  ...['members', 'edNote', 'workflow', 'workflowNote', 'createdBy', 'updatedBy', 'writtenBy', 'publishAt'],
  'embargoedUntil',
];

/** What must not be in an answer, by the ground on which somebody may have it after all. */
export type Ground = 'desk' | 'private' | 'credentials';

/** A story with an entry in each state. */
export interface PlantedStory {
  readonly slug: string;
  readonly entries: Readonly<Record<EntryState, string>>;
}

export interface Planted {
  readonly open: PlantedStory;
  readonly secret: PlantedStory;
  /** Public, and its desk is for one member alone. */
  readonly restricted: PlantedStory;
}

/** Fields of an entry that hold a secret wherever the desk can put one that readers are not to see. */
const deskSecrets = (words: string) => ({ headline: words, edNote: `${DESK} a note on ${words}` });

/** Takes an entry from `usable` into a state, with the secrets that are to be gone then. */
export async function plantEntry(api: Api, slug: string, state: EntryState, breaking = false): Promise<string> {
  const words = slug.includes('open') ? 'Said to all' : `${PRIVATE} said to few`;
  const early = { publishAt: PUBLISH_AT, embargoedUntil: EMBARGOED_UNTIL, keyEvent: true, tags: ['planted'] };
  const times = state === 'scheduled' ? early : {};
  const { id } = await api.publish(slug, { ...deskSecrets(`${DESK} first words`), breaking, ...times });
  if (state === 'scheduled') return id;
  const entry = `/v1/stories/${slug}/entries/${id}`;
  const done = async (method: string, path: string, body?: object): Promise<void> => {
    const { status } = await api.request(method, path, body === undefined ? {} : { body });
    if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
  };
  if (state === 'withheld' || state === 'canceled') {
    await done('POST', `${entry}/withdrawal`, { status: state, notice: words });
    return id;
  }
  await done('POST', `${entry}/withdrawal`, { status: 'withheld', notice: `${DESK} a notice of the past` });
  await done('DELETE', `${entry}/withdrawal`);
  await done('PATCH', entry, { headline: words });
  return id;
}

/**
 * A public and a private story whose every hidden place holds a secret, written by a key whose name is one.
 *
 * @param api with a key of the name `actorName`.
 * @param admin restricts the desk of one to `memberId`, once it is planted.
 */
export async function plantStories(api: Api, admin: Api, memberId: string): Promise<Planted> {
  const story = async (slug: string, visibility: 'public' | 'private'): Promise<PlantedStory> => {
    const words = visibility === 'public' ? 'Said to all' : `${PRIVATE} said to few`;
    await api.createStory({ slug, visibility, headline: words, standfirst: words, keyPoints: [{ text: words }] });
    const entries: Record<string, string> = { absent: 'no-such-entry' };
    for (const state of ['usable', 'withheld', 'canceled', 'scheduled'] as const) {
      entries[state] = await plantEntry(api, slug, state, true);
    }
    return {
      slug,
      entries: Object.fromEntries(
        ENTRY_STATES.map((state) => [state, entries[state] ?? '']),
      ) as PlantedStory['entries'],
    };
  };
  const planted = {
    open: await story('open-4711', 'public'),
    secret: await story(`story-${PRIVATE}`, 'private'),
    restricted: await story('open-to-readers-4711', 'public'),
  };
  const { slug } = planted.restricted;
  const { status } = await admin.request('PATCH', `/v1/stories/${slug}`, { body: { members: [memberId] } });
  if (status !== 200) throw new Error(`restricting ${slug}: ${status}`);
  return planted;
}

export const ACTOR_NAME = `${DESK} the name of an editor`;

/** Tells which secrets are in an answer's bytes. */
export function secretFinder(keys: readonly string[]): (bytes: string) => readonly Ground[] {
  const needles: Readonly<Record<Ground, readonly string[]>> = {
    desk: [DESK, PUBLISH_AT, EMBARGOED_UNTIL, ...DESK_FIELDS.map((name) => `"${name}"`)],
    private: [PRIVATE],
    credentials: keys.flatMap((key) => [
      key.slice(key.lastIndexOf('_') + 1),
      createHash('sha256').update(key).digest('hex'),
      '"digest"',
    ]),
  };
  return (bytes) =>
    (['desk', 'private', 'credentials'] as const).filter((ground) =>
      needles[ground].some((one) => bytes.includes(one)),
    );
}
