import { once } from 'node:events';
import { access, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Snapshot } from '@slugline/client/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli, scratchDirectory, startCli } from '../helpers/cli.js';
import { linkOf, signedIn } from '../helpers/person.js';
import { createApi } from '../helpers/server.js';

const LISTENS = /^Slugline listens on (\S+) \(store: (.+)\)\.$/m;
const FIRST_KEY = /sl_[A-Za-z0-9]+_[A-Za-z0-9]+/;
const QUIET = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'info' };

describe('slugline serve', () => {
  it('says where it listens and on what store, and the first admin key once in its life', async () => {
    const dataDir = await scratchDirectory();
    const env = { ...QUIET, DATA_DIR: dataDir };
    const first = startCli(['serve'], { env });
    const [, url, store] = await first.until(LISTENS, 'the address');
    expect(store).toBe(`embedded, in ${dataDir}`);
    const [key] = await first.until(FIRST_KEY, 'the first admin key');
    const answer = await fetch(`${url}/v1/keys`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    const [link = ''] = await first.until(/http:\S+\/console\/#sign-in=si_\w+/, 'the link to the console');
    expect(new URL(link).origin).toBe(url);
    const person = await signedIn({ api: createApi(url ?? '') }, link);
    const who = await fetch(`${url}/v1/members`, { headers: person.person });
    expect(await who.json()).toMatchObject({ members: [{ id: person.memberId, role: 'admin', status: 'active' }] });
    first.signal('SIGTERM');
    const ended = await first.finished;
    expect(ended.code).toBe(0);
    for (const line of ended.stdout.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(ended.stdout).not.toContain(key);
    expect(ended.stdout).not.toContain(linkOf(link));

    const second = startCli(['serve'], { env });
    await second.until(/Ctrl-C/, 'the second start');
    expect(second.said()).not.toMatch(FIRST_KEY);
    expect(second.said()).not.toContain('sign-in');
    second.signal('SIGINT');
    expect((await second.finished).code).toBe(0);
  });

  it('prefers a flag to its variable', async () => {
    const dataDir = await scratchDirectory();
    const server = startCli(['serve', '--data-dir', dataDir], { env: { ...QUIET, DATA_DIR: '/nowhere/at/all' } });
    const [, , store] = await server.until(LISTENS, 'the address');
    expect(store).toContain(dataDir);
  });

  it('says in one line that the port is taken, and keeps the first admin key for the start that shows it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const env = { ...QUIET, LOG_LEVEL: 'silent', PORT: port, DATA_DIR: await scratchDirectory() };
    const { code, stderr } = await runCli(['serve'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^slugline: PORT ${port} is taken`));
    expect(stderr.trim().split('\n')).toHaveLength(1);

    const next = startCli(['serve'], { env: { ...env, PORT: '0' } });
    await next.until(/Ctrl-C/, 'the next start');
    expect(next.said()).toMatch(FIRST_KEY);
    expect(next.said()).toContain('/console/#sign-in=si_');
  });
});

describe('slugline serve --demo', () => {
  it('plays the story in a store of its own, says where to watch, and leaves nothing behind', async () => {
    const temporary = await scratchDirectory();
    const env = { PORT: '0', HOST: '127.0.0.1', TMPDIR: temporary };
    const demo = startCli(['serve', '--demo', '--demo-speed', '20000'], { env });
    const [, url, store] = await demo.until(LISTENS, 'the address');
    const directory = store?.replace('embedded, in ', '') ?? '';
    expect(directory.startsWith(temporary)).toBe(true);

    const [page] = await demo.until(/http:\S+\/s\/velmouth-bridge/, 'the reader page');
    const [, stream] = await demo.until(/curl -N (http:\S+)/, 'the line for the stream');
    const following = new AbortController();
    onTestFinished(() => following.abort());
    const response = await fetch(stream ?? '', { signal: following.signal });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);

    await demo.until(/The story has ended/, 'the end of the story');
    expect(await (await fetch(page)).text()).toContain('We are closing this page for tonight');
    const { entries } = (await (await fetch(`${url}/v1/stories/velmouth-bridge`)).json()) as Snapshot;
    const pictures = entries.flatMap((entry) =>
      entry.status === 'usable'
        ? entry.body.flatMap((block) => (block.type === 'picture' ? [block.picture.url] : []))
        : [],
    );
    expect(pictures).toHaveLength(2);
    for (const picture of pictures) {
      const answer = await fetch(picture);
      expect(answer.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    }
    following.abort();
    // Two signals are one Ctrl-C when npm passes on what the terminal has sent as well.
    demo.signal('SIGINT');
    demo.signal('SIGTERM');
    expect((await demo.finished).code).toBe(0);
    await expect(access(directory)).rejects.toThrow('ENOENT');
    expect(await readdir(temporary)).toEqual([]);
  });

  it('prints a curl line that publishes', async () => {
    const env = { PORT: '0', HOST: '127.0.0.1', TMPDIR: await scratchDirectory() };
    const demo = startCli(['serve', '--demo'], { env });
    const [, url, key] = await demo.until(
      /curl (\S+\/entries) -H 'Authorization: Bearer (\S+)'/,
      'the line to publish',
    );
    const body = /-d '(.+)'/.exec(demo.said())?.[1] ?? '';
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    await demo.until(/^ +1\/37 /m, 'the first update');
    expect((await fetch(url ?? '', { method: 'POST', headers, body })).status).toBe(201);
    demo.signal('SIGTERM');
    expect((await demo.finished).code).toBe(0);
  });

  it('tells the story again, under another slug, in a store that has it already', async () => {
    const env = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: await scratchDirectory() };
    const first = startCli(['serve', '--demo', '--demo-speed', '100000'], { env });
    const [key] = await first.until(FIRST_KEY, 'the first admin key');
    await first.until(/The story has ended/, 'the end of the story');
    first.signal('SIGINT');
    await first.finished;

    const again = startCli(['serve', '--demo', '--demo-speed', '100000'], { env: { ...env, SLUGLINE_KEY: key } });
    await again.until(/\/s\/velmouth-bridge-2/, 'the reader page of the second telling');
    await again.until(/The story has ended/, 'the end of the second telling');
  });
});
