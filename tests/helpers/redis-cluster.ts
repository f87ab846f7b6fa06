import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type RedisServer, startRedis } from './redis-server.js';

export interface RedisCluster extends AsyncDisposable {
  /** `redis+cluster://` with all nodes. */
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a Redis Cluster of three masters on free loopback ports and waits until every node says it is whole. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const busPorts: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { node, busPort } = await startNode();
      nodes.push(node);
      busPorts.push(busPort);
    }
    await Promise.all(nodes.map((node, index) => giveSlots(node, index, nodes.length)));
    const [first] = nodes;
    for (const [index, node] of nodes.entries()) {
      if (index > 0) await first?.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(busPorts[index]));
    }
    await Promise.all(nodes.map((node) => becomesWhole(node, nodes.length)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+cluster://${nodes.map((node) => `127.0.0.1:${node.port}`).join(',')}`,
    nodes,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The bus gets a free port of its own: the usual one, 10000 above, may be taken or past the last port. */
async function startNode(): Promise<{ node: RedisServer; busPort: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const busPort = await freePort();
    try {
      const node = await startRedis({
        args: ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'],
      });
      return { node, busPort };
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function giveSlots(node: RedisServer, index: number, count: number): Promise<void> {
  const from = Math.floor((SLOTS * index) / count);
  const to = Math.floor((SLOTS * (index + 1)) / count) - 1;
  await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
}

async function becomesWhole(node: RedisServer, count: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const info = String(await node.command('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`)) return;
    if (Date.now() > deadline) throw new Error(`the cluster did not become whole within 20 s:\n${info}`);
    await delay(50);
  }
}
