import type { Snapshot } from '@slugline/client/protocol';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { launchChromium } from '../../helpers/chromium.js';
import { type Desk, newDesk } from '../../helpers/desk.js';
import { openPage } from '../../helpers/opened-page.js';
import { keptBy } from '../../helpers/page-costs.js';
import { type Api, serverForTest } from '../../helpers/server.js';
import type { Anomaly } from '../checker/check.js';
import { faultRun } from '../fault-run.js';

/**
 * @property until changes after which the page holds as many entries as it ever will; with them it is compared at the end.
 */
const SIZES = {
  short: { until: 800, changes: 1_100 },
  full: { until: 1_000, changes: 5_000 },
  shortMs: 90_000,
  givesWay: true,
};

/** Commands under way at a time, as of many desks. */
const AT_ONCE = 20;
/** Entries that the element holds at most for who reads at the top: those that it keeps, and those before it lets any go. */
const MOST_ENTRIES = 550;
/** Bytes by which two looks at a heap may differ that holds as much. */
const SLACK_BYTES = 512 * 1024;
/** Nodes of an entry at most, with its texts. */
const NODES_OF_ENTRY = 60;

faultRun('a story that is open while its desk never rests', SIZES, async ({ until, changes }, report) => {
  const { url, api } = await serverForTest();
  const desk = await newDesk(api);
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const { page } = await openPage(browser, `${url}/s/${desk.slug}`);
  await page.locator('live-story[data-live]').waitFor();

  const work = workOf(desk);
  let done = 0;
  const workUpTo = async (most: number) => {
    while (done < most) {
      report.progress(`${done} of ${changes} changes`);
      const numbers = Array.from({ length: Math.min(AT_ONCE, most - done) }, (_, at) => done + at);
      done += numbers.length;
      await Promise.all(numbers.map(work));
    }
    return isCurrent(page, api, desk.slug);
  };
  await workUpTo(until);
  const before = await keptBy(page);
  const end = await workUpTo(changes);
  const after = await keptBy(page);
  const entries = await page.locator('.feed > .entry').count();

  const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
  report.figure('changes', changes);
  report.figure('entries in the page', entries);
  report.figure(`nodes after ${until}`, before.nodes);
  report.figure('nodes at the end', after.nodes);
  report.figure(`heap after ${until}`, before.bytes / 1024, 'KiB');
  report.figure('heap at the end', after.bytes / 1024, 'KiB');
  report.anomalies(await differences(page, end));
  // In both forms: nothing in these depends on how busy the machine is.
  expect(entries).toBeLessThanOrEqual(MOST_ENTRIES);
  expect(after.nodes).toBeLessThan(MOST_ENTRIES * NODES_OF_ENTRY);
  expect(after.bytes - before.bytes, mebibytes(after.bytes)).toBeLessThan(SLACK_BYTES);
});

/** Of ten changes seven are new entries; the others happen to recent ones. Each is done when it resolves. */
function workOf(desk: Desk): (number: number) => Promise<void> {
  const usable: string[] = [];
  return async (number) => {
    const kind = number % 10;
    const at = usable.length - 1 - (number % 200);
    const recent = usable[at];
    if (recent === undefined || kind < 7) {
      const fields = { bodyMarkdown: 'The wind has turned. '.repeat(number % 9), breaking: number % 100 === 50 };
      usable.push((await desk.publish(`Number ${number}`, fields)).id);
    } else if (kind === 7) await desk.edit(recent, { headline: `Number ${number}, edited` });
    else if (kind === 8) await desk.correct(recent, `It was ${number}.`);
    else {
      usable.splice(at, 1);
      await desk.withdraw(recent);
    }
  };
}

/** Waits until the page has all that the store has, and shows it. Answers the store's newest entries. */
async function isCurrent(page: Page, api: Api, slug: string): Promise<Snapshot> {
  const { body } = await api.get<Snapshot>(`/v1/stories/${slug}?limit=200`);
  await page.waitForFunction((seq) => {
    const element = document.querySelector('live-story');
    return element !== null && 'live' in element && Object(element.live).position?.seq === seq;
  }, body.position.seq);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return body;
}

/** What of the newest entries is not shown as it is, or not at its place. */
async function differences(page: Page, { entries }: Snapshot): Promise<readonly Anomaly[]> {
  const shown = await page.locator('.feed > .entry').evaluateAll((articles) =>
    articles.map((article) => ({
      id: article.getAttribute('data-key'),
      text: article.querySelector('.headline')?.textContent,
    })),
  );
  return entries.flatMap((entry, at): readonly Anomaly[] => {
    const { id, text } = shown[at] ?? {};
    const who = 'the page';
    if (id !== entry.id) return [{ name: 'lost', who, what: `${entry.id} is not at place ${at}` }];
    if (entry.status === 'usable')
      return text === entry.headline ? [] : [{ name: 'lost', who, what: `${text} stands for ${entry.headline}` }];
    return text === undefined ? [] : [{ name: 'resurrected', who, what: `${text} was withdrawn` }];
  });
}
