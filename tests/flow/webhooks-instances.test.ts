import { describe, expect, it } from 'vitest';
import { newDesk } from '../helpers/desk.js';
import { startInstance } from '../helpers/instance.js';
import { redisForTest } from '../helpers/redis-for-test.js';
import { directoryForTest, serverForTest } from '../helpers/server.js';
import { makeWebhook, type WebhookReceiver, webhookReceiverForTest } from '../helpers/webhook-receiver.js';

const ENV = { WEBHOOK_TARGETS: 'any' };
const MESSAGES = 20;

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
});
