import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { runCli, STORY_FILE, scratchDirectory, startCli } from '../helpers/cli.js';
import { type Api, serverForTest, startServer, type TestServer } from '../helpers/server.js';

const envOf = (server: TestServer) => ({ SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey });
const snapshotOf = async (api: Api, slug: string) => (await api.get<Snapshot>(`/v1/stories/${slug}?limit=200`)).body;
const PICTURES = ['--pictures', 'http://localhost:3000/demo'];

describe('slugline publish, one entry', () => {
  it('waits as long as a server asks that had too many commands', async () => {
    const server = await serverForTest({ env: { COMMANDS_PER_STORY: '1' } });
    const { slug } = await server.api.createStory();
    const options = { env: envOf(server), input: '{"headline":"Bridge open again"}' };
    const publishing = startCli(['publish', '--story', slug, '-'], options);
    const [, seconds] = await publishing.until(
      /commands to this story.*Trying again in ([\d.]+) s/,
      'the wait to begin',
    );
    expect(Number(seconds)).toBeGreaterThan(30);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    publishing.signal('SIGINT');
    await publishing.finished;
  });

  it('takes JSON from standard input, once however often it is run', async () => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const options = { env: envOf(server), input: '{"headline":"Bridge open again","urgency":3}' };
    const first = await runCli(['publish', '--story', slug, '-'], options);
    const second = await runCli(['publish', '--story', slug, '-'], options);
    expect(first).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^published \S+ \(change \d+ /) });
    expect(second.stdout).toBe(first.stdout);
    const { entries } = await snapshotOf(server.api, slug);
    expect(entries).toMatchObject([{ headline: 'Bridge open again', urgency: 3 }]);
  });

  it('takes Markdown: the first heading is the headline', async () => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const file = join(await scratchDirectory(), 'entry.md');
    await writeFile(file, '# Bridge open again\n\nTraffic is **moving**.\n');
    const { code, stderr } = await runCli(['publish', '--story', slug, file], { env: envOf(server) });
    expect(code, stderr).toBe(0);
    const { entries } = await snapshotOf(server.api, slug);
    expect(entries).toMatchObject([
      { headline: 'Bridge open again', body: [{ type: 'paragraph', content: [{}, { marks: ['strong'] }, {}] }] },
    ]);
  });

  it('leaves a draft to the desk, and schedules what has a time', async () => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const publish = (...flags: string[]) =>
      runCli(['publish', '--story', slug, ...flags, '-'], { env: envOf(server), input: '{"headline":"H"}' });
    expect((await publish('--draft')).stdout).toMatch(/^draft \S+ \(for the desk of /);
    const due = '2100-01-01T09:00:00.000Z';
    const scheduled = await publish('--at', '2100-01-01T10:00:00+01:00', '--embargo', '2099-01-01T00:00:00Z');
    expect(scheduled.stdout, scheduled.stderr).toMatch(new RegExp(`^scheduled \\S+ \\(goes out in ${slug} at ${due}`));
    expect(await publish('--at', 'tomorrow')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/must be a time/),
    });
    expect((await publish('--draft', '--at', due)).stderr).toMatch(/exclude each other/);
    expect((await snapshotOf(server.api, slug)).entries).toEqual([]);
  });

  it.each([
    ['nothing', '', /nothing to publish/, 1],
    ['broken JSON', '{"headline": ', /not valid JSON/, 1],
    ['a field that there is not', '{"headlin":"x"}', /headlin .*not a field/, 1],
    ['no story named', '{"headline":"x"}', /needs --story/, 2],
  ])('%s: says so and publishes nothing', async (name, input, message, exitCode) => {
    const server = await serverForTest();
    const { slug } = await server.api.createStory();
    const target = name === 'no story named' ? [] : ['--story', slug];
    const { code, stderr } = await runCli(['publish', ...target, '-'], { env: envOf(server), input });
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(message);
    expect((await snapshotOf(server.api, slug)).entries).toEqual([]);
  });
});

describe('slugline publish, a story file', () => {
  it('doubles nothing when it is run again', async () => {
    const server = await serverForTest();
    const args = ['publish', STORY_FILE, '--now', ...PICTURES];
    const first = await runCli(args, { env: envOf(server) });
    expect(first.code, first.stderr).toBe(0);
    const before = await snapshotOf(server.api, 'velmouth-bridge');
    const second = await runCli(args, { env: envOf(server) });
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    expect(await snapshotOf(server.api, 'velmouth-bridge')).toEqual(before);
  });

  it('stops at Ctrl-C and goes on where it was when run again', async () => {
    const server = await serverForTest();
    const args = ['publish', STORY_FILE, ...PICTURES];
    const playing = startCli([...args, '--speed', '2000'], { env: envOf(server) });
    await playing.until(/^ ?5\/\d+ /m, 'the fifth update');
    playing.signal('SIGINT');
    expect((await playing.finished).code).toBe(130);
    const half = await snapshotOf(server.api, 'velmouth-bridge');
    expect(half.story.status).toBe('live');

    const rest = await runCli([...args, '--now'], { env: envOf(server) });
    expect(rest.code, rest.stderr).toBe(0);
    const { story, entries } = await snapshotOf(server.api, 'velmouth-bridge');
    expect(story.status).toBe('ended');
    expect(entries.slice(-half.entries.length).map(({ id }) => id)).toEqual(half.entries.map(({ id }) => id));
    expect(entries).toHaveLength(26);
  });

  it('waits for a server that is not there yet', async () => {
    const dataDir = await scratchDirectory();
    const first = await startServer({ dataDir });
    const { slug } = await first.api.createStory();
    const { port } = first.server;
    await first.close();

    const input = '{"headline":"Sent while the server was down"}';
    const publishing = startCli(['publish', '--story', slug, '-'], { env: envOf(first), input });
    await publishing.until(/Trying again in/, 'the first try to fail');
    await using second = await startServer({ dataDir, env: { PORT: String(port) } });
    expect((await publishing.finished).code).toBe(0);
    expect((await snapshotOf(second.api, slug)).entries).toHaveLength(1);
  });

  it.each([
    [
      'a field that there is not',
      (file: StoryJson) => ({ ...file, updates: [{ ...file.updates[0], entry: { x: 1 } }] }),
      /updates\.0 \(publish\): x /,
    ],
    [
      'a name that was not given',
      (file: StoryJson) => ({ ...file, updates: [{ at: 0, do: 'pin', ref: 'nobody' }] }),
      /updates\.0 \(pin\).*nobody/,
    ],
    [
      'time that goes back',
      (file: StoryJson) => ({ ...file, updates: [{ ...file.updates[1] }, { ...file.updates[0] }] }),
      /goes back in time/,
    ],
    ['an unknown doing', (file: StoryJson) => ({ ...file, updates: [{ at: 0, do: 'shout' }] }), /updates\.0\.do/],
  ])('%s: names the update before anything is public', async (_name, spoil, message) => {
    const server = await serverForTest();
    const file = JSON.parse(await readFile(STORY_FILE, 'utf8')) as StoryJson;
    const path = join(await scratchDirectory(), 'story.json');
    await writeFile(path, JSON.stringify(spoil(file)));
    const { code, stderr } = await runCli(['publish', path, '--now', ...PICTURES], { env: envOf(server) });
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect((await server.api.get('/v1/stories/velmouth-bridge')).status).toBe(404);
  });
});

interface StoryJson {
  readonly updates: readonly object[];
}
