import { changeText } from '../store/change-text.js';
import type { Revision, StoredObject, StoryStore } from '../store/story-store.js';
import { publicStoryOf } from '../story/stored.js';
import type { MessageOf, Trail } from './trail-record.js';
import { hiddenMessageOf, messageOf, wants, withPassed } from './trail-rules.js';
import type { Ahead } from './untold.js';
import type { WebhookRecord } from './webhook-records.js';

/** Revisions of an object that are looked through for a kind. */
const REVISIONS = 20;

/** What comes next on a trail. */
export type Next =
  | {
      readonly message: MessageOf;
      /** JSON text. */
      readonly body: string;
      /** The trail once the message is taken, or given up. */
      readonly after: Trail;
    }
  /** Nothing is left; `after` has passed what is not for this webhook. */
  | { readonly message: undefined; readonly after: Trail };

/**
 * Finds the next message of a trail, and makes it of what the story says at this moment: so nothing that was withdrawn is
 * ever in one, however long it had to wait, and what was overtaken by a newer form is not told at all. Of a story that is
 * not public nothing is told but that, to whoever was told more before.
 */
export async function nextMessage(
  store: StoryStore,
  trail: Trail,
  { webhook, ahead }: { readonly webhook: WebhookRecord; readonly ahead: Ahead },
): Promise<Next> {
  const { slug } = trail;
  const head = await store.head(slug, 'public');
  if (head?.header === undefined) return { message: undefined, after: trail };
  if (!isPublic(head.header)) return hidden(trail, head.header);

  const [again, ...later] = trail.again;
  if (again !== undefined) {
    const next = await current(again, { ...trail, again: later });
    return next ?? nextMessage(store, { ...trail, again: later }, { webhook, ahead });
  }

  let after = trail;
  for (;;) {
    const found = await ahead.next({ cursor: after.cursor, since: webhook.since });
    if (found === undefined) return { message: undefined, after };
    const { head: there, change } = found;
    if (change === undefined) {
      const at = max(after.cursor?.at ?? there.changedAt, webhook.since);
      return { message: undefined, after: { ...after, cursor: { ...there.position, at } } };
    }
    const isWanted = wants(webhook, change) || (await wasOvertaken(after, change));
    const { epoch } = there.position;
    after = withPassed({ ...after, cursor: { epoch, seq: change.seq, at: change.at } }, change);
    const next = isWanted ? await current(change.objectId, after, change.seq) : undefined;
    if (next !== undefined) return next;
  }

  /** The message of an object as it is now; none where it has moved on from `seq`, and so comes again. */
  async function current(objectId: string, then: Trail, seq?: number): Promise<Next | undefined> {
    const view = await store.object(slug, 'public', objectId);
    if (view?.object === undefined || view.header === undefined) return undefined;
    if (seq !== undefined && view.object.seq !== seq) return undefined;
    if (!isPublic(view.header)) return hidden(trail, view.header);
    const message = messageOf(trail.webhookId, slug, view.object);
    const change = changeText(view.position.epoch, view.object);
    const { isHidden: _isHidden, ...shown } = then;
    return {
      message,
      body: bodyOf(message, `"slug":"${slug}","change":${change}`),
      after: { ...shown, wasTold: true },
    };
  }

  /** Whether a kind that the webhook is told of was overtaken by a newer change before it could be told. */
  async function wasOvertaken({ passed, cursor }: Trail, object: StoredObject): Promise<boolean> {
    const { kinds } = webhook;
    if (kinds === undefined) return false;
    const known = passed.find(([id]) => id === object.objectId)?.[1];
    const from = max(cursor?.at ?? webhook.since, webhook.since);
    const isUntold = ({ version, at }: Revision) => (known === undefined ? at >= from : version > known);
    const revisions = await store.revisions(slug, object.objectId, { limit: REVISIONS });
    return revisions.some((revision) => isUntold(revision) && kinds.includes(revision.kind));
  }
}

function isPublic(header: StoredObject): boolean {
  return publicStoryOf(header).visibility === 'public';
}

/** The trail stays where it is: what changes until the story is public again is told then. */
function hidden(trail: Trail, header: StoredObject): Next {
  if (!trail.wasTold || trail.isHidden) return { message: undefined, after: trail };
  const message = hiddenMessageOf(trail.webhookId, trail.slug, header);
  return { message, body: bodyOf(message, `"slug":"${trail.slug}"`), after: { ...trail, isHidden: true } };
}

function bodyOf({ type, at }: MessageOf, data: string): string {
  return `{"type":"${type}","timestamp":"${at}","data":{${data}}}`;
}

function max(one: string, other: string): string {
  return one > other ? one : other;
}
