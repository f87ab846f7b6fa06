import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { type ConsoleSite, composer, openConsole, openStory, startConsole } from '../helpers/console-page.js';
import { newDesk } from '../helpers/desk.js';
import { openPage } from '../helpers/opened-page.js';
import type { TestServer } from '../helpers/server.js';

let browser: Browser;
let server: TestServer;
let key: string;
let close: ConsoleSite['close'] | undefined;

beforeAll(async () => {
  ({ browser, server, key, close } = await startConsole('admin'));
});

afterAll(() => close?.());

/** A story with an entry in each state that the timeline marks. */
async function busyStory(language: string): Promise<string> {
  const desk = await newDesk(server.api, { headline: 'Fire at the harbour', kicker: 'Velmouth', language });
  await desk.publish('Breaking', { breaking: true, verification: 'unverified', bodyMarkdown: 'Two engines.' });
  const corrected = await desk.publish('Corrected', { keyEvent: true });
  await desk.correct(corrected.id, 'It was quay 4, not quay 3.');
  await desk.pin(corrected.id);
  await desk.withdraw((await desk.publish('Held')).id, 'withheld', 'We are checking this.');
  await desk.withdraw((await desk.publish('Canceled')).id);
  await desk.publish('A draft', { workflow: 'draft' });
  await desk.publish('Scheduled', { publishAt: '2099-01-01T10:00:00.000Z' });
  return desk.slug;
}

/** Whether there is something, and none of it is cut off at a side of the window. Runs in the page. */
function isWithin(elements: readonly Element[]): boolean {
  const boxes = elements.map((element) => element.getBoundingClientRect());
  return boxes.length > 0 && boxes.every(({ left, right }) => left >= 0 && right <= innerWidth);
}

it.each([
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }, 'en'],
  ['dark, on a phone, with a story in Arabic', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }, 'ar'],
] as const)('axe-core finds nothing in the console, %s', { timeout: 60_000 }, async (_name, options, language) => {
  const slug = await busyStory(language);
  const { page } = await openConsole(browser, server.url, key, { ...options, reducedMotion: 'reduce' });
  const isNarrow = options.viewport.width < 1000;
  const looked: Record<string, readonly string[]> = {};
  const look = async (name: string) => {
    // Signs in front of a name have the colour of the words of other tools.
    looked[name] = (await problemsIn(page)).filter((problem) => !/aria-hidden.*only non-text characters/.test(problem));
  };
  await page.locator('.story-list li').first().waitFor();
  await look('the list');

  await openStory(page, server.url, slug);
  await page.locator('.ProseMirror').waitFor();
  await page.getByText('More:').click();
  await composer(page).headline.fill('Crews reach the quay');
  // What is saved by itself later would change the page while it is looked at.
  await page.keyboard.press('Control+s');
  await page.getByText('Draft saved').waitFor();
  await look('the composer');
  if (isNarrow) await page.getByRole('button', { name: 'Timeline', exact: true }).click();
  await page.locator('desk-timeline article').first().focus();
  await look('the timeline');
  await page.locator('.audience summary').click();
  expect(await page.locator('.audience > dl').evaluateAll(isWithin)).toBe(true);
  await page.keyboard.press('Escape');

  const entry = page.locator('desk-timeline article').filter({ hasText: 'Corrected' });
  await entry.focus();
  await page.keyboard.press('h');
  await page.getByRole('dialog', { name: 'Take from readers' }).waitFor();
  await look('a withdrawal');
  await page.keyboard.press('Escape');
  await entry.getByRole('button', { name: 'History' }).click();
  await page.getByText('It was quay 4, not quay 3.').first().waitFor();
  await look('a history');
  await page.keyboard.press('Escape');
  await entry.focus();
  await page.keyboard.press('c');
  await page.getByLabel('What was wrong').waitFor();
  await look('a correction');

  await page.goto(`${server.url}/console#/members`);
  await page.getByRole('rowheader', { name: 'Ada Lund' }).first().waitFor();
  await look('the members');
  expect(await page.locator('.members tr').evaluateAll(isWithin)).toBe(true);
  // Four columns side by side would break names letter by letter.
  const name = await page.getByRole('rowheader', { name: 'Ada Lund' }).first().boundingBox();
  expect(name?.height).toBeLessThan(80);
  expect(Object.fromEntries(Object.entries(looked).filter(([, problems]) => problems.length > 0))).toEqual({});
});

it('axe-core finds nothing where one signs in', async () => {
  const { page } = await openPage(browser, `${server.url}/console`);
  await page.getByLabel('Your key').waitFor();
  expect(await problemsIn(page)).toEqual([]);
});
