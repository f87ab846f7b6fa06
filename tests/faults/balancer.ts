import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { addressOf } from '../helpers/tcp-proxy.js';

/** What stands in front of instances at a site: it knows of them what their readiness tells, and nothing more. */
export interface Balancer {
  readonly port: number;
  readonly url: string;
  /** Resolves when so many instances are known to be ready. */
  ready(count: number, withinMs: number): Promise<void>;
}

/**
 * Passes each new TCP connection on to the next instance that was ready when it was last asked; those that are open
 * stay where they are. For one test.
 *
 * @param everyMs milliseconds between two questions: so long new connections still go to one that has begun to stop.
 */
export async function startBalancer(urls: () => readonly string[], everyMs: number): Promise<Balancer> {
  let isReady: readonly string[] = [];
  let turn = 0;
  let isOver = false;
  const links = new Set<Socket>();

  const server = createServer((client) => {
    track(client);
    turn += 1;
    pass(client, [...isReady.slice(turn % isReady.length), ...isReady.slice(0, turn % isReady.length)]);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port');

  /** Tries one after the other: who does not even take a connection has not answered. */
  function pass(client: Socket, candidates: readonly string[]): void {
    const [url, ...others] = candidates;
    if (url === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const target = connect({ ...addressOf(url), noDelay: true });
    const onRefusal = () => pass(client, others);
    target.once('error', onRefusal);
    target.once('connect', () => {
      target.removeListener('error', onRefusal);
      track(target);
      client.pipe(target);
      target.pipe(client);
      client.once('close', () => target.destroy());
      target.once('close', () => client.destroy());
    });
  }

  function track(link: Socket): void {
    links.add(link);
    link.setNoDelay(true);
    link.on('error', () => undefined);
    link.once('close', () => links.delete(link));
  }

  async function probe(): Promise<void> {
    const all = urls();
    const found = await Promise.all(all.map(answersReady));
    isReady = all.filter((_url, at) => found[at]);
  }

  await probe();
  const probing = (async () => {
    while (!isOver) {
      await delay(everyMs);
      await probe();
    }
  })();
  onTestFinished(async () => {
    isOver = true;
    server.close();
    for (const link of links) link.destroy();
    await probing;
  });

  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    async ready(count, withinMs) {
      for (const until = performance.now() + withinMs; isReady.length !== count; await delay(20)) {
        if (performance.now() > until) {
          throw new Error(`waited ${withinMs} ms for ${count} instances to be ready: ${isReady.length} are`);
        }
      }
    },
  };
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
