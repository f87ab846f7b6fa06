import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { storesOn } from './redis-harness.js';
import { describeStoryStore } from './store-contract.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describeStoryStore(
  'the store on Redis',
  storesOn(() => redis.url),
);
