import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { recorded } from '../../helpers/audit-log.js';
import { runCli } from '../../helpers/cli.js';
import { startInstance } from '../../helpers/instance.js';
import { untilDone } from '../../helpers/redis-for-test.js';
import { ADMIN_KEY, type Api } from '../../helpers/server.js';
import { endWithThisProcess } from '../../helpers/watchdog.js';
import { type Damage, damage } from '../damage.js';
import { faultRun } from '../fault-run.js';
import { seeded } from '../seeded.js';

const STARTS = fileURLToPath(new URL('../damaged-start.mjs', import.meta.url));
const DATA_FILE = 'slugline.mdb';
/** What whoever runs the server must read, and nothing else. */
const CLEAR_LINE = /^slugline: The data in \S+ is damaged: [^\n]+ `slugline import`\.$/;

faultRun(
  'a data file that was cut short or has a wrong bit',
  { short: { stories: 1, damages: 16, commands: 1 }, full: { stories: 4, damages: 160, commands: 8 }, givesWay: true },
  async ({ stories, damages, commands }, report) => {
    const original = await madeByServer(stories);
    const content = await readFile(join(original, DATA_FILE));
    const starts = startsIn();
    const untouched = await starts.on(await copyOf(original, content));
    if (!('served' in untouched))
      throw new Error(`the server did not start on a sound copy: ${JSON.stringify(untouched).slice(0, 300)}`);

    const seed = Date.now();
    const random = seeded(seed);
    const wrong: string[] = [];
    const forCommands: Damage[] = [];
    let refused = 0;
    for (let at = 1; at <= damages; at += 1) {
      report.progress(`damage ${at} of ${damages}, ${refused} refused`);
      const done = damage(content, random);
      const directory = await copyOf(original, done.content);
      const outcome = await starts.on(directory);
      await rm(directory, { recursive: true, force: true });
      if ('refused' in outcome) {
        refused += 1;
        if (forCommands.length < commands) forCommands.push(done);
        if (!CLEAR_LINE.test(outcome.refused)) wrong.push(`${done.what}: refused with ${outcome.refused}`);
      } else if (!('served' in outcome)) {
        wrong.push(`${done.what}: ${JSON.stringify(outcome).slice(0, 300)}`);
      } else if (outcome.served !== untouched.served || outcome.kept !== untouched.kept) {
        wrong.push(`${done.what}: what was served is not what was written`);
      }
    }
    for (const done of forCommands) {
      report.progress(`the commands: ${done.what}`);
      await expectRefused(original, done, wrong);
    }
    report.figure('bytes', content.length);
    report.figure('damages', damages);
    report.figure('refused', refused);
    report.figure('served as written', damages - refused - wrong.length);
    expect(wrong, `with the seed ${seed}`).toEqual([]);
    report.anomalies([]);
  },
);

/** A directory that a server has left, with everything in it that a store can hold. */
async function madeByServer(stories: number): Promise<string> {
  const directory = await scratch();
  const { api, stop } = await startInstance({ env: { DATA_DIR: directory } });
  await Promise.all(Array.from({ length: stories }, (_, number) => fillStory(api, `story-${number}`)));
  await api.createKey('editor');
  // What is left to be done at a start would be done at a time of its own in each copy.
  await untilDone('the log to tell of the newest command', async () =>
    expect((await recorded(api, '?limit=1', 1)).records[0]?.action).toBe('key.created'),
  );
  await stop();
  return directory;
}

async function fillStory(api: Api, slug: string): Promise<void> {
  await api.createStory({ slug, visibility: slug.endsWith('1') ? 'private' : 'public' });
  for (let entry = 0; entry < 24; entry += 1) {
    const bodyMarkdown = `Entry ${entry} of ${slug}. The water is **rising**. `.repeat(1 + (entry % 6) ** 3);
    const fields = { headline: `Entry ${entry}`, bodyMarkdown, breaking: entry % 8 === 0 };
    const { id } = await api.publish(slug, fields);
    const path = `/v1/stories/${slug}/entries/${id}`;
    const headers = { 'idempotency-key': `${slug} ${entry}` };
    if (entry % 3 === 0) await api.request('PATCH', path, { body: { headline: `Entry ${entry}, edited` }, headers });
    if (entry % 7 === 6) await api.request('POST', `${path}/withdrawal`, { body: { status: 'withheld' }, headers });
  }
}

async function copyOf(original: string, content: Buffer): Promise<string> {
  const directory = await scratch();
  await cp(original, directory, { recursive: true });
  await writeFile(join(directory, DATA_FILE), content);
  return directory;
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slugline-damage-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function expectRefused(original: string, { what, content }: Damage, wrong: string[]): Promise<void> {
  const directory = await copyOf(original, content);
  const env = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', DATA_DIR: directory };
  for (const command of ['serve', 'export']) {
    const { code, stdout, stderr } = await runCli([command], { env });
    if (code === 1 && stdout === '' && CLEAR_LINE.test(stderr.trim())) continue;
    wrong.push(`${what}: slugline ${command} ended with ${code}, and said: ${`${stdout}${stderr}`.slice(0, 300)}`);
  }
}

type Outcome =
  | { readonly refused: string }
  | { readonly served: string; readonly kept: string }
  | { readonly failed: string }
  | { readonly crashed: string };

/** A process that starts servers; another takes its place when one of them ended it. */
function startsIn(): { on(directory: string): Promise<Outcome> } {
  let current: ReturnType<typeof begin> | undefined;
  onTestFinished(() => void current?.child.kill('SIGKILL'));
  const begin = () => {
    const child = spawn(process.execPath, [STARTS, ADMIN_KEY], { stdio: ['pipe', 'pipe', 'pipe'] });
    const release = endWithThisProcess(child);
    const ended = once(child, 'close').finally(release);
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, answers, ended };
  };
  return {
    async on(directory) {
      current ??= begin();
      const { child, answers, ended } = current;
      child.stdin.write(`${directory}\n`);
      const { value, done } = await answers.next();
      if (done !== true) return JSON.parse(value) as Outcome;
      current = undefined;
      const [code, signal] = await ended;
      return { crashed: `the process ended with ${code ?? signal}` };
    },
  };
}
