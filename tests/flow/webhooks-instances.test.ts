import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.js';
import type { Commit, StoryStore } from '../../server/store/story-store.js';
import { moveTrail, ringTrail } from '../../server/webhooks/move-trail.js';
import { startMessageSender } from '../../server/webhooks/send-messages.js';
import { deadLetters, readTrail, TRAILS_STREAM, type Trail, trailId } from '../../server/webhooks/trail-record.js';
import { createWebhook, removeWebhook } from '../../server/webhooks/webhook-records.js';
import { openWebhookLine } from '../../server/webhooks/webhook-request.js';
import { eventually } from '../contract/store-harness.js';
import { apiOverStore } from '../helpers/api-over-store.js';
import { newDesk } from '../helpers/desk.js';
import { startInstance } from '../helpers/instance.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { directoryForTest, serverForTest } from '../helpers/server.js';
import { makeWebhook, type WebhookReceiver, webhookReceiverForTest } from '../helpers/webhook-receiver.js';

const ENV = { WEBHOOK_TARGETS: 'any' };
const MESSAGES = 20;

const BY = { name: 'a test' };

/** A story of which a webhook is to be told, and what tells it of that over a store whose commits may do otherwise. */
async function untoldStory() {
  const directory = await directoryForTest();
  const store = await openEmbeddedStore({ directory });
  onTestFinished(() => store.close());
  const receiver = await webhookReceiverForTest();
  const { webhook, secret } = await createWebhook(store, { url: receiver.url }, BY);
  receiver.secrets.push(secret);
  const desk = await newDesk(await apiOverStore(store, {}));
  const of = { webhookId: webhook.id, slug: desk.slug };
  await ringTrail(store, of);
  return {
    store,
    receiver,
    desk,
    of,
    startSending(commit: StoryStore['commit'] = (asked) => store.commit(asked)) {
      const line = openWebhookLine({ targets: 'any' });
      onTestFinished(() => line.close());
      const otherwise = new Proxy(store, {
        get(target, name) {
          const member: unknown = name === 'commit' ? commit : Reflect.get(target, name);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
      const sender = startMessageSender({
        store: otherwise,
        line,
        targets: 'any',
        retryTimes: { waitsMs: [10], lifeMs: 0 },
        isAlone: false,
        logger: createLogger('silent'),
        metrics: createMetrics(),
      });
      onTestFinished(() => sender.close());
      return sender;
    },
  };
}

/** The trail that a commit writes. */
function trailIn({ stream, writes }: Commit): Trail | undefined {
  return stream === TRAILS_STREAM && writes[0] !== undefined ? JSON.parse(writes[0].form) : undefined;
}

const idsOf = (list: WebhookReceiver['taken']): ReadonlySet<string> => new Set(list.map(({ id }) => id));
const headlinesOf = ({ taken }: WebhookReceiver): readonly string[] =>
  taken.map(({ change }) => String(Object(change?.entry).headline));

describe('what a webhook is told', { timeout: 90_000 }, () => {
  it('survives kill -9 in the middle: all of it comes, and what comes twice does so under the same name', async () => {
    const dataDir = await directoryForTest();
    const env = { ...ENV, DATA_DIR: dataDir };
    const receiver = await webhookReceiverForTest();
    const first = await startInstance({ env });
    const desk = await newDesk(first.api);
    await makeWebhook(first.api, receiver, { kinds: ['entry.published'] });
    receiver.slow(10);
    await desk.publishMany(MESSAGES);
    const gone = await desk.publish('Withdrawn before it was sent');
    receiver.answer(() => (receiver.taken.length < 5 ? undefined : 'hang'));
    await receiver.untilTaken(5);
    await receiver.untilHeard(6);
    await first.kill9();

    receiver.answer(() => undefined);
    receiver.slow(0);
    const second = await startInstance({ env });
    await second.api.request('POST', `/v1/stories/${desk.slug}/entries/${gone.id}/withdrawal`, {
      body: { status: 'canceled' },
    });
    await second.api.publish(desk.slug, { headline: 'The last' });
    const wanted = [...Array.from({ length: MESSAGES }, (_, at) => `Number ${at + 1}`), 'The last'];
    const isAll = () => wanted.every((headline) => headlinesOf(receiver).includes(headline));
    for (let count = MESSAGES; !isAll(); count += 1) await receiver.untilTaken(count + 1);
    // At most the one that was under way came twice.
    expect(receiver.heard.length - idsOf(receiver.heard).size).toBeLessThanOrEqual(1);
    const inOrder = headlinesOf(receiver).filter((headline, at, all) => all.indexOf(headline) === at);
    expect(inOrder.filter((headline) => wanted.includes(headline))).toEqual(wanted);
    await second.stop();
  });

  it('comes once, whichever of two instances the desk publishes through', async () => {
    const redis = await redisForTest();
    const env = { ...ENV, REDIS_URL: redis.url };
    const [one, other] = [await serverForTest({ env }), await serverForTest({ env })];
    const receiver = await webhookReceiverForTest();
    const webhook = await makeWebhook(one.api, receiver, { kinds: ['entry.published'] });
    const desks = [await newDesk(one.api), await newDesk(one.api)];
    // So long in all that both instances come by, which each does every two seconds, while a message is under way.
    receiver.slow(130);
    await Promise.all(
      desks.map(async ({ slug }) => {
        for (let number = 0; number < MESSAGES; number += 1) {
          await (number % 2 === 0 ? one : other).api.publish(slug, { headline: `${number}` });
        }
      }),
    );
    await receiver.untilTaken(2 * MESSAGES);
    await other.api.request('DELETE', `/v1/webhooks/${webhook.id}`);
    expect(receiver.heard).toHaveLength(2 * MESSAGES);
    expect(idsOf(receiver.heard).size).toBe(2 * MESSAGES);
    expect(receiver.mostAtOnce()).toBe(1);
    for (const { slug } of desks) {
      const seqs = receiver.taken.filter((told) => told.slug === slug).map(({ change }) => change?.seq ?? 0);
      expect(seqs).toEqual([...seqs].sort((first, second) => first - second));
    }
  });

  it('is told by the other instance where that took the story in the moment in which it was free', async () => {
    const { store, receiver, desk, of, startSending } = await untoldStory();
    const lease = { by: 'the other instance', until: new Date(store.now() + 60_000).toISOString() };
    let hasRung = false;
    let isTaken = false;
    const sender = startSending(async (commit) => {
      const trail = trailIn(commit);
      if (trail?.hasWork === false && !hasRung) {
        hasRung = true;
        await desk.publish('Meanwhile');
        await ringTrail(store, of);
      }
      const receipt = await store.commit(commit);
      if (trail?.hasWork === true && trail.lease === undefined) {
        await moveTrail(store, of, (held) => ({ trail: { ...held, lease } }));
        isTaken = true;
      }
      return receipt;
    });
    await eventually('the story taken by the other instance', () => isTaken);
    await sender.close();
    expect((await readTrail(store, trailId(of.webhookId, of.slug)))?.record.lease).toEqual(lease);
    expect(receiver.heard.map(({ type }) => type)).toEqual(['story.created']);
  });

  it('leaves no dead letter behind where the webhook is removed while its message is on its way', async () => {
    const { store, receiver, of, startSending } = await untoldStory();
    receiver.answer(async () => {
      await removeWebhook(store, of.webhookId, BY);
      return { status: 500 };
    });
    const sender = startSending();
    await receiver.untilHeard(1);
    await sender.close();
    expect((await deadLetters(store, of.webhookId, { limit: 10 })).letters).toEqual([]);
    expect((await readTrail(store, trailId(of.webhookId, of.slug)))?.record.hasWork).toBe(false);
  });
});
