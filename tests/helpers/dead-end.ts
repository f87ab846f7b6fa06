import { eventually } from '../contract/store-harness.js';
import type { Api, ServerOptions } from './server.js';

/** For servers whose webhooks are to lead nowhere: no name is known, and a message that fails is given up at once. */
export const DEAD_END = {
  webhookTimes: { waitsMs: [0], lifeMs: 0 },
  webhookLookup: (_name, _options, answer) => answer(new Error('no name is known'), []),
} satisfies ServerOptions;

export interface SpareWebhook {
  readonly id: string;
  /** The id of a dead letter. */
  readonly deliveryId: string;
}

/** A webhook that was told in vain of something in this public story. The server must be a `DEAD_END`. */
export async function spareWebhook(api: Api, slug: string, { mayEnd = true } = {}): Promise<SpareWebhook> {
  const body = { url: 'https://cms.example.org/hooks/spare', stories: [slug] };
  const { id } = (await api.request<{ webhook: { id: string } }>('POST', '/v1/webhooks', { body })).body.webhook;
  if (!mayEnd) return { id, deliveryId: `msg_${'x'.repeat(27)}` };
  await api.publish(slug, { headline: 'For a webhook', breaking: true });
  let deliveryId: string | undefined;
  const look = async (): Promise<void> => {
    const { body: dead } = await api.get<{ deliveries: { id: string }[] }>(`/v1/webhooks/${id}/deliveries`);
    deliveryId = dead.deliveries[0]?.id;
    if (deliveryId === undefined) setTimeout(look, 20);
  };
  await look();
  await eventually('a dead letter of the webhook', () => deliveryId !== undefined, 20_000);
  return { id, deliveryId: deliveryId ?? '' };
}
