import type { LookupFunction } from 'node:net';
import type { AuditedBy } from '../audit/audited.js';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import type { StoryStore } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';
import { dropDeadLetters } from './dead-letters.js';
import { type DeliveryPage, type DeliveryQuery, listDeliveries, replayDelivery, tryNow } from './deliveries.js';
import { startMessageSender } from './send-messages.js';
import { type Targets, targetFault } from './targets.js';
import { RETRY_TIMES, type RetryTimes } from './trail-rules.js';
import { StoryWatch } from './watch-stories.js';
import type { Webhook, WebhookInput, WebhookPatch } from './webhook-forms.js';
import {
  asSeen,
  changeWebhook,
  createWebhook,
  findWebhook,
  listWebhooks,
  removeWebhook,
  rotateSecret,
  type WebhookRecord,
} from './webhook-records.js';
import { openWebhookLine } from './webhook-request.js';

/**
 * Signed messages to other systems about what changes in public stories. What changed is found by `watch-stories.ts`, what
 * is to be told of it by `next-message.ts`, and it is sent by `send-messages.ts`. Each method that names a webhook rejects
 * with `webhook_not_found`. Who asked goes into the audit log.
 */
export interface Webhooks {
  list(): Promise<readonly Webhook[]>;

  /** Rejects with `invalid_input` for a URL that may not be called, and `too_many_webhooks`. The secret is shown this once. */
  create(input: WebhookInput, by: AuditedBy): Promise<Signed>;

  /**
   * Rejects like `create` for a URL. One that is enabled again is told of what changes from then on. With either, what waits
   * for another try is tried at once.
   */
  change(id: string, patch: WebhookPatch, by: AuditedBy): Promise<Webhook>;

  /** Puts a new secret in force. Messages are signed with the last one too for so long. */
  rotate(id: string, overlapMs: number, by: AuditedBy): Promise<Signed>;

  /** Nothing is sent any more. Its secrets and dead letters go; that it was, and how far it was told, stays. */
  remove(id: string, by: AuditedBy): Promise<void>;

  deliveries(id: string, query: DeliveryQuery): Promise<DeliveryPage>;

  /** Sends a dead letter again. Rejects with `delivery_not_found`. */
  replay(id: string, deliveryId: string, by: AuditedBy): Promise<void>;

  close(): Promise<void>;
}

interface Signed {
  readonly webhook: Webhook;
  readonly secret: string;
}

export interface WebhookTimes extends RetryTimes {
  /** Milliseconds that an endpoint may take. */
  readonly requestMs?: number;
}

interface WebhooksParts {
  readonly store: StoryStore;
  readonly targets: Targets;
  /** How names are looked up; absent: as the system does. */
  readonly lookup?: LookupFunction;
  readonly times?: Partial<WebhookTimes>;
  /** Whether no other instance is on this store. */
  readonly isAlone: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Milliseconds between two looks at what changed: what another instance committed is found by looking only. */
const LOOK_MS = 2_000;
/** The least of them, when this process commits one change after the other: one look finds them all. */
const LOOK_GAP_MS = 50;
/** Milliseconds that messages under way get at the end; those cut off are sent again by whoever runs then. */
const CLOSING_MS = 2_000;

/** Starts what sends webhooks on this instance. With the targets `none` they are kept, and none is sent. */
export function startWebhooks(parts: WebhooksParts): Webhooks {
  const { store, targets, lookup, times, isAlone, logger, metrics } = parts;
  const sending = targets === 'none' ? undefined : startSending();

  function startSending() {
    const { requestMs, ...retryTimes } = { ...RETRY_TIMES, ...times };
    const line = openWebhookLine({
      targets,
      ...(lookup !== undefined && { lookup }),
      ...(requestMs !== undefined && { requestMs }),
    });
    const sender = startMessageSender({ store, line, targets, retryTimes, isAlone, logger, metrics });
    const watch = startWatching(store, logger, () => sender.wake());
    return {
      sender,
      watch,
      async close() {
        await watch.close();
        const cut = setTimeout(() => line.close(), CLOSING_MS);
        await sender.close();
        clearTimeout(cut);
        line.close();
      },
    };
  }

  async function required(id: string): Promise<WebhookRecord> {
    const webhook = await findWebhook(store, id);
    if (webhook === undefined) throw new Failure('webhook_not_found');
    return webhook;
  }

  function checkTarget(url: string): string {
    const fault = targetFault(url, targets === 'none' ? 'public' : targets);
    if (fault !== undefined) throw invalidInput([{ field: 'url', message: fault }]);
    return new URL(url).href;
  }

  return {
    list: async () => (await listWebhooks(store)).map(asSeen),
    async create(input, by) {
      const { webhook, secret } = await createWebhook(store, { ...input, url: checkTarget(input.url) }, by);
      sending?.watch.wake();
      return { webhook: asSeen(webhook), secret };
    },
    async change(id, patch, by) {
      const changed = patch.url === undefined ? patch : { ...patch, url: checkTarget(patch.url) };
      const webhook = await changeWebhook(store, id, changed, by);
      // What was put off was so for an endpoint that was away: this is another one, or somebody sees to it.
      if (patch.url !== undefined || patch.enabled === true) {
        await tryNow(store, id);
        sending?.sender.resume(id);
      }
      sending?.watch.wake();
      return asSeen(webhook);
    },
    async rotate(id, overlapMs, by) {
      const secret = await rotateSecret(store, id, overlapMs, by);
      return { webhook: asSeen(await required(id)), secret };
    },
    async remove(id, by) {
      // Before, so that a crash leaves none that nobody could reach, and after, for what died meanwhile.
      await dropDeadLetters(store, id);
      await removeWebhook(store, id, by);
      await dropDeadLetters(store, id);
    },
    async deliveries(id, query) {
      await required(id);
      return listDeliveries(store, id, query);
    },
    async replay(id, deliveryId, by) {
      await required(id);
      await replayDelivery(store, id, deliveryId, by);
      sending?.sender.wake();
    },
    async close() {
      await sending?.close();
    },
  };
}

interface Watching {
  wake(): void;
  close(): Promise<void>;
}

/** Looks for changes again and again, and at once when this process made one. */
function startWatching(store: StoryStore, logger: Logger, onNews: () => void): Watching {
  const stories = new StoryWatch(store);
  let stopped = false;
  let isNews = false;
  let failed = false;
  let awake = (): void => {};
  const wake = (): void => {
    isNews = true;
    // While the store is away, news is no reason to press it harder.
    if (!failed) awake();
  };
  const unsubscribe = store.onOutbox(() => {
    // Where nobody is to be told of it, a commit costs nothing here.
    if (stories.hasWebhooks) wake();
  });

  async function run(): Promise<void> {
    while (!stopped) {
      isNews = false;
      try {
        if (await stories.look()) onNews();
        failed = false;
      } catch (error) {
        if (!failed) logger.warn({ err: error }, 'what webhooks are to tell has to wait for the store');
        failed = true;
      }
      await sleep(LOOK_GAP_MS);
      if (!isNews || failed) await sleep(LOOK_MS);
    }
  }

  async function sleep(ms: number): Promise<void> {
    if (stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      awake = () => {
        // Within the gap news is only noted.
        if (ms <= LOOK_GAP_MS && !stopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const done = run();
  return {
    wake,
    async close() {
      stopped = true;
      unsubscribe();
      awake();
      await done;
    },
  };
}
