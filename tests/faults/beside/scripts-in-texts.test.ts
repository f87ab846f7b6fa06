import { toHtml } from '@slugline/client/body';
import type { DeskEntry } from '@slugline/client/protocol';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { launchChromium } from '../../helpers/chromium.js';
import { scratchDirectory, startCli } from '../../helpers/cli.js';
import { NO_LIMITS } from '../../helpers/limits.js';
import { ADMIN_KEY, type Api, createApi } from '../../helpers/server.js';
import { childOf, childrenOf, parseXml } from '../../helpers/xml.js';
import { hostileEntry, hostileHeader, hostileNotice, hostilePath } from '../../hostile/hostile-desk.js';
import { type WatchedPage, watchedPage } from '../../hostile/watched-page.js';
import { expectHarmless as expectHarmlessBody } from '../../property/harmless.js';
import { blocks } from '../../property/hostile-texts.js';
import { faultRun } from '../fault-run.js';

/** Entries of one story, which are printed by the server and printed again when they change. */
const PER_STORY = 20;

faultRun(
  'scripts in texts',
  {
    short: { entries: 20, seed: 1 },
    full: { entries: 400, seed: Date.now() % 1_000_000 },
    shortMs: 120_000,
    givesWay: true,
  },
  async ({ entries, seed }, report) => {
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const { url, api } = await startDemo();
    const sample = <Value>(arbitrary: fc.Arbitrary<Value>, count: number, part: number) =>
      fc.sample(arbitrary, { numRuns: count, seed: seed + part });
    const stories = Math.ceil(entries / PER_STORY);
    const headers = sample(hostileHeader, 2 * stories, 1);
    const notices = sample(hostileNotice, 2 * stories, 2);
    const found = sample(hostileEntry, entries, 3);
    const watched = await watchedPage(browser, url);
    const { page } = watched;
    let published = 0;
    let refused = 0;
    let looks = 0;
    const look = async (): Promise<void> => {
      looks += 1;
      await watched.expectHarmless();
    };

    for (let story = 0; story < stories; story += 1) {
      report.progress(`story ${story + 1} of ${stories}`);
      const slug = `hostile-${story}`;
      await command(api, 'POST', '/v1/stories', { slug, ...headers[2 * story] });
      const own: DeskEntry[] = [];
      const publish = async (some: readonly object[]): Promise<void> => {
        for (const fields of some) {
          const { status, body } = await api.request<{ entry: DeskEntry }>('POST', `/v1/stories/${slug}/entries`, {
            body: fields,
          });
          if (status === 201) own.push(body.entry);
          else refused += 1;
        }
      };
      const ofStory = found.slice(story * PER_STORY, (story + 1) * PER_STORY);
      // First what the server prints …
      await publish(ofStory.slice(0, PER_STORY / 2));
      await page.goto(`${url}/s/${slug}`);
      await shows(page, own.length);
      await look();
      // … then what the page's script prints, of what comes and of what changes.
      await publish(ofStory.slice(PER_STORY / 2));
      const [first, second, third] = own;
      const entry = (one: DeskEntry | undefined) => `/v1/stories/${slug}/entries/${one?.id}`;
      const text = notices[2 * story] ?? 'x';
      await command(api, 'POST', `${entry(first)}/corrections`, { text });
      await command(api, 'POST', `${entry(second)}/withdrawal`, { status: 'withheld', notice: notices[2 * story + 1] });
      await command(api, 'PUT', `/v1/stories/${slug}/pins/${third?.id}`);
      await command(api, 'PATCH', `/v1/stories/${slug}`, { ...headers[2 * story + 1], status: 'paused' });
      await page.locator('.status.is-paused').waitFor();
      await shows(page, own.length);
      await look();
      await page.reload();
      await look();
      // What it is to machines, and to other sites.
      for (const path of [`/embed/${slug}`, ...[first, second].flatMap((one) => entryPages(slug, one))]) {
        await page.goto(`${url}${path}`);
        await look();
      }
      const bodies = own.map(({ body }) => toHtml(body));
      await embed(watched, url, [...bodies, ...(await readFeeds(url, slug))].join(''));
      published += own.length;
    }

    for (const path of [
      '/',
      '/s/velmouth-bridge',
      '/demo/barge-at-the-bridge.svg',
      '/v1/stories',
      '/v1/stories/hostile-0',
      '/v1/breaking',
    ]) {
      await page.goto(`${url}${path}`);
      if (path === '/' || path.startsWith('/s/')) await look();
      expect(watched.hits).toEqual([]);
    }
    let lures = 0;
    for (const path of sample(hostilePath, Math.max(10, entries / 10), 4)) {
      for (const lure of [
        `/s/${path}`,
        `/s/hostile-0?before=${path}`,
        `/?before=${path}`,
        `/${path}`,
        `/v1/stories/${path}`,
        `/assets/${path}`,
        `/s/hostile-0/${path}`,
        `/embed/hostile-0?order=${path}`,
      ]) {
        const answer = await page.goto(`${url}${lure}`);
        if (answer?.headers()['content-type']?.startsWith('text/html')) await look();
        expect(watched.hits, lure).toEqual([]);
        lures += 1;
      }
    }
    const bodies = sample(blocks, entries, 5);
    await embed(watched, url, toHtml(bodies.flat()));

    report.figure('seed', seed);
    report.figure('entries', published, undefined, { least: entries / 2 });
    report.figure('refused', refused);
    report.figure('looks', looks);
    report.figure('lures', lures);
    report.figure('bodies embedded elsewhere', bodies.length + stories);
    report.anomalies([]);
  },
);

/** Waits until a page shows so many articles. */
async function shows(page: Page, articles: number): Promise<void> {
  await page.waitForFunction((count) => {
    const root = document.querySelector('live-story')?.shadowRoot;
    return root?.querySelectorAll('.feed > article').length === count;
  }, articles);
}

const entryPages = (slug: string, entry: DeskEntry | undefined): readonly string[] => [
  `/s/${slug}/${entry?.id}`,
  `/embed/${slug}/${entry?.id}`,
];

/** What feed readers would show of a story. Fails where a feed is not what it says that it is. */
async function readFeeds(url: string, slug: string): Promise<readonly string[]> {
  const text = async (path: string) => (await fetch(`${url}/s/${slug}/${path}`)).text();
  const [rss, atom, json] = await Promise.all([text('feed.rss'), text('feed.atom'), text('feed.json')]);
  const { items }: { items: readonly { content_html: string }[] } = JSON.parse(json);
  const told = items.map((item) => item.content_html);
  const inRss = childrenOf(childOf(parseXml(rss), 'channel'), 'item');
  const inAtom = childrenOf(parseXml(atom), 'entry');
  // The same in each, but for what XML has no form for.
  const plain = (html: string) => html.replace(/[\ufffe\uffff]/g, '\ufffd');
  expect(inRss.map((item) => childOf(item, 'content:encoded').text)).toEqual(told.map(plain));
  expect(inAtom.map((entry) => childOf(entry, 'content').text)).toEqual(told.map(plain));
  return told;
}

/** The server with the example story, as whoever tries it out starts it. */
async function startDemo(): Promise<{ readonly url: string; readonly api: Api }> {
  const program = startCli(['serve', '--demo', '--demo-speed', '100000'], {
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      DATA_DIR: await scratchDirectory(),
      SLUGLINE_ADMIN_KEY: ADMIN_KEY,
      ...NO_LIMITS,
    },
  });
  const [, url = ''] = await program.until(/listens on (http:\S+)/, 'the server to listen');
  const api = createApi(url);
  await program.until(/velmouth-bridge/, 'the example story to begin');
  return { url, api };
}

async function command(api: Api, method: string, path: string, body?: object): Promise<void> {
  const answer = await api.request(method, path, body === undefined ? {} : { body });
  if (answer.status >= 400)
    throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)} to ${JSON.stringify(body)}`);
}

/** Puts bodies into a page that is not ours and has no policy, twice: a browser may read its own writing otherwise. */
async function embed({ page, hits }: WatchedPage, url: string, markup: string): Promise<void> {
  await page.goto(`${url}/v1/stories`);
  const written = await page.evaluate((html) => {
    document.body.innerHTML = html;
    const once = document.body.innerHTML;
    document.body.innerHTML = once;
    return document.body.innerHTML;
  }, markup);
  expectHarmlessBody(written);
  expect(hits).toEqual([]);
}
