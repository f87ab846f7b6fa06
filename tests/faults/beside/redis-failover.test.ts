import type { Position } from '@slugline/client/protocol';
import { reaches } from '../../helpers/reaches.js';
import {
  inStep,
  redisForTest,
  replicaForTest,
  sentinelForTest,
  sentinelTrusts,
  untilDone,
} from '../../helpers/redis-for-test.js';
import type { RedisServer } from '../../helpers/redis-server.js';
import { check } from '../checker/check.js';
import { History } from '../checker/history.js';
import { createStory, startDesk } from '../desk.js';
import { faultRun, percentile } from '../fault-run.js';
import { readStore } from '../forms.js';
import { readLives } from '../lives.js';
import { followStory } from '../recorder.js';
import { startSite } from '../site.js';

const SLUG = 'change-of-masters';
const MASTER = 'news';
const TRANSPORTS = ['socket', 'sse', 'poll'] as const;
const BACK_WITHIN_MS = 45_000;
/** Who replicas are to their master, so that they can be kept from it. */
const REPLICA = ['--masteruser', 'replica', '--masterauth', 'secret'];

/** Whether the replica has everything when the master dies, or has been cut off from it for a while. */
type State = 'in step' | 'behind';

faultRun(
  'kill -9 of a Redis master, and two sentinels put its replica in its place',
  {
    short: { states: ['behind'] as readonly State[] },
    full: { states: ['in step', 'behind', 'in step', 'behind', 'in step', 'behind'] as readonly State[] },
  },
  async ({ states }, report) => {
    const history = new History();
    const options = { appendonly: true, args: REPLICA };
    let master = await redisForTest(options);
    await allowReplicas(master);
    let replica = await replicaForTest(master, options);
    await allowReplicas(replica);
    const sentinels = [
      await sentinelForTest(MASTER, master, { quorum: 2 }),
      await sentinelForTest(MASTER, master, { quorum: 2 }),
    ];
    const url = `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`;
    const site = await startSite(2, async () => url, master);
    const [one = ''] = site.urls();
    await createStory(history, one, SLUG);
    const desk = startDesk(history, { slug: SLUG, name: 'ada', urls: site.urls, everyMs: 20 });
    const readers = site.urls().flatMap((at, place) =>
      TRANSPORTS.map((transport) => {
        const name = `${transport} of instance ${place}`;
        const backoff = { minMs: 50, maxMs: 500 };
        return followStory(history, { url: at, slug: SLUG, name, transports: [transport], backoff });
      }),
    );
    await Promise.all(readers.map((reader) => reader.live()));

    const publishedAfter: number[] = [];
    let needless = 0;
    let lost = 0;
    let reset = 0;
    let toReset = 0;
    for (const [round, state] of states.entries()) {
      report.progress(`failover ${round + 1} of ${states.length}, the replica ${state}`);
      await desk.advance(20);
      await Promise.all(sentinels.map((sentinel) => knows(sentinel, replica)));
      const resets = () => readers.map((one) => one.resets);
      const before = resets();
      const behind = state === 'behind';
      if (behind) {
        await cutOff(master, replica);
        const kept = await headOf(replica);
        await desk.advance(20);
        await Promise.all(readers.map((reader) => reader.reaches(kept.seq + 10)));
        history.rewinds.push(kept);
        lost += (await headOf(master)).seq - kept.seq;
        toReset += readers.length;
      }
      let release = (): void => undefined;
      await desk.pauseUntil(
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      );
      if (!behind) await inStep(master, replica);
      await master.kill9();
      const killedAt = performance.now();
      release();
      await desk.advance(1);
      publishedAfter.push(performance.now() - killedAt);
      const head = await headOf(replica);
      await Promise.all(
        readers.map(({ story, name }) => {
          const isThere = () => story.position?.epoch === head.epoch && story.position.seq >= head.seq;
          return reaches(story, `${name} to follow the new master`, isThere, BACK_WITHIN_MS);
        }),
      );
      await readLives(history, replica, SLUG);
      const more = resets().map((count, at) => count - (before[at] ?? 0));
      if (behind) reset += more.filter((count) => count > 0).length;
      else needless += more.reduce((sum, count) => sum + count, 0);

      // As the sentinels would have it after a while.
      await master.restart(['--replicaof', '127.0.0.1', String(replica.port)]);
      [master, replica] = [replica, master];
      await allowReplicas(replica);
      await inStep(master, replica);
    }

    await desk.stop();
    const end = await readStore(history, one, SLUG);
    await readLives(history, master, SLUG);
    await Promise.all(readers.map((reader) => reader.finish(end)));
    report.figure('failovers', states.length);
    report.figure('changes', end.position.seq);
    report.figure('published again after, at most', percentile(publishedAfter, 100), 'ms');
    report.figure('resets where the replica had everything', needless, undefined, { most: 0 });
    report.figure('changes that it had not', lost);
    report.figure('readers of them', toReset);
    report.figure('told to start afresh', reset, undefined, { least: toReset });
    report.anomalies(check(history, end));
  },
);

/** Replicas have a user of their own, so that it can be taken away, and are not made to wait for others. */
async function allowReplicas(redis: RedisServer): Promise<void> {
  await redis.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  await redis.command('ACL', 'SETUSER', 'replica', 'on', '>secret', '~*', '&*', '+@all');
}

async function knows(sentinel: RedisServer, replica: RedisServer): Promise<void> {
  await sentinelTrusts(sentinel, MASTER, replica);
  await untilDone('a sentinel to know the other one', async () => {
    if (String(await sentinel.command('SENTINEL', 'SENTINELS', MASTER)) === '') throw new Error('it knows of none');
  });
}

/** From here on the replica keeps what it has, and asks for the rest in vain. */
async function cutOff(master: RedisServer, replica: RedisServer): Promise<void> {
  await master.command('ACL', 'SETUSER', 'replica', 'off');
  await master.command('CLIENT', 'KILL', 'TYPE', 'REPLICA');
  await untilDone('the replica to be cut off', async () => {
    const info = String(await replica.command('INFO', 'replication'));
    if (!info.includes('master_link_status:down')) throw new Error(info);
  });
}

/** Where the public edition stands, as one Redis has it. */
async function headOf(redis: RedisServer): Promise<Position> {
  const reply = await redis.command('HMGET', `sl:{${SLUG}}:head`, 'epoch', 'public');
  const [epoch, seq] = Array.isArray(reply) ? reply : [];
  return { epoch: String(epoch), seq: Number(seq) };
}
