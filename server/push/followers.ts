import { decideAgain } from '../store/decide-again.js';
import type { StoredObject, StoryStore, Write } from '../store/story-store.js';

const FOLLOWERS = '@followers:';

/**
 * Who gets the alerts of a topic: a story by its slug, or `@breaking`. Each topic has a stream of the server's own, with
 * an object for each follower in order of their coming, so that they are gone through page by page however many they are.
 * It is the public edition, though no door shows it: that one keeps no revisions, and of who has left nothing stays but
 * the digest that was their name.
 */
function followersStream(topic: string): string {
  return `${FOLLOWERS}${topic}`;
}

/** The topic whose followers a stream holds; `undefined` for another stream. */
export function topicOf(stream: string): string | undefined {
  return stream.startsWith(FOLLOWERS) ? stream.slice(FOLLOWERS.length) : undefined;
}

/** As it is stored. */
export interface FollowerForm {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** Which of the server's keys the subscription was made with. */
  readonly keyId: string;
  /** ISO 8601: alerts made earlier are not for this follower. */
  readonly since: string;
}

export interface Follower extends FollowerForm {
  /** See `subscriptionId`. */
  readonly id: string;
  readonly version: number;
}

export interface FollowerPage {
  /** Newest first. */
  readonly followers: readonly Follower[];
  /** Where the next page begins; absent after the last one. */
  readonly older?: string;
}

/** Where followers of a moment, and all who came before it, begin: above every key of theirs. */
export function followersUpTo(moment: string): string {
  return `${moment}-~`;
}

export async function followersPage(
  store: StoryStore,
  topic: string,
  before: string,
  limit: number,
): Promise<FollowerPage> {
  const page = await store.page(followersStream(topic), 'public', { limit, before });
  const followers = (page?.objects ?? []).map(followerOf);
  return page?.older === undefined ? { followers } : { followers, older: page.older };
}

/** A follower by name; `undefined` for who has left or never came. */
export async function findFollower(store: StoryStore, topic: string, id: string): Promise<Follower | undefined> {
  const object = (await store.object(followersStream(topic), 'public', id))?.object;
  return object?.orderKey === undefined ? undefined : followerOf(object);
}

/**
 * Adds a follower. One who is there already stays as they are: answers since when they are, and whether that is new.
 *
 * @param form with `since` only for one who followed before: an import's.
 */
export async function addFollower(
  store: StoryStore,
  topic: string,
  id: string,
  form: Omit<FollowerForm, 'since'> & Partial<Pick<FollowerForm, 'since'>>,
): Promise<{ readonly since: string; readonly isNew: boolean }> {
  const stream = followersStream(topic);
  return decideAgain(async () => {
    const object = (await store.object(stream, 'public', id))?.object;
    if (object?.orderKey !== undefined) return { since: followerOf(object).since, isNew: false };
    const version = object?.version ?? 0;
    const at = new Date(store.now()).toISOString();
    const since = form.since ?? at;
    const write: Write = {
      edition: 'public',
      objectId: id,
      version: version + 1,
      kind: 'entry.published',
      orderKey: `${since}-${id}`,
      form: JSON.stringify({ ...form, since } satisfies FollowerForm),
    };
    await store.commit({ stream, at, expected: [{ objectId: id, version }], writes: [write] });
    return { since, isNew: true };
  });
}

/** Removes a follower, if there. */
export async function removeFollower(store: StoryStore, topic: string, id: string): Promise<void> {
  const follower = await findFollower(store, topic, id);
  if (follower !== undefined) await removeFollowers(store, topic, [follower]);
}

/** Removes followers in one commit. Doing so twice changes nothing that matters. */
export async function removeFollowers(store: StoryStore, topic: string, gone: readonly Follower[]): Promise<void> {
  if (gone.length === 0) return;
  const writes = gone.map(
    ({ id, version }): Write => ({
      edition: 'public',
      objectId: id,
      version: version + 1,
      kind: 'entry.canceled',
      form: '{}',
    }),
  );
  const at = new Date(store.now()).toISOString();
  await store.commit({ stream: followersStream(topic), at, expected: [], writes });
}

function followerOf({ objectId, version, form }: StoredObject): Follower {
  const read: FollowerForm = JSON.parse(form);
  return { ...read, id: objectId, version };
}
