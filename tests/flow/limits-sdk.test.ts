import { connect, type LiveError } from '@slugline/client';
import { expect, it, onTestFinished } from 'vitest';
import { serverForTest } from '../helpers/server.js';

/** Milliseconds, in which a reader who did not obey would have come back several times. */
const A_WHILE = 2_000;

it.each(['socket', 'sse', 'poll'] as const)(
  'a reader by %s who comes too often comes back when it is asked to',
  async (name) => {
    // Making the story is the first request.
    const { url, api } = await serverForTest({ env: { REQUESTS_PER_ADDRESS: '3' } });
    const { slug } = await api.createStory();
    await api.get('/v1/stories');
    if (name !== 'socket') await api.get('/v1/stories');

    const connection = connect(url, { transports: [name], random: () => 0 });
    onTestFinished(() => connection.close());
    const story = connection.story(slug);
    const errors: LiveError[] = [];
    story.on('error', (error) => errors.push(error));
    await expect.poll(() => errors.length, { message: 'the reader to be told' }).toBe(1);
    expect(errors[0]).toMatchObject({ code: 'too_many_requests', retryable: true });
    const { retryAfterMs = 0 } = errors[0] ?? {};
    expect(retryAfterMs).toBeGreaterThan(30_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    await new Promise((resolve) => setTimeout(resolve, A_WHILE));
    expect(errors).toHaveLength(1);
    const { body } = await api.get<string>('/metrics');
    expect(body).toContain('slugline_rejections_total{code="too_many_requests"} 1');
    expect(story.status).toBe('connecting');
  },
);
