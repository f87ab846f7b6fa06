import { describe, expect, it } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { serverForTest, startServer } from '../helpers/server.js';

const KEY = /^sl_([A-Za-z0-9]{8,32})_[A-Za-z0-9]{32,128}\n$/;

describe('slugline key, with a running server', () => {
  it('makes a key that publishes, lists it, and takes it out of force', async () => {
    const server = await serverForTest();
    const env = { SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey };
    const story = await server.api.createStory();

    const made = await runCli(['key', 'create', '--name', 'City desk', '--role', 'editor'], { env });
    expect(made.code, made.stderr).toBe(0);
    const [key, id] = KEY.exec(made.stdout) ?? [];
    expect(key, 'standard output is the key and nothing else').toBeDefined();

    const path = `/v1/stories/${story.slug}/entries`;
    const asEditor = { key: key?.trim() ?? null, body: { headline: 'x' } };
    expect((await server.api.request('POST', path, asEditor)).status).toBe(201);

    const listed = await runCli(['key', 'list'], { env });
    expect(listed.stdout).toMatch(new RegExp(`^${id} .*editor.*since \\d{4}-.*City desk$`, 'm'));
    expect(listed.stdout).not.toContain('sl_');

    const revoked = await runCli(['key', 'revoke', id ?? ''], { env });
    expect(revoked).toMatchObject({ code: 0, stdout: `revoked ${id}\n` });
    expect((await server.api.request('POST', path, asEditor)).status).toBe(401);
    expect((await runCli(['key', 'list'], { env })).stdout).toMatch(new RegExp(`^${id} .*revoked \\d{4}-`, 'm'));
  });

  it('says in one line what is wrong', async () => {
    const server = await serverForTest();
    const cases = [
      [{ SLUGLINE_URL: server.url }, ['key', 'list'], /SLUGLINE_KEY.*\(unauthenticated\)/],
      [{ SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey }, ['key', 'revoke', 'nobody12'], /key_not_found/],
      [{ SLUGLINE_URL: 'http://127.0.0.1:9' }, ['key', 'list'], /No answer from http:\/\/127\.0\.0\.1:9/],
    ] as const;
    for (const [env, args, message] of cases) {
      const { code, stdout, stderr } = await runCli(args, { env });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('shows where an error comes from when asked to', async () => {
    const { stderr } = await runCli(['key', 'list'], {
      env: { SLUGLINE_URL: 'http://127.0.0.1:9', LOG_LEVEL: 'debug' },
    });
    expect(stderr).toMatch(/\n\s+at /);
  });
});

describe('slugline key --offline', () => {
  it('makes a first key without a server, which a server then knows', async () => {
    const dataDir = await scratchDirectory();
    const made = await runCli(['key', 'create', '--name', 'Me', '--role', 'admin', '--offline', '--data-dir', dataDir]);
    expect(made.code, made.stderr).toBe(0);
    await using server = await startServer({ dataDir });
    const answer = await server.api.get('/v1/keys', { key: made.stdout.trim() });
    expect(answer.status).toBe(200);
  });

  it('lists and revokes on the store', async () => {
    const dataDir = await scratchDirectory();
    const where = ['--offline', '--data-dir', dataDir];
    await runCli(['key', 'create', '--name', 'Me', '--role', 'admin', ...where]);
    const { stdout } = await runCli(['key', 'create', '--name', 'Guest', '--role', 'reader', ...where]);
    const id = KEY.exec(stdout)?.[1] ?? '';
    expect(await runCli(['key', 'revoke', id, ...where])).toMatchObject({ code: 0 });
    expect((await runCli(['key', 'list', ...where])).stdout).toMatch(new RegExp(`^${id} .*revoked`, 'm'));
  });

  it('says what to do while a server runs on the store', async () => {
    const server = await serverForTest();
    const { code, stderr } = await runCli(['key', 'list', '--offline', '--data-dir', server.dataDir]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/in use by another server \(process \d+\): stop that one/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
