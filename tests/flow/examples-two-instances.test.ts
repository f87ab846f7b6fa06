import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startProgram } from '../helpers/cli.js';
import { startRedis } from '../helpers/redis-server.js';

const PROGRAM = fileURLToPath(new URL('../../examples/two-instances/run.js', import.meta.url));

describe('the example two-instances', () => {
  it('follows at one instance what is published to the other, and beyond its end', async () => {
    await using redis = await startRedis();
    const { code, stdout, stderr } = await startProgram(PROGRAM, [], { env: { REDIS_URL: redis.url } }).finished;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('The first instance is gone.');
    expect(stdout).toMatch(/The reader has 6 entries, in order, at position 7\./);
  });

  it('brings its own Redis, and stops cleanly in the middle', async () => {
    const program = startProgram(PROGRAM, []);
    await program.until(/Second instance: http/, 'both instances');
    program.signal('SIGINT');
    expect((await program.finished).code).toBe(0);
  });
});
