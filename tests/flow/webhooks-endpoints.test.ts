import { createServer } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { Webhook } from '../../server/webhooks/webhook-forms.js';
import { newDesk } from '../helpers/desk.js';
import { originForTest } from '../helpers/origin-for-test.js';
import { type Api, serverForTest } from '../helpers/server.js';
import { makeWebhook, webhookReceiverForTest } from '../helpers/webhook-receiver.js';

const ANY = { WEBHOOK_TARGETS: 'any' };
const SOON = { waitsMs: [20], lifeMs: 60_000 };

async function only(api: Api): Promise<Webhook | undefined> {
  return (await api.get<{ webhooks: Webhook[] }>('/v1/webhooks')).body.webhooks[0];
}

describe('an endpoint', { timeout: 60_000 }, () => {
  it('that says that it is gone is told nothing more until it is enabled again, and then of what comes after', async () => {
    const { api } = await serverForTest({ env: ANY });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    receiver.answer(() => ({ status: 410 }));
    await desk.publish('First');
    await receiver.untilHeard(1);
    await vi.waitFor(
      async () => expect(await only(api)).toMatchObject({ enabled: false, disabledBecause: 'gone' }),
      5_000,
    );
    receiver.answer(() => undefined);
    await desk.publish('Second');
    const enabled = await api.request('PATCH', `/v1/webhooks/${webhook.id}`, { body: { enabled: true } });
    expect(enabled.body).toMatchObject({ webhook: { id: webhook.id, enabled: true } });
    await desk.publish('Third');
    await receiver.untilTaken(1);
    expect(receiver.heard.map(({ change }) => change?.entry).map((entry) => Object(entry).headline)).toEqual([
      'First',
      'Third',
    ]);
  });

  it('that says that it is gone ends nothing for the one that its webhook was led to meanwhile', async () => {
    const { api } = await serverForTest({ env: ANY });
    const [former, receiver] = await Promise.all([webhookReceiverForTest(), webhookReceiverForTest()]);
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, former);
    receiver.secrets.push(...former.secrets);
    former.answer(async () => {
      await api.request('PATCH', `/v1/webhooks/${webhook.id}`, { body: { url: receiver.url } });
      return { status: 410 };
    });
    await desk.publish('To whoever is there');
    await receiver.untilTaken(1);
    expect(Object(receiver.taken[0]?.change?.entry).headline).toBe('To whoever is there');
    expect(await only(api)).toMatchObject({ enabled: true, url: receiver.url });
  });

  it('that asks to be left alone is, and one that redirects is not followed', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: SOON });
    const elsewhere = await webhookReceiverForTest();
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    receiver.answer(() => ({ status: 307, headers: { location: elsewhere.url } }));
    await desk.publish('Lured');
    await receiver.untilHeard(2);
    receiver.answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    let nextTryAt = '';
    await vi.waitFor(async () => {
      const { body } = await api.get<{ deliveries: { status: number; nextTryAt: string }[] }>(
        `/v1/webhooks/${webhook.id}/deliveries?state=waiting`,
      );
      expect(body.deliveries[0]?.status).toBe(429);
      nextTryAt = body.deliveries[0]?.nextTryAt ?? '';
    }, 5_000);
    const wait = Date.parse(nextTryAt) - Date.now();
    expect(wait).toBeGreaterThan(3_500_000);
    expect(wait).toBeLessThan(3_700_000);
    expect(elsewhere.heard).toEqual([]);
  });

  it('that was put off for long is tried at once when its webhook is led elsewhere, or enabled again', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: { waitsMs: [3_600_000], lifeMs: 7_200_000 } });
    const [former, receiver] = await Promise.all([webhookReceiverForTest(), webhookReceiverForTest()]);
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, former);
    receiver.secrets.push(...former.secrets);
    former.answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    const patch = (body: object) => api.request('PATCH', `/v1/webhooks/${webhook.id}`, { body });
    const untilPutOff = () =>
      vi.waitFor(async () => {
        const path = `/v1/webhooks/${webhook.id}/deliveries?state=waiting`;
        expect((await api.get<{ deliveries: object[] }>(path)).body.deliveries).toHaveLength(1);
      }, 5_000);
    await desk.publish('Put off');
    await untilPutOff();
    await patch({ url: receiver.url });
    await receiver.untilTaken(1);

    receiver.answer(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    await desk.publish('While it is away');
    await receiver.untilHeard(2);
    await untilPutOff();
    receiver.answer(() => undefined);
    await patch({ enabled: false });
    await patch({ enabled: true });
    await desk.publish('After it');
    await receiver.untilTaken(2);
    const told = receiver.taken.map(({ change }) => Object(change?.entry).headline);
    expect(told).toEqual(['Put off', 'After it']);
  });

  it('that hangs, breaks off or answers without end is cut off, and sent the same once more', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: { ...SOON, requestMs: 400 } });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    receiver.answer(() => (receiver.heard.length === 1 ? 'hang' : receiver.heard.length === 2 ? 'cut' : undefined));
    await desk.publish('Told at last');
    await receiver.untilTaken(1);
    expect(new Set(receiver.heard.map(({ id }) => id)).size).toBe(1);
    expect(receiver.heard).toHaveLength(3);

    let sent = 0;
    const endless = createServer((request, response) => {
      request.resume();
      response.writeHead(200);
      const more = (): void => {
        sent += 16_384;
        if (response.write('x'.repeat(16_384))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const url = `${await originForTest(endless)}/`;
    await api.request('PATCH', `/v1/webhooks/${webhook.id}`, { body: { url } });
    await desk.publish('To one who talks');
    await vi.waitFor(() => expect(sent).toBeGreaterThan(0), 5_000);
    await api.request('PATCH', `/v1/webhooks/${webhook.id}`, { body: { url: receiver.url } });
    await desk.publish('The last');
    await receiver.untilTaken(2);
    // Its status said that it was taken. What was sent is what fits into the buffers between.
    expect(Object(receiver.taken[1]?.change?.entry).headline).toBe('The last');
    expect(sent).toBeLessThan(8 * 1_048_576);
  });

  it('is sent one message of a story at a time, and those of its stories beside each other', async () => {
    const { api } = await serverForTest({ env: ANY });
    const receiver = await webhookReceiverForTest();
    const desks = [await newDesk(api), await newDesk(api), await newDesk(api)];
    await makeWebhook(api, receiver, { kinds: ['entry.published'] });
    receiver.slow(30);
    await Promise.all(desks.map((desk) => desk.publishMany(8)));
    await receiver.untilTaken(24);
    expect(receiver.mostAtOnce()).toBe(1);
    for (const { slug } of desks) {
      const seqs = receiver.taken.filter((told) => told.slug === slug).map(({ change }) => change?.seq ?? 0);
      expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
      expect(seqs).toHaveLength(8);
    }
  });

  it('that was away for hundreds of changes is told of each object once, in its newest form, and in order', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: { waitsMs: [200], lifeMs: 60_000 } });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver);
    receiver.answer(() => ({ status: 503 }));
    const ids = await desk.publishMany(205);
    await desk.edit(ids[0] ?? '', { headline: 'The first, anew' });
    await desk.withdraw(ids[1] ?? '');
    receiver.answer(() => undefined);
    await receiver.untilTaken(205);
    const entries = receiver.taken.map(({ change }) => change?.entry?.id);
    expect(entries).toEqual([...ids.slice(2), ids[0], ids[1]]);
    expect(receiver.taken.slice(-2).map(({ type }) => type)).toEqual(['entry.updated', 'entry.canceled']);
  });

  it('is told once of what changed again while others were on their way, and never in the form before', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: { waitsMs: [100], lifeMs: 60_000 } });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver, { kinds: ['entry.published', 'entry.updated'] });
    receiver.answer(() => ({ status: 503 }));
    const [first = '', second = '', third = ''] = await desk.publishMany(3);
    let edits: Promise<unknown> = Promise.resolve();
    receiver.answer(({ change }) => {
      // All three were looked at, and the first is being sent.
      if (change?.entry?.id === first) {
        edits = Promise.all([desk.edit(third, { headline: 'Anew' }), desk.withdraw(second)]);
        receiver.slow(300);
      }
      return undefined;
    });
    await receiver.untilTaken(2);
    await edits;
    receiver.slow(0);
    await desk.publish('The last');
    await receiver.untilTaken(4);
    expect(
      receiver.taken
        .map(({ change }) => change?.entry?.id)
        .slice(1, 3)
        .sort(),
    ).toEqual([second, third].sort());
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(4);
    expect(JSON.stringify(receiver.taken.slice(1))).not.toMatch(/Number [23]/);
  });

  it('is sent two signatures while a secret is followed by the next, and then one', async () => {
    const { api } = await serverForTest({ env: ANY });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    const rotate = async (overlapSeconds: number) => {
      const path = `/v1/webhooks/${webhook.id}/secret`;
      const { body } = await api.request<{ secret: string }>('POST', path, { body: { overlapSeconds } });
      receiver.secrets.push(body.secret);
    };
    await rotate(60);
    await desk.publish('Signed twice');
    await receiver.untilTaken(1);
    await rotate(0);
    // The newest alone is in force from here on, whatever was said of the others before.
    receiver.secrets.splice(0, 2);
    await desk.publish('Signed once');
    await receiver.untilTaken(2);
    expect(receiver.taken.map(({ signatures, good }) => [signatures, good])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const { text } = receiver.taken[1] ?? { text: '' };
    expect(text).not.toContain('whsec_');
    expect(JSON.stringify((await api.get('/v1/webhooks')).body)).not.toContain('whsec_');
    expect(JSON.stringify((await api.get('/v1/audit')).body)).not.toContain('whsec_');
  });

  it('is told nothing more once its webhook is removed, and nothing of the webhook is left', async () => {
    const { api } = await serverForTest({ env: ANY, webhookTimes: { waitsMs: [20], lifeMs: 0 } });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    receiver.answer(() => ({ status: 500 }));
    await desk.publish('Lost');
    await receiver.untilHeard(1);
    expect((await api.request('DELETE', `/v1/webhooks/${webhook.id}`)).status).toBe(204);
    const other = await webhookReceiverForTest();
    await makeWebhook(api, other);
    await desk.publish('After');
    await other.untilTaken(1);
    expect(receiver.heard).toHaveLength(1);
    for (const [method, path] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/secret'],
      ['GET', '/deliveries'],
    ] as const) {
      const body = method === 'PATCH' || path === '/secret' ? { body: {} } : {};
      const answer = await api.request(method, `/v1/webhooks/${webhook.id}${path}`, body);
      expect(answer.body).toMatchObject({ code: 'webhook_not_found', status: 404 });
    }
  });
});
