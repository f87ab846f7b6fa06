import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientAddressBehind } from '../../server/access/client-address.js';

interface Asked {
  readonly trustProxy?: readonly string[];
  readonly forwardedFor?: string | string[];
  readonly upgrade?: boolean;
}

/** The address under which a request from this machine is counted, as a real server sees it. */
async function countedAs({ trustProxy = ['loopback'], forwardedFor, upgrade = false }: Asked): Promise<string> {
  const addressOf = clientAddressBehind(trustProxy);
  const server = createServer((req, res) => res.end(addressOf(req)));
  server.on('upgrade', (req, socket) => socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${addressOf(req)}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const headers = {
    ...(forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor }),
    ...(upgrade ? { Connection: 'Upgrade', Upgrade: 'websocket' } : { Connection: 'close' }),
  };
  const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', headers }).end();
  const [answer] = await once(asked, 'response');
  let text = '';
  for await (const part of answer) text += String(part);
  return text;
}

describe('the address under which a reader is counted', () => {
  it('is the peer’s own without a proxy', async () => {
    expect(await countedAs({})).toBe('127.0.0.1');
  });

  it('is what a proxy that is believed tells, for requests and upgrades alike', async () => {
    expect(await countedAs({ forwardedFor: '192.0.2.7' })).toBe('192.0.2.7');
    expect(await countedAs({ forwardedFor: '192.0.2.7', upgrade: true })).toBe('192.0.2.7');
  });

  it('is the last address that no believed proxy has, whatever stands before it', async () => {
    const trustProxy = ['loopback', '198.51.100.0/24'];
    expect(await countedAs({ trustProxy, forwardedFor: '203.0.113.9, 192.0.2.7, 198.51.100.4' })).toBe('192.0.2.7');
    expect(await countedAs({ trustProxy, forwardedFor: ['203.0.113.9', '192.0.2.7'] })).toBe('192.0.2.7');
  });

  it('is the peer’s own where nobody is believed', async () => {
    expect(await countedAs({ trustProxy: [], forwardedFor: '192.0.2.7' })).toBe('127.0.0.1');
    expect(await countedAs({ trustProxy: ['198.51.100.0/24'], forwardedFor: '192.0.2.7' })).toBe('127.0.0.1');
  });

  it('is never a text that is no address', async () => {
    for (const text of ['anybody', '192.0.2.7:4711', '', ' , ', '::::', '1.2.3', 'a'.repeat(5_000)]) {
      expect(await countedAs({ forwardedFor: text }), text).toBe('127.0.0.1');
    }
  });

  it('takes an IPv4 address mapped into IPv6 for what it is', async () => {
    for (const text of ['::ffff:192.0.2.7', '::FFFF:c000:0207', '0:0:0:0:0:ffff:192.0.2.7']) {
      expect(await countedAs({ forwardedFor: text }), text).toBe('192.0.2.7');
    }
  });

  it('is one for all addresses of an IPv6 /64', async () => {
    for (const text of ['2001:db8:0:1::7', '2001:DB8::1:a:b:c:d', '2001:0db8:0000:0001:ffff:ffff:ffff:ffff']) {
      expect(await countedAs({ forwardedFor: text }), text).toBe('2001:db8:0:1::/64');
    }
    expect(await countedAs({ forwardedFor: '2001:db8:0:2::7' })).toBe('2001:db8:0:2::/64');
    expect(await countedAs({ forwardedFor: '::1' })).toBe('0:0:0:0::/64');
    expect(await countedAs({ forwardedFor: 'fe80::1%eth0' })).toBe('fe80:0:0:0::/64');
  });
});
