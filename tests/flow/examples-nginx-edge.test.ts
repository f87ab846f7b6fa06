import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startProgram } from '../helpers/cli.js';
import { startRedis } from '../helpers/redis-server.js';

const PROGRAM = fileURLToPath(new URL('../../examples/nginx-edge/run.js', import.meta.url));

it('the example nginx-edge brings news to all its pollers with a few requests, serves, and stops cleanly', async () => {
  await using redis = await startRedis();
  const program = startProgram(PROGRAM, [], { env: { REDIS_URL: redis.url } });
  const [, page = ''] = await program.until(/The story: (http:\S+)/, 'the readers to have what was published');
  const asked = [...program.said().matchAll(/the instances were asked (\d+)×/g)].map(([, count]) => Number(count));
  expect(asked).toHaveLength(3);
  // A hundred readers; so many pieces they may fall into on a machine that is busy, and not more.
  for (const count of asked) expect(count).toBeLessThanOrEqual(6);

  const answer = await fetch(page);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('Entry 3');

  program.signal('SIGINT');
  const { code, stderr } = await program.finished;
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('nginx');
});
