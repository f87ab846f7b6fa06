/**
 * What this browser follows, as its pages and the worker both have to know: kept where both can reach it, and gone with
 * the worker when a reader clears the site's data. The server has the last word: whoever follows says so again now and
 * then.
 */
export interface Follows {
  /** Of the subscription that the ids are of. */
  readonly endpoint: string;
  /** The subscription's id at the server, by topic: a story's slug or `@breaking`. */
  readonly ids: Readonly<Record<string, string>>;
  /** When the server was last told, in milliseconds since 1970. */
  readonly toldAt: number;
}

const BREAKING = '@breaking';

const CACHE = 'slugline-alerts';
const NAME = 'follows.json';

/** @param home address of the server, with the slash at its end. */
export async function readFollows(home: string): Promise<Follows | undefined> {
  const kept = await (await caches.open(CACHE)).match(new URL(NAME, home));
  return kept?.json();
}

export async function keepFollows(home: string, follows: Follows): Promise<void> {
  await (await caches.open(CACHE)).put(new URL(NAME, home), Response.json(follows));
}

/** The server's key, as `PushManager.subscribe` takes it. Never out of a cache: by the key before, nothing would ever come. */
export async function siteKey(home: string): Promise<string> {
  const { key }: { key: string } = await (await ask(home, 'v1/push/key', { cache: 'no-store' })).json();
  return key;
}

/** Tells the server that this browser follows a topic. Answers the subscription's id there. */
export async function follow(home: string, topic: string, subscription: PushSubscription): Promise<string> {
  const body = JSON.stringify(subscription);
  const headers = { 'Content-Type': 'application/json' };
  const { id }: { id: string } = await (await ask(home, pathOf(topic), { method: 'POST', headers, body })).json();
  return id;
}

/**
 * The same for all topics of `ids`: answers the ids that they have now, and whether the server heard of all of them. What
 * is not there any more, or not for this reader, is left out, and what failed otherwise keeps its id for the next time.
 */
export async function followAll(
  home: string,
  former: Follows['ids'],
  subscription: PushSubscription,
): Promise<{ readonly ids: Follows['ids']; readonly isWhole: boolean }> {
  const ids: Record<string, string> = {};
  let isWhole = true;
  for (const [topic, id] of Object.entries(former)) {
    try {
      ids[topic] = await follow(home, topic, subscription);
    } catch (error) {
      if (error instanceof Error && error.message === '404') continue;
      ids[topic] = id;
      isWhole = false;
    }
  }
  return { ids, isWhole };
}

export async function unfollow(home: string, topic: string, id: string): Promise<void> {
  await ask(home, `${pathOf(topic)}/${id}`, { method: 'DELETE' });
}

/** Rejects with the status of an answer that is none of success. */
async function ask(home: string, path: string, request: RequestInit = {}): Promise<Response> {
  const answer = await fetch(new URL(path, home), { ...request, credentials: 'omit' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

function pathOf(topic: string): string {
  return topic === BREAKING ? 'v1/breaking/subscriptions' : `v1/stories/${topic}/subscriptions`;
}
