import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Config, ConfigError, loadConfig } from '../../server/config.js';
import { createServer, type SluglineServer } from '../../server/create-server.js';
import { createLogger } from '../../server/logger.js';
import { directoryForTest, serverForTest, startServer } from '../helpers/server.js';

describe('a server', () => {
  it('closes as often as it is told, leaves its port and its directory, and can be started again', async () => {
    const dataDir = await directoryForTest();
    const first = await startServer({ dataDir });
    const { slug } = await first.api.createStory();
    const { port } = first.server;
    await Promise.all([first.close(), first.close()]);
    await first.close();
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow();
    const second = await serverForTest({ dataDir, env: { PORT: String(port) } });
    expect((await second.api.get(`/v1/stories/${slug}`)).status).toBe(200);
    expect(await readdir(dataDir)).not.toEqual([]);
  });

  it('finishes the commands that are under way, and does not wait for idle or silent connections', async () => {
    const dataDir = await directoryForTest();
    const server = await startServer({ dataDir });
    const { slug } = await server.api.createStory();
    const silent = net.connect(server.server.port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const commands = Array.from({ length: 150 }, (_, at) =>
      server.api.request<{ entry?: object }>('POST', `/v1/stories/${slug}/entries`, { body: { headline: `E ${at}` } }),
    );
    await Promise.race(commands);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(4_000);
    silent.destroy();

    const answers = await Promise.allSettled(commands);
    const acknowledged = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 201);
    expect(acknowledged.length).toBeGreaterThan(0);
    const again = await serverForTest({ dataDir });
    const { body } = await again.api.get<{ entries: object[] }>(`/v1/stories/${slug}?limit=200`);
    // What was committed was acknowledged too: nobody is left guessing.
    expect(body.entries).toHaveLength(acknowledged.length);
  });

  it('finishes a command that is still arriving when it closes, and refuses the one behind it', async () => {
    const server = await startServer();
    const socket = net.connect(server.server.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    const body = '{"slug":"last-one","headline":"H"}';
    const headers = `Host: x\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\n`;
    const head = `POST /v1/stories HTTP/1.1\r\n${headers}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(head);
    await expect.poll(() => text, { message: 'the server waits for the body' }).toContain('100 Continue');
    const closed = server.close();
    await expect
      .poll(() => fetch(`${server.url}/healthz`).then(Boolean, () => false), { message: 'no new connections' })
      .toBe(false);
    socket.write(`${body}GET /v1/stories HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'end');
    await closed;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 201', 'HTTP/1.1 503']);
    expect(text).toContain('"code":"shutting_down"');
  });

  it('that cannot have its port says so in one line and lets go of its store', async () => {
    const taken = await serverForTest();
    const dataDir = await directoryForTest();
    const start = startServer({ dataDir, env: { PORT: String(taken.server.port) } });
    await expect(start).rejects.toThrow(ConfigError);
    await expect(start).rejects.toThrow(`PORT ${taken.server.port} is taken (HOST 127.0.0.1).`);
    await serverForTest({ dataDir });
  });

  it.each<[string, (config: Config, fail: () => void) => Promise<SluglineServer>]>([
    [
      'its gateway',
      (config, fail) => {
        const origins = new Proxy(['https://news.example'], {
          get(list, name) {
            fail();
            return Reflect.get(list, name);
          },
        });
        return createServer({ ...config, allowedOrigins: origins }, { logger: createLogger('silent') });
      },
    ],
    [
      'its log',
      (config, fail) => createServer(config, { logger: Object.assign(createLogger('silent'), { info: fail }) }),
    ],
  ])('that is failed by %s once it listens lets go of its port and its store', async (_, start) => {
    const listen = vi.spyOn(net.Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    const dataDir = await directoryForTest();
    const config = loadConfig({ PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir });
    const starting = start(config, () => {
      if (listen.mock.calls.length > 0) throw new Error('a defect');
    });
    await expect(starting).rejects.toThrow('a defect');
    const [server] = listen.mock.contexts;
    expect(server instanceof net.Server && server.listening, 'it listens').toBe(false);
    await serverForTest({ dataDir });
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const kinds = () => process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|FSReq|Immediate/.test(kind));
    await (await startServer()).close();
    const before = kinds().length;
    for (let started = 0; started < 3; started += 1) await (await startServer()).close();
    expect(kinds().length).toBeLessThanOrEqual(before);
  });
});
