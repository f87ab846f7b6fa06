import type { AuditedBy } from '../audit/audited.js';
import { Failure } from '../errors.js';
import { HEADER_ID, type StoryStore } from '../store/story-store.js';
import type { Held } from '../store/work-records.js';
import { moveTrail } from './move-trail.js';
import {
  deadLetters,
  deadWrite,
  type Failing,
  type MessageOf,
  readDead,
  type Trail,
  trailsWithWork,
} from './trail-record.js';
import type { Delivery } from './webhook-forms.js';

export interface DeliveryQuery {
  readonly state: Delivery['state'];
  readonly limit: number;
  /** From `older`. */
  readonly before?: string | undefined;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  readonly older?: string;
}

/** Trails looked through for those of one webhook that wait; beyond them there is more trouble than a list can tell. */
const LOOK = 100;
const LOOK_MOST = 1_000;

/** Messages of a webhook that were given up, newest first, or that wait for another try, the next one first. */
export async function listDeliveries(
  store: StoryStore,
  webhookId: string,
  query: DeliveryQuery,
): Promise<DeliveryPage> {
  if (query.state === 'waiting') return { deliveries: (await waiting(store, webhookId)).slice(0, query.limit) };
  const { limit, before } = query;
  const page = await deadLetters(store, webhookId, { limit, ...(before !== undefined && { before }) });
  const deliveries = page.letters.map(({ record }): Delivery => {
    const { slug, message, tries, diedAt } = record;
    return { ...named(message, 'dead', slug), tries, diedAt, ...whatCame(record) };
  });
  return { deliveries, ...(page.older !== undefined && { older: page.older }) };
}

async function waiting(store: StoryStore, webhookId: string): Promise<readonly Delivery[]> {
  return (await trailsInTrouble(store, webhookId)).flatMap(({ record: { slug, trouble } }) => {
    if (trouble === undefined) return [];
    const { message, tries, due } = trouble;
    return [{ ...named(message, 'waiting', slug), tries, nextTryAt: due, ...whatCame(trouble) }];
  });
}

/** Has all that waits for another try be tried now, for as many stories as are looked through. */
export async function tryNow(store: StoryStore, webhookId: string): Promise<void> {
  const due = new Date(store.now()).toISOString();
  for (const { record } of await trailsInTrouble(store, webhookId)) {
    await moveTrail(store, record, ({ trouble, ...trail }) =>
      trouble === undefined ? undefined : { trail: { ...trail, trouble: { ...trouble, due } } },
    );
  }
}

async function trailsInTrouble(store: StoryStore, webhookId: string): Promise<readonly Held<Trail>[]> {
  const found: Held<Trail>[] = [];
  let before: string | undefined;
  let seen = 0;
  do {
    const page = await trailsWithWork(store, LOOK, before);
    seen += page.trails.length;
    found.push(...page.trails.filter(({ record }) => record.webhookId === webhookId && record.trouble !== undefined));
    before = seen < LOOK_MOST ? page.older : undefined;
  } while (before !== undefined);
  return found;
}

function named({ id, objectId, type, at }: MessageOf, state: Delivery['state'], slug: string) {
  return { id, state, slug, ...(objectId !== HEADER_ID && { entryId: objectId }), type, changedAt: at };
}

function whatCame({ status, fault }: Failing): Failing {
  return { ...(status !== undefined && { status }), ...(fault !== undefined && { fault }) };
}

/**
 * Sends a dead letter again, now: what its object says now, which may be something newer. It is no dead letter from here
 * on, and becomes one again if the endpoint does not take it in all its time. Rejects with `delivery_not_found`.
 */
export async function replayDelivery(store: StoryStore, webhookId: string, id: string, by: AuditedBy): Promise<void> {
  const letter = await readDead(store, id);
  if (letter?.record.webhookId !== webhookId) throw new Failure('delivery_not_found');
  const { slug, message } = letter.record;
  await moveTrail(store, { webhookId, slug }, async (held) => {
    const dead = await readDead(store, id);
    if (dead === undefined) return undefined;
    const { trouble: _trouble, isHidden, ...trail } = held;
    const { objectId, type } = message;
    const again = type === 'story.hidden' || trail.again.includes(objectId) ? trail.again : [...trail.again, objectId];
    return {
      trail: {
        ...trail,
        again,
        // A replay of "is not public" is that it has not been told.
        ...(isHidden === true && type !== 'story.hidden' && { isHidden }),
        hasWork: true,
        rung: trail.rung + 1,
      },
      also: [deadWrite(id, dead.version + 1, undefined)],
      told: { by, action: 'webhook.replayed', about: { webhook: webhookId, delivery: id, slug } },
    };
  });
}
