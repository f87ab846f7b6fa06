import { Agent, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_KEY, serverForTest } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';

/** What a client sends that could go on in HTTP/2, and would as well not. */
const OFFER = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA' };

it('a request that offers another protocol is answered in the one that it came in', async () => {
  const { url, api } = await serverForTest();
  // One connection for all: what follows the offer on it is a request like any other.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = (method: string, path: string, headers: Record<string, string>, body?: object) =>
    new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
      const key = { authorization: `Bearer ${ADMIN_KEY}`, ...(body && { 'content-type': 'application/json' }) };
      const asked = request(`${url}${path}`, { agent, method, headers: { ...key, ...headers } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      asked.on('error', reject).end(body && JSON.stringify(body));
    });

  expect((await ask('POST', '/v1/stories', OFFER, { slug: 'offered', headline: 'H' })).status).toBe(201);
  expect((await ask('GET', '/v1/stories/offered', OFFER)).status).toBe(200);
  expect((await ask('GET', '/v1/stories/offered', {})).status).toBe(200);
  const elsewhere = { connection: 'Upgrade', upgrade: 'websocket' };
  const nowhere = await ask('GET', '/elsewhere', elsewhere);
  expect([nowhere.status, JSON.parse(nowhere.text).code]).toEqual([404, 'route_not_found']);
  expect((await ask('DELETE', '/v1/stories', { connection: 'Upgrade', upgrade: 'nonsense/1' })).status).toBe(405);

  const socket = await connectSocket(url);
  expect((await socket.join({ slug: 'offered' })).reset).toBe(true);
  expect((await api.get('/v1/stories/offered')).status).toBe(200);
});
