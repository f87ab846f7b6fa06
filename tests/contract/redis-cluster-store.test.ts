import { afterAll, beforeAll } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../helpers/redis-cluster.js';
import { storesOn } from './redis-harness.js';
import { describeSharedStoryStore } from './store-contract.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

describeSharedStoryStore(
  'the store on a Redis Cluster',
  storesOn(() => cluster.url),
);
