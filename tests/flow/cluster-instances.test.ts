import { connect } from '@slugline/client';
import { expect, onTestFinished, test } from 'vitest';
import { startInstance } from '../helpers/instance.js';
import { reaches } from '../helpers/reaches.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';

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
