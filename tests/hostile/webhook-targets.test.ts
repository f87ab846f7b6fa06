import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedLookup, isPublicAddress, targetFault } from '../../server/webhooks/targets.js';
import { openWebhookLine } from '../../server/webhooks/webhook-request.js';
import { DEAD_END } from '../helpers/dead-end.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { BAD_ADDRESSES, BAD_URLS, GOOD_ADDRESSES, GOOD_URLS } from './bad-targets.js';

/** A resolver that a stranger runs: answers each look-up of a name with the next of these. */
function rebinding(...answers: readonly (readonly string[])[]): { lookup: LookupFunction; looks: () => number } {
  let looks = 0;
  return {
    looks: () => looks,
    lookup(_name, _options, answer) {
      const addresses = answers[Math.min(looks, answers.length - 1)] ?? [];
      looks += 1;
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
}

/** What connections are made to; `undefined` where none is made. */
function looked(lookup: LookupFunction, all: boolean): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    guardedLookup(lookup)('hook.example.org', { all }, (error, found) => {
      if (error !== null) resolve(undefined);
      else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    });
  });
}

const COUNT = BAD_URLS.length + BAD_ADDRESSES.length;

describe(`of ${COUNT} targets that are none for a webhook`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(DEAD_END);
  });
  afterAll(() => server?.close());

  it('each URL is refused when a webhook is made, and when it is to get it', async () => {
    expect(COUNT).toBeGreaterThan(200);
    const { api } = server;
    const { body } = await api.request<{ webhook: { id: string } }>('POST', '/v1/webhooks', {
      body: { url: GOOD_URLS[0] },
    });
    for (const url of BAD_URLS) {
      const made = await api.request('POST', '/v1/webhooks', { body: { url } });
      expect([url, made.status, made.body.code, made.body.errors?.[0]?.field]).toEqual([
        url,
        400,
        'invalid_input',
        'url',
      ]);
      const patched = await api.request('PATCH', `/v1/webhooks/${body.webhook.id}`, { body: { url } });
      expect([url, patched.status]).toEqual([url, 400]);
      expect(targetFault(url, 'public'), url).toBeDefined();
    }
    const { body: list } = await api.get<{ webhooks: object[] }>('/v1/webhooks');
    expect(list.webhooks).toMatchObject([{ id: body.webhook.id, url: GOOD_URLS[0] }]);
  });

  it('others are taken', () => {
    for (const url of GOOD_URLS) expect(targetFault(url, 'public'), url).toBeUndefined();
    for (const address of GOOD_ADDRESSES) expect(isPublicAddress(address), address).toBe(true);
  });

  it('each address is refused when a name leads there: alone, behind a good one, before one, and at the second look', async () => {
    for (const bad of BAD_ADDRESSES) {
      expect(isPublicAddress(bad), bad).toBe(false);
      for (const all of [true, false]) {
        expect(await looked(rebinding([bad]).lookup, all), bad).toBeUndefined();
        expect(await looked(rebinding(['1.1.1.1', bad]).lookup, all), bad).toBeUndefined();
        expect(await looked(rebinding([bad, '1.1.1.1']).lookup, all), bad).toBeUndefined();
        const { lookup } = rebinding(['1.1.1.1'], [bad]);
        expect(await looked(lookup, all), bad).toEqual(['1.1.1.1']);
        expect(await looked(lookup, all), bad).toBeUndefined();
      }
    }
    expect(await looked(rebinding([]).lookup, true)).toBeUndefined();
  });

  it('none is connected to, and the address that was looked at is the one that is', async () => {
    const links: string[] = [];
    const bystander = createServer((socket) => {
      links.push(`${socket.localAddress}`);
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(bystander, 'listening');
    const { port } = Object(bystander.address());
    const url = `https://hook.example.org:${port}/`;
    const message = { url, headers: {}, body: '{}' };
    try {
      const { lookup, looks } = rebinding(['127.0.0.1'], ['::1', '127.0.0.1'], ['1.1.1.1', '127.0.0.1']);
      const line = openWebhookLine({ targets: 'public', lookup });
      for (const look of [1, 2, 3]) {
        expect(await line.send(message)).toEqual({ kind: 'failed', fault: 'address_not_allowed' });
        expect(looks()).toBe(look);
      }
      expect(links).toEqual([]);
      line.close();
      // The same name and the same bystander, where its own network is what it may call: so it was the guard above.
      const free = openWebhookLine({ targets: 'any', lookup: rebinding(['127.0.0.1']).lookup });
      expect(await free.send(message)).toEqual({ kind: 'failed', fault: 'unreachable' });
      expect(links).toEqual(['127.0.0.1']);
      free.close();
    } finally {
      await new Promise((resolve) => bystander.close(resolve));
    }
  });
});
