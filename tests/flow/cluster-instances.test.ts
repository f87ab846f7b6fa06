import { connect } from '@slugline/client';
import { expect, onTestFinished, test } from 'vitest';
import { startInstance } from '../helpers/instance.js';
import { reaches } from '../helpers/reaches.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { untilDone } from '../helpers/redis-for-test.js';
import { tcpProxy } from '../helpers/tcp-proxy.js';

test('two instances on a Redis Cluster are one Slugline', { timeout: 60_000 }, async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const env = { REDIS_URL: cluster.url };
  const desk = await startInstance({ env });
  const edge = await startInstance({ env });
  // Slugs that lie in different slots, so in all likelihood on different nodes.
  const slugs = ['bridge', 'harbour', 'storm', 'ferry'];
  for (const slug of slugs) await desk.api.createStory({ slug });

  const connection = connect(edge.url, { transports: ['socket'] });
  onTestFinished(() => connection.close());
  const stories = slugs.map((slug) => connection.story(slug));
  const breaking = connection.breaking();
  for (const story of [...stories, breaking]) {
    await reaches(story, `${story.slug} to be live`, ({ status }) => status === 'live');
  }

  const published = await Promise.all(slugs.map((slug) => desk.api.publish(slug, { breaking: slug === 'storm' })));
  for (const [index, story] of stories.entries()) {
    const id = published[index]?.id;
    await reaches(story, `the entry of ${story.slug}`, ({ entries }) => entries[0]?.id === id);
  }
  await reaches(breaking, 'the breaking entry', ({ entries }) => entries.length === 1);
  expect(breaking.entries[0]?.id).toBe(published[slugs.indexOf('storm')]?.id);
});

test('a Cluster whose announcements stop without a word delays changes by less than 5 s', {
  timeout: 60_000,
}, async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const proxies = await Promise.all(cluster.nodes.map(({ port }) => tcpProxy({ host: '127.0.0.1', port })));
  // Nodes name themselves and each other to their clients, so they have to know what they are called from outside.
  for (const [index, node] of cluster.nodes.entries()) {
    await node.command('CONFIG', 'SET', 'cluster-announce-port', String(proxies[index]?.port));
  }
  await untilDone('all nodes to be called by their new names', async () => {
    for (const node of cluster.nodes) {
      const known = String(await node.command('CLUSTER', 'NODES'));
      for (const { port } of proxies) expect(known).toContain(`127.0.0.1:${port}@`);
    }
  });
  const url = `redis+cluster://${proxies.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  const desk = await startInstance({ env: { REDIS_URL: url } });
  const edge = await startInstance({ env: { REDIS_URL: url } });
  const slugs = ['bridge', 'harbour', 'storm', 'ferry'];
  for (const slug of slugs) await desk.api.createStory({ slug });
  const connection = connect(edge.url, { transports: ['socket'] });
  onTestFinished(() => connection.close());
  const stories = slugs.map((slug) => connection.story(slug));
  for (const story of stories) await reaches(story, `${story.slug} to be live`, ({ status }) => status === 'live');

  // From here on the links of pub/sub are dead at Redis's end, and look alive at ours.
  for (const proxy of proxies) proxy.turn('endless');
  const killed = await Promise.all(cluster.nodes.map((node) => node.command('CLIENT', 'KILL', 'TYPE', 'PUBSUB')));
  expect(killed.reduce((sum, count) => Number(sum) + Number(count), 0)).toBeGreaterThan(0);
  const published = await Promise.all(slugs.map((slug) => desk.api.publish(slug)));
  await Promise.all(
    stories.map((story, index) => {
      const isThere = () => story.entries[0]?.id === published[index]?.id;
      return reaches(story, `the entry of ${story.slug}`, isThere, 5_000);
    }),
  );
  const repairs = (await edge.api.get<string>('/metrics')).body.match(/^slugline_feed_repairs_total (\d+)/m)?.[1];
  expect(Number(repairs), 'changes that were not announced').toBeGreaterThanOrEqual(slugs.length);
});
