import { BREAKING, follow } from '../../helpers/followers.js';
import { type Instance, startInstance } from '../../helpers/instance.js';
import { type PushBrowser, pushServiceForTest } from '../../helpers/push-service.js';
import { redisForTest } from '../../helpers/redis-for-test.js';
import { directoryForTest } from '../../helpers/server.js';
import type { Anomaly } from '../checker/check.js';
import { faultRun } from '../fault-run.js';
import { seeded } from '../seeded.js';

/** Followers who may be told twice after each kill: a page, as PROTOCOL.md says. */
const PAGE = 100;
const SLUG = 'night-of-the-alerts';

interface Size {
  readonly followers: number;
  readonly kills: number;
  readonly stores: readonly ('embedded' | 'redis')[];
}
const SHORT: Size = { followers: 2_000, kills: 2, stores: ['embedded'] };
const FULL: Size = { followers: 2_000, kills: 3, stores: ['embedded', 'redis'] };

faultRun(
  'kill -9 in the middle of alerts',
  { short: SHORT, full: FULL, givesWay: true },
  async ({ followers: count, kills, stores }, report) => {
    let missed = 0;
    let doubled = 0;
    const anomalies: Anomaly[] = [];
    for (const store of stores) {
      const service = await pushServiceForTest();
      const place =
        store === 'redis' ? { REDIS_URL: (await redisForTest()).url } : { DATA_DIR: await directoryForTest() };
      const start = () => startInstance({ env: { ...place, PUSH_SERVICES: service.origin } });
      let instance: Instance = await start();
      // With others on the same Redis, one of them goes on with what the dead one had in hand.
      const other = store === 'redis' ? await start() : undefined;
      const browsers = Array.from({ length: count }, () => service.browser());
      const { api } = instance;
      await inTurns(browsers, 32, (browser) => follow(api, BREAKING, browser));
      await instance.api.createStory({ slug: SLUG });
      const random = seeded(kills);
      for (let kill = 1; kill <= kills; kill += 1) {
        report.progress(`kill ${kill} of ${kills}, on ${store}`);
        const before = service.count();
        await instance.api.publish(SLUG, { headline: `Alert ${kill}`, breaking: true });
        await service.taken(before + Math.ceil(random() * count * 0.9));
        await instance.kill9();
        if (other === undefined) instance = await start();
        await told(service.count, browsers, kill);
        if (other !== undefined) instance = await start();
        const twice = browsers.filter(({ received }) => ofAlert(received, kill).length > 1).length;
        doubled += twice;
        if (twice > PAGE) {
          const what = `${twice} were told twice of alert ${kill}`;
          anomalies.push({ name: 'duplicated', who: `followers on ${store}`, what });
        }
      }
      for (const [at, { received }] of browsers.entries()) {
        for (let kill = 1; kill <= kills; kill += 1) {
          if (ofAlert(received, kill).length > 0) continue;
          missed += 1;
          anomalies.push({ name: 'lost', who: `follower ${at} on ${store}`, what: `alert ${kill}` });
        }
      }
      await instance.stop();
    }
    report.figure('alerts', kills * stores.length);
    report.figure('followers', count);
    report.figure('told twice', doubled, undefined, { most: kills * stores.length * PAGE });
    report.figure('not told', missed, undefined, { most: 0 });
    report.anomalies(anomalies);
  },
);

const ofAlert = (received: PushBrowser['received'], kill: number) =>
  received.filter(({ alert }) => alert.title === `Alert ${kill}`);

/** Resolves when everyone was told of an alert, or when nobody was for longer than a dead instance is waited for. */
async function told(count: () => number, browsers: readonly PushBrowser[], kill: number): Promise<void> {
  let last = { at: Date.now(), count: count() };
  while (browsers.some(({ received }) => ofAlert(received, kill).length === 0) && Date.now() - last.at < 45_000) {
    if (count() !== last.count) last = { at: Date.now(), count: count() };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function inTurns<Item>(items: readonly Item[], lanes: number, act: (item: Item) => Promise<unknown>) {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
