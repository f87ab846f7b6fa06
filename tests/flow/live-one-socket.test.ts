import { describe, expect, it } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { RawHttp, RawWebSocket } from '../helpers/raw-links.js';
import { type Api, serverForTest } from '../helpers/server.js';
import { metric } from '../helpers/slow-readers.js';

const PATH = '/socket.io/?EIO=4&transport=';

/** A WebSocket that has been let in as far as Engine.IO goes. */
async function openWebSocket(port: number): Promise<{ link: RawWebSocket; heard: string[] }> {
  const heard: string[] = [];
  const link = new RawWebSocket(port, `${PATH}websocket`, (text) => heard.push(text));
  await link.opened;
  return { link, heard };
}

async function openPolls(port: number): Promise<{ link: RawHttp; at: string }> {
  const link = new RawHttp(port);
  const { body } = await link.request('GET', `${PATH}polling`);
  return { link, at: `${PATH}polling&sid=${JSON.parse(body.slice(1)).sid}` };
}

const sockets = async (api: Api): Promise<number> =>
  (await metric(api, 'connections{transport="websocket"}')) + (await metric(api, 'connections{transport="polling"}'));

describe('one connection', () => {
  it('is one socket: a second wish to be one, while the first is looked at, ends it', async () => {
    const { server, api } = await serverForTest();
    const { link } = await openWebSocket(server.port);
    link.send(...Array.from({ length: 50 }, () => '40'));
    await eventually('the end of the connection', () => link.isOver);
    expect(await sockets(api)).toBe(0);
  });

  it('is one socket over polls too', async () => {
    const { server, api } = await serverForTest();
    const { link, at } = await openPolls(server.port);
    await link.request('POST', at, { body: Array.from({ length: 50 }, () => '40').join('\x1e') });
    await expect.poll(async () => (await link.request('GET', at)).status, { message: 'the session to end' }).toBe(400);
    expect(await sockets(api)).toBe(0);
  });

  it('ends with its socket: who takes leave holds no place', async () => {
    const { server, api } = await serverForTest();
    const { link, heard } = await openWebSocket(server.port);
    link.send('40');
    await eventually('the socket', () => heard.some((text) => text.startsWith('40')));
    expect(await sockets(api)).toBe(1);
    link.send('41');
    await eventually('the end of the connection', () => link.isOver);
  });

  it('has no other namespace: who asks for one is answered by the end of it', async () => {
    const { server } = await serverForTest();
    const { link, heard } = await openWebSocket(server.port);
    link.send('40/elsewhere,');
    await eventually('the end of the connection', () => link.isOver);
    expect(heard.filter((text) => text.startsWith('44'))).toEqual([]);
  });
});
