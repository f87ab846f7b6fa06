import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runCli, scratchDirectory } from '../helpers/cli.js';
import { newDesk } from '../helpers/desk.js';
import { serverForTest, startServer } from '../helpers/server.js';
import { webhookReceiverForTest } from '../helpers/webhook-receiver.js';

const NEVER = { env: { WEBHOOK_TARGETS: 'any' }, webhookTimes: { waitsMs: [10], lifeMs: 0 } };

describe('slugline webhook', { timeout: 60_000 }, () => {
  it('makes a webhook, lists it and what it did not take, sends that again, and removes it', async () => {
    const { url, adminKey, api } = await serverForTest(NEVER);
    const receiver = await webhookReceiverForTest();
    const desk = await newDesk(api);
    const run = async (...args: readonly string[]) => {
      const done = await runCli(['webhook', ...args], { env: { SLUGLINE_URL: url, SLUGLINE_KEY: adminKey } });
      expect(done.code, done.stderr).toBe(0);
      return done.stdout;
    };
    const to = ['--to', receiver.url, '--name', 'The archive'];
    const secret = await run(
      'add',
      ...to,
      '--story',
      desk.slug,
      '--kind',
      'entry.published',
      '--kind',
      'entry.updated',
    );
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
    receiver.secrets.push(secret.trim());
    const listed = await run('list');
    const [id = ''] = listed.split(' ');
    expect(listed).toContain(`(${desk.slug}; entry.published entry.updated)  The archive`);
    expect(listed).not.toContain('whsec_');

    receiver.answer(() => ({ status: 500 }));
    const entry = await desk.publish('Lost');
    const dead = await vi.waitUntil(() => run('deliveries', id).then((text) => text !== '' && text), 15_000);
    expect(dead).toMatch(
      new RegExp(
        `^msg_[\\w-]{27} {2}dead {2}since .*Z {2}1 tries {2}500 {2}entry.published {2}${desk.slug}/${entry.id}\n$`,
      ),
    );
    receiver.answer(() => undefined);
    expect(await run('replay', id, '--all')).toBe(`sent again ${dead.split(' ')[0]}\n`);
    await receiver.untilTaken(1);
    expect(await run('deliveries', id, '--state', 'waiting')).toBe('');

    receiver.secrets.push((await run('rotate', id, '--overlap', '60')).trim());
    await desk.edit(entry.id, { headline: 'Found' });
    await receiver.untilTaken(2);
    expect(receiver.taken[1]).toMatchObject({ signatures: 2, good: 2 });
    expect(await run('disable', id)).toMatch(/^wh_\w{16} {2}disabled /);
    expect(await run('enable', id)).toMatch(/^wh_\w{16} {2}enabled /);
    expect(await run('remove', id)).toBe(`removed ${id}\n`);
    expect(await run('list')).toBe('');
  });

  it('says in one line what is wrong', async () => {
    const { url, adminKey } = await serverForTest();
    const env = { SLUGLINE_URL: url, SLUGLINE_KEY: adminKey };
    const cases = [
      [['add', '--to', 'http://127.0.0.1/'], 1, /^slugline: url must begin with https:\/\/.*\(invalid_input\)/],
      [['remove', 'wh_0000000000000000'], 1, /webhook_not_found/],
      [['replay', 'wh_0000000000000000'], 2, /Name deliveries, or give --all\./],
    ] as const;
    for (const [args, code, message] of cases) {
      const done = await runCli(['webhook', ...args], { env });
      expect(done.stderr).toMatch(message);
      expect([done.code, done.stdout]).toEqual([code, '']);
    }
    const { stdout } = await runCli(['webhook', '--help'], { env });
    for (const command of ['add', 'list', 'rotate', 'deliveries', 'replay', 'remove'])
      expect(stdout).toContain(command);
  });
});

describe('an export', { timeout: 60_000 }, () => {
  it('brings webhooks along with their secrets, also to where there are others already', async () => {
    const receiver = await webhookReceiverForTest();
    const [from, fresh, used] = [await scratchDirectory(), await scratchDirectory(), await scratchDirectory()];
    const file = join(from, 'export.ndjson');
    const body = { url: receiver.url };
    const original = await startServer({ ...NEVER, dataDir: from });
    const { slug } = await original.api.createStory();
    const made = await original.api.request<{ secret: string }>('POST', '/v1/webhooks', { body });
    receiver.secrets.push(made.body.secret);
    await original.api.publish(slug);
    await receiver.untilTaken(1);
    await original.close();
    const run = async (...args: readonly string[]) => {
      const done = await runCli(args);
      expect(done.code, done.stderr).toBe(0);
    };
    await run('export', '--data-dir', from, file);

    const other = await startServer({ ...NEVER, dataDir: used });
    await other.api.request('POST', '/v1/webhooks', { body: { url: 'http://127.0.0.1:9/', stories: ['nowhere'] } });
    await other.close();
    for (const dataDir of [fresh, used]) {
      await run('import', '--data-dir', dataDir, file);
      await using copy = await startServer({ ...NEVER, dataDir });
      const before = receiver.taken.length;
      await copy.api.publish(slug, { headline: 'In a copy' });
      await receiver.untilTaken(before + 1);
      expect(receiver.taken.slice(before).map(({ change }) => Object(change?.entry).headline)).toEqual(['In a copy']);
    }
  });
});
