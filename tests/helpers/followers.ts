import { expect } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import type { PushBrowser, PushService, Received } from './push-service.js';
import { type Api, serverForTest, type TestServer } from './server.js';

export const BREAKING = '/v1/breaking/subscriptions';
export const ofStory = (slug: string): string => `/v1/stories/${slug}/subscriptions`;

/** A push service that is allowed where a test has to name one, and that nobody runs. */
export const NO_PUSH_SERVICE = 'http://127.0.0.1:9';

interface FollowOptions {
  readonly key?: string | null;
}

/** Lets a browser follow a topic, as its page would. Answers where it can be ended. */
export async function follow(
  api: Api,
  path: string,
  { subscription }: PushBrowser,
  { key = null }: FollowOptions = {},
): Promise<string> {
  const { status, headers, body } = await api.request('POST', path, { body: subscription, key });
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return headers.get('location') ?? '';
}

/** A server that sends alerts to this push service alone. */
export function alertingServer(service: PushService, env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  return serverForTest({ env: { PUSH_SERVICES: service.origin, ...env } });
}

/** Resolves with what a browser received when that is so many messages. */
export async function received({ received: messages }: PushBrowser, count: number): Promise<readonly Received[]> {
  await eventually(`${count} messages at a browser`, () => messages.length >= count, 20_000);
  expect(messages).toHaveLength(count);
  return messages;
}

/**
 * Resolves when a server has sent whatever followed from what was done until now: notes are acted upon in their order, so
 * an alert of a story of its own comes after all of them.
 */
export async function settled({ api, url }: Pick<TestServer, 'api' | 'url'>, service: PushService): Promise<void> {
  const last = service.browser();
  const { slug } = await api.createStory();
  await follow(api, ofStory(slug), last);
  await api.publish(slug, { keyEvent: true });
  await received(last, 1);
  await expect
    .poll(
      async () => {
        const figures = await (await fetch(`${url}/metrics`)).text();
        return /^slugline_alerts_pending (\d+)$/m.exec(figures)?.[1];
      },
      { message: 'nothing to be left to send', timeout: 20_000, interval: 10 },
    )
    .toBe('0');
}
