import { changeText } from '../store/change-text.js';
import type { StoredObject, StoryStore } from '../store/story-store.js';
import { publicStoryOf } from '../story/stored.js';
import { wasOvertaken } from './overtaken.js';
import type { MessageOf, Trail } from './trail-record.js';
import { hiddenMessageOf, messageOf, wants, withPassed } from './trail-rules.js';
import type { Ahead } from './untold.js';
import type { WebhookRecord } from './webhook-records.js';

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
      return { message: undefined, after: { ...after, cursor: { ...there.position, at }, levelAt: at } };
    }
    const isWanted = wants(webhook, change) || (await wasOvertaken(store, change.objectId, { trail: after, webhook }));
    const { epoch } = there.position;
    after = { ...after, cursor: { epoch, seq: change.seq, at: change.at } };
    const passed = withPassed(after, change);
    const next = isWanted ? await current(change.objectId, passed, change.seq) : undefined;
    if (next !== undefined) return next;
    // What had moved on is still to be told, whatever the kind of the change is with which it comes again.
    if (!isWanted) after = passed;
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
