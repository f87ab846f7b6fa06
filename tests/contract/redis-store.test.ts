import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { storesOn } from './redis-harness.js';
import { describeSharedStoryStore } from './store-contract.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describeSharedStoryStore(
  'the store on Redis',
  storesOn(() => redis.url),
);
