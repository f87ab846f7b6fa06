import { describe, expect, it, vi } from 'vitest';
import type { Delivery, Webhook } from '../../server/webhooks/webhook-forms.js';
import { newDesk } from '../helpers/desk.js';
import { type Api, serverForTest } from '../helpers/server.js';
import { makeWebhook, webhookReceiverForTest } from '../helpers/webhook-receiver.js';

const ANY = { env: { WEBHOOK_TARGETS: 'any' } };
/** Retries at once, and for some seconds. */
const SOON = { waitsMs: [50], lifeMs: 60_000 };
const NEVER = { waitsMs: [10], lifeMs: 0 };

async function deliveriesOf(api: Api, { id }: Webhook, state: Delivery['state']): Promise<readonly Delivery[]> {
  const { status, body } = await api.get<{ deliveries: Delivery[] }>(`/v1/webhooks/${id}/deliveries?state=${state}`);
  expect(status).toBe(200);
  return body.deliveries;
}

async function untilDead(api: Api, webhook: Webhook, count: number): Promise<readonly Delivery[]> {
  let dead: readonly Delivery[] = [];
  const deadline = Date.now() + 20_000;
  while (dead.length < count) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${count} dead letters; there were ${dead.length}`);
    dead = await deliveriesOf(api, webhook, 'dead');
  }
  return dead;
}

describe('a webhook', { timeout: 60_000 }, () => {
  it('is told of each change in the form that readers see, signed, in order, and of nothing before it was made', async () => {
    const { api } = await serverForTest(ANY);
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await desk.publish('Before');
    await makeWebhook(api, receiver);
    const entry = await desk.publish('First', { edNote: 'for the desk alone' });
    await receiver.untilTaken(1);
    await desk.correct(entry.id, 'It was the second.', { headline: 'Second' });
    await receiver.untilTaken(2);
    await desk.pin(entry.id);
    await receiver.untilTaken(3);
    await desk.withdraw(entry.id, 'canceled', 'It was wrong.');
    await receiver.untilTaken(5);
    expect(receiver.taken.map(({ type }) => type).slice(0, 3)).toEqual([
      'entry.published',
      'entry.corrected',
      'entry.pinned',
    ]);
    expect(receiver.taken.map(({ type }) => type)).toContain('entry.canceled');
    expect(receiver.taken.every(({ slug, good }) => slug === desk.slug && good === 1)).toBe(true);
    const [first, second] = receiver.taken;
    expect(first?.change?.entry).toMatchObject({ headline: 'First', version: 1 });
    expect(second?.change?.entry).toMatchObject({ headline: 'Second', version: 2 });
    const seqs = receiver.taken.map(({ change }) => change?.seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
    expect(JSON.stringify(receiver.taken)).not.toContain('for the desk alone');
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(receiver.taken.length);
  });

  it('is told of what it asked for: some stories, some kinds, and of the withdrawal of whatever it may hold', async () => {
    const { api } = await serverForTest(ANY);
    const receiver = await webhookReceiverForTest();
    const [one, other] = [await newDesk(api), await newDesk(api)];
    await makeWebhook(api, receiver, { stories: [one.slug], kinds: ['entry.published'], name: 'The archive' });
    await other.publish('Of another story');
    const entry = await one.publish('Told');
    await receiver.untilTaken(1);
    await one.edit(entry.id, { headline: 'Told otherwise' });
    await one.change({ kicker: 'No entry' });
    await one.withdraw(entry.id);
    await receiver.untilTaken(2);
    await one.publish('The last');
    await receiver.untilTaken(3);
    expect(receiver.heard.map(({ type }) => type)).toEqual(['entry.published', 'entry.canceled', 'entry.published']);
  });

  it('is told nothing of private stories, and that one is so of which it was told', async () => {
    const { api } = await serverForTest(ANY);
    const receiver = await webhookReceiverForTest();
    await makeWebhook(api, receiver);
    const secret = await newDesk(api, { visibility: 'private' });
    await secret.publish('A secret');
    const desk = await newDesk(api);
    await desk.publish('Said to all');
    await receiver.untilTaken(2);
    await desk.change({ visibility: 'private' });
    await receiver.untilTaken(3);
    const hidden = await desk.publish('Said to some');
    await desk.edit(hidden.id, { headline: 'Said to few' });
    await newDesk(api);
    await receiver.untilTaken(4);
    expect(receiver.taken[2]).toMatchObject({ type: 'story.hidden', slug: desk.slug, change: undefined });
    expect(JSON.stringify(receiver.heard)).not.toMatch(/A secret|Said to (?:some|few)/);
    await desk.change({ visibility: 'public' });
    await receiver.untilTaken(6);
    expect(
      receiver.taken
        .slice(4)
        .map(({ change }) => change?.entry?.status ?? change?.story?.visibility)
        .sort(),
    ).toEqual(['public', 'usable']);
    expect(receiver.taken.every(({ slug }) => slug !== secret.slug)).toBe(true);
  });

  it('that fails is tried again with the newest form, under one name, and its other stories do not wait', async () => {
    const { api } = await serverForTest({ ...ANY, webhookTimes: SOON });
    const receiver = await webhookReceiverForTest();
    const [bad, good] = [await newDesk(api), await newDesk(api)];
    const webhook = await makeWebhook(api, receiver, { kinds: ['entry.published'] });
    receiver.answer(({ slug }) => (slug === bad.slug ? { status: 500 } : undefined));
    const entry = await bad.publish('Not to be kept');
    await receiver.untilHeard(2);
    expect(receiver.heard[0]).toEqual(receiver.heard[1]);
    await good.publish('Of another story');
    await receiver.untilTaken(1);
    const [waiting] = await deliveriesOf(api, webhook, 'waiting');
    expect(waiting).toMatchObject({ id: receiver.heard[0]?.id, entryId: entry.id, slug: bad.slug, status: 500 });
    await bad.withdraw(entry.id);
    const before = receiver.heard.length;
    receiver.answer(() => undefined);
    await receiver.untilTaken(2);
    expect(receiver.taken[1]).toMatchObject({ slug: bad.slug, type: 'entry.canceled' });
    // One may have been under way when it was withdrawn.
    expect(JSON.stringify(receiver.heard.slice(before + 1))).not.toContain('Not to be kept');
    await vi.waitFor(async () => expect(await deliveriesOf(api, webhook, 'waiting')).toEqual([]), 5_000);
  });

  it('tells of a kind that was overtaken before it could be told', async () => {
    const { api } = await serverForTest({ ...ANY, webhookTimes: SOON });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver, { kinds: ['entry.published'] });
    receiver.answer(() => ({ status: 503 }));
    await desk.publish('In the way');
    await receiver.untilHeard(1);
    const entry = await desk.publish('First');
    await desk.edit(entry.id, { headline: 'Second' });
    receiver.answer(() => undefined);
    await receiver.untilTaken(2);
    expect(receiver.taken[1]).toMatchObject({ type: 'entry.updated', change: { entry: { headline: 'Second' } } });
    await desk.edit(entry.id, { headline: 'Third' });
    await desk.publish('The last');
    await receiver.untilTaken(3);
    expect(receiver.taken[2]?.change?.entry).toMatchObject({ headline: 'The last' });
  });

  it('tells of a kind whose change was next, and was overtaken while the one before it was on its way', async () => {
    const { api } = await serverForTest({ ...ANY, webhookTimes: SOON });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver, { kinds: ['entry.published', 'entry.corrected'] });
    const entry = await desk.publish('First');
    await receiver.untilTaken(1);
    receiver.answer(() => ({ status: 503 }));
    const inTheWay = await desk.publish('In the way');
    await receiver.untilHeard(2);
    await desk.correct(entry.id, 'It was the second.', { headline: 'Second' });
    const before = receiver.heard.length;
    receiver.answer(async ({ change }) => {
      // The next one may have been made before the correction. The one after it was read together with that.
      if (receiver.heard.length < before + 2) return { status: 503 };
      if (change?.entry?.id === inTheWay.id) await desk.edit(entry.id, { headline: 'Third' });
      return undefined;
    });
    await receiver.untilTaken(3);
    expect(receiver.taken[2]).toMatchObject({ type: 'entry.updated', change: { entry: { headline: 'Third' } } });
    await desk.edit(entry.id, { headline: 'Fourth' });
    await desk.publish('The last');
    await receiver.untilTaken(4);
    expect(receiver.taken[3]?.change?.entry).toMatchObject({ headline: 'The last' });
  });

  it('tells of a kind that was overtaken however much lay between', async () => {
    const { api } = await serverForTest({ ...ANY, webhookTimes: SOON });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver, { kinds: ['entry.published', 'entry.corrected'] });
    const entry = await desk.publish('First');
    await receiver.untilTaken(1);
    receiver.answer(() => ({ status: 503 }));
    await desk.correct(entry.id, 'It was the second.', { headline: 'Second' });
    await desk.publishMany(25);
    for (let edits = 1; edits <= 25; edits += 1) await desk.edit(entry.id, { headline: `Second, ${edits}` });
    receiver.answer(() => undefined);
    await vi.waitFor(() => expect(receiver.taken.at(-1)?.text).toContain('Second, 25'), 20_000);
    expect(receiver.taken.at(-1)).toMatchObject({ type: 'entry.updated', change: { entry: { id: entry.id } } });
  });

  it('takes what the desk does for itself for no change of any kind', async () => {
    const { api } = await serverForTest(ANY);
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    await makeWebhook(api, receiver, { kinds: ['entry.updated'] });
    const draft = await desk.publish('A draft', { workflow: 'draft' });
    await desk.edit(draft.id, { headline: 'A better draft' });
    const path = `/v1/stories/${desk.slug}/entries/${draft.id}/workflow`;
    const { status } = await api.request('POST', path, {
      body: { to: 'published' },
      headers: { 'if-match': `"${draft.version + 1}"` },
    });
    expect(status).toBe(200);
    const noted = await desk.publish('Noted');
    await desk.edit(noted.id, { edNote: 'for the desk alone' });
    await desk.correct(noted.id, 'It was the second.', { headline: 'Second' });
    const last = await desk.publish('The last');
    await desk.edit(last.id, { headline: 'The very last' });
    await receiver.untilTaken(1);
    expect(receiver.heard.map(({ change }) => change?.entry)).toMatchObject([{ headline: 'The very last' }]);
  });

  it('that took a message for too long is a dead letter, which is seen, and sent again when it is asked for', async () => {
    const { api } = await serverForTest({ ...ANY, webhookTimes: NEVER });
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const webhook = await makeWebhook(api, receiver);
    receiver.answer(() => ({ status: 400 }));
    const [lost, other] = [await desk.publish('Lost'), await desk.publish('Lost as well')];
    const dead = await untilDead(api, webhook, 2);
    expect(dead.map(({ entryId }) => entryId).sort()).toEqual([lost.id, other.id].sort());
    expect(dead[0]).toMatchObject({ state: 'dead', slug: desk.slug, type: 'entry.published', status: 400 });
    expect(JSON.stringify(dead)).not.toContain('Lost');
    receiver.answer(() => undefined);
    await desk.edit(lost.id, { headline: 'Found' });
    await receiver.untilTaken(1);
    const replay = (id: string) => api.request('POST', `/v1/webhooks/${webhook.id}/deliveries/${id}/replay`);
    for (const { id } of dead) expect((await replay(id)).status).toBe(204);
    await receiver.untilTaken(3);
    const ofOther = receiver.taken.filter(({ change }) => change?.entry?.id === other.id);
    expect(ofOther).toEqual(receiver.heard.filter(({ change }) => change?.entry?.id === other.id).slice(1));
    expect(receiver.taken.filter(({ text }) => text.includes('Found')).length).toBeGreaterThan(0);
    expect(receiver.taken.some(({ text }) => text.includes('"Lost"'))).toBe(false);
    expect(await deliveriesOf(api, webhook, 'dead')).toEqual([]);
    expect((await replay(dead[0]?.id ?? '')).body).toMatchObject({ code: 'delivery_not_found' });
  });
});
