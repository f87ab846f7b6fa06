import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { startCli } from '../helpers/cli.js';
import { composer } from '../helpers/console-page.js';
import { newPage, openPage } from '../helpers/opened-page.js';
import { directoryForTest } from '../helpers/server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

it('somebody new comes from the first start to a published entry by what is on the screen', async () => {
  const env = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', DATA_DIR: await directoryForTest() };
  const program = startCli(['serve'], { env });
  const [, link = ''] = await program.until(/(http:\S+\/console\S*#sign-in=\S+)/, 'the link to the console');
  const { page, complaints } = await newPage(browser, { viewport: { width: 1280, height: 800 } });
  await page.goto(link);
  await page.getByText('There is no story yet.').waitFor();
  expect(page.url()).not.toContain('sign-in');
  expect(await problemsIn(page)).toEqual([]);

  await page.getByRole('button', { name: 'Begin the first story' }).click();
  await page.getByRole('textbox', { name: 'Headline', exact: true }).fill('Fire at the Velmouth harbour');
  expect(await page.getByLabel(/Short name/).inputValue()).toBe('fire-velmouth-harbour');
  await page.getByRole('button', { name: 'Begin the story' }).click();

  await page.getByText('Connected', { exact: true }).waitFor();
  await composer(page).headline.fill('Crews reach the quay');
  await composer(page).publish.click();
  await page.locator('reader-preview').getByRole('heading', { name: 'Crews reach the quay' }).waitFor();
  const { page: reader } = await openPage(browser, new URL('/s/fire-velmouth-harbour', link).href);
  await reader.getByRole('heading', { name: 'Crews reach the quay' }).waitFor();
  expect(complaints).toEqual([]);
});
