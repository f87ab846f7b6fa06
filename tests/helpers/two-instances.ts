import { type RedisServer, startRedis } from './redis-server.js';
import { startServer, type TestServer } from './server.js';

export interface TwoInstances {
  readonly redis: RedisServer;
  readonly first: TestServer;
  readonly second: TestServer;
  close(): Promise<void>;
}

/** Two instances on a Redis of their own, for several tests. Where one cannot be started nothing is left running. */
export async function startTwoInstances(): Promise<TwoInstances> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  const instance = async (): Promise<TestServer> => {
    const server = await startServer({ env: { REDIS_URL: redis.url } });
    closers.push(() => server.close());
    return server;
  };
  const redis = await startRedis();
  closers.push(() => redis.stop());
  try {
    return { redis, first: await instance(), second: await instance(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
