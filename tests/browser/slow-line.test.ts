import { createServer, type ServerResponse } from 'node:http';
import type { Story } from '@slugline/client/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { newDesk } from '../helpers/desk.js';
import { newPage } from '../helpers/opened-page.js';
import { originForTest } from '../helpers/origin-for-test.js';
import { watchShifts } from '../helpers/page-costs.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { PICTURE, wholeStory } from '../helpers/whole-story.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What is sent before anything is seen: the head, and the first words of the masthead. */
const FIRST_WORDS = /^.*?class="brand"[^>]*>[^<]*<\/a>/s;

interface SlowLine {
  readonly url: string;
  /** The page, in order: its first words, then each tag that opens, with what stands up to the next. */
  readonly pieces: readonly string[];
  /** Settles once the browser asks for the page. */
  readonly asked: Promise<ServerResponse>;
}

/** A page of the server over a line on which it comes as the test sends it. All else that it needs comes at once. */
async function slowLine(path: string): Promise<SlowLine> {
  const text = await (await fetch(server.url + path)).text();
  const first = FIRST_WORDS.exec(text)?.[0] ?? '';
  const pieces = [first, ...text.slice(first.length).split(/(?=<[a-z])/)];
  const line = createServer();
  const asked = new Promise<ServerResponse>((resolve) => {
    line.on('request', async ({ url = '' }, response) => {
      if (url === path) {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
        resolve(response);
        return;
      }
      const answer = await fetch(server.url + url);
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  return { url: (await originForTest(line)) + path, pieces, asked };
}

/** What moved in a page, each with the piece that moved it, while it came in with a frame painted after every piece. */
async function shiftsOnSlowLine(path: string, width: number): Promise<readonly string[]> {
  const { page } = await newPage(browser, { viewport: { width, height: 800 } });
  const shifts = await watchShifts(page);
  // What scripts do is told elsewhere; pictures are nowhere.
  await page.route('**/*', (route) =>
    ['script', 'image'].includes(route.request().resourceType()) ? route.abort() : route.fallback(),
  );
  const line = await slowLine(path);
  const begun = page.goto(line.url, { waitUntil: 'commit' });
  const response = await line.asked;
  const moved: string[] = [];
  let known = 0;
  for (const [index, piece] of line.pieces.entries()) {
    response.write(piece);
    if (index === 0) {
      await begun;
      const isSeen = () => performance.getEntriesByName('first-contentful-paint').length > 0;
      await page.waitForFunction(isSeen, undefined, { polling: 20 });
    }
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const all = await shifts();
    for (const { moved: what, value } of all.slice(known)) moved.push(`${piece.trim()} (${value}): ${what.join(', ')}`);
    known = all.length;
  }
  response.end();
  expect(line.pieces.length).toBeGreaterThan(50);
  return moved;
}

/** In all widths at once: most of the time goes by in waiting for frames. */
async function movesNothing(path: string): Promise<void> {
  const all = await Promise.all(
    [360, 800, 1280].map(async (width) => (await shiftsOnSlowLine(path, width)).map((what) => `${width} px: ${what}`)),
  );
  expect(all.flat()).toEqual([]);
}

describe('a page that comes in little by little moves nothing of what is there', { timeout: 120_000 }, () => {
  it('of a story', async () => {
    const { story } = await wholeStory(server.api);
    await movesNothing(`/s/${story.slug}`);
  });

  it('of an entry', async () => {
    const { story, full } = await wholeStory(server.api);
    await movesNothing(`/s/${story.slug}/${full.id}`);
  });

  it('of what is live, whether the first of it has a picture or none', async () => {
    const publish = async (shown: Partial<Pick<Story, 'picture'>>) => {
      const desk = await newDesk(server.api, { standfirst: 'All night.', ...shown });
      await desk.publishMany(3);
    };
    await publish({});
    await publish({ picture: PICTURE });
    await movesNothing('/');
    await publish({});
    await movesNothing('/');
  });

  it('of the builder', async () => {
    await movesNothing('/embed');
  });
});
