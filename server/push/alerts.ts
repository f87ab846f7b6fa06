import type { Recall } from '@slugline/client/protocol';
import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { StoryStore } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';
import { recalledAlerts } from './alert-recall.js';
import { deliverBy } from './deliver.js';
import { followEntry, followStory } from './follow-story.js';
import { addFollower, removeFollower } from './followers.js';
import { openPushKeys, pushKeyId } from './push-keys.js';
import { openPushLine } from './push-request.js';
import { isEndpoint } from './push-services.js';
import { startAlertSender } from './send-alerts.js';
import { type SubscriptionInput, subscriptionId } from './subscription.js';

/**
 * Alerts to readers whose page is closed, by Web Push. Who follows a topic is kept in a stream of that topic
 * (`followers.ts`). What is to be told follows from the notes that story commits left in the outbox (`follow-story.ts`,
 * by the rules of `alert-rules.ts`), and is told page by page (`send-alerts.ts`).
 */
export interface Alerts {
  /** What browsers subscribe with: the public key of this site. */
  readonly publicKey: string;

  /**
   * Lets a reader follow a topic: a story's slug, or `@breaking`. Whether they may read it was asked before. Doing so twice
   * changes nothing.
   *
   * Rejects with `invalid_input` for an endpoint that is of no push service, or a key that is not this site's.
   */
  follow(topic: string, subscription: SubscriptionInput): Promise<Following>;

  /** Ends it, if it is: whoever knows a subscription's id is its holder. */
  unfollow(topic: string, id: string): Promise<void>;

  /** Brings the alerts of an entry in step with it. May come late, twice, and on several instances at once. */
  followEntry(slug: string, entryId: string): Promise<void>;

  /** The same for all entries of a story, whose visibility changed. */
  followStory(slug: string): Promise<void>;

  /** What became of the alerts of an entry that was withdrawn: those that were ever made, by topic. */
  recalled(slug: string, entryId: string): Promise<Recall['alerts']>;

  close(): Promise<void>;
}

interface Following {
  readonly id: string;
  readonly since: string;
  readonly isNew: boolean;
}

export interface AlertsParts {
  readonly store: StoryStore;
  readonly config: Config['push'];
  /** Whether no other instance is on this store. */
  readonly isAlone: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Said to push services where nobody is named: most take it, and a localhost has no better. */
const NOBODY = 'mailto:nobody@localhost';

/** Milliseconds that messages under way get at the end; those cut off are sent again by whoever runs then. */
const CLOSING_MS = 2_000;

/** Starts what sends alerts on this instance; `undefined` where the operator wants none. */
export async function startAlerts(parts: AlertsParts): Promise<Alerts | undefined> {
  const { store, isAlone, logger, metrics } = parts;
  const { services, subject } = parts.config;
  if (services.length === 0) return undefined;
  const keys = await openPushKeys(store);
  const line = openPushLine();
  const deliver = deliverBy({ keys, line, services, subject: subject ?? NOBODY, now: () => store.now() });
  const sender = startAlertSender({ store, deliver, isAlone, logger, metrics });
  return {
    get publicKey() {
      return keys.current.publicKey;
    },
    async follow(topic, subscription) {
      const { endpoint, keys: theirs, key = keys.current.publicKey } = subscription;
      if (!isEndpoint(endpoint, services)) {
        throw invalidInput([{ field: 'endpoint', message: 'must be a URL of a push service that this server knows' }]);
      }
      const keyId = pushKeyId(key);
      if ((await keys.find(keyId)) === undefined) {
        throw invalidInput([{ field: 'key', message: 'must be a key that GET /v1/push/key gave' }]);
      }
      const id = subscriptionId(subscription);
      return { id, ...(await addFollower(store, topic, id, { endpoint, ...theirs, keyId })) };
    },
    unfollow: (topic, id) => removeFollower(store, topic, id),
    async followEntry(slug, entryId) {
      await followEntry(store, slug, entryId);
      sender.wake();
    },
    recalled: (slug, entryId) => recalledAlerts(store, slug, entryId),
    async followStory(slug) {
      await followStory(store, slug);
      sender.wake();
    },
    async close() {
      const cut = setTimeout(() => line.close(), CLOSING_MS);
      await sender.close();
      clearTimeout(cut);
      line.close();
    },
  };
}
