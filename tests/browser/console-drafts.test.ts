import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleSite,
  composer,
  memberKey,
  openConsole,
  openStory,
  startConsole,
  timelineOf,
} from '../helpers/console-page.js';
import type { TestServer } from '../helpers/server.js';

let browser: Browser;
let server: TestServer;
let key: string;
let newStory: ConsoleSite['newStory'];
let entriesOf: ConsoleSite['entriesOf'];
let close: ConsoleSite['close'] | undefined;

beforeAll(async () => {
  ({ browser, server, key, newStory, entriesOf, close } = await startConsole('editor'));
});

afterAll(() => close?.());

/** As another tab of the browser does it. */
const endSession = (page: Page) =>
  page.evaluate(async () => {
    const { csrf } = await (await fetch('/v1/session')).json();
    await fetch('/v1/session', { method: 'DELETE', headers: { 'x-csrf-token': csrf } });
  });
const signInElsewhere = (page: Page, secret: string) =>
  page.evaluate(async (key) => {
    const headers = { 'content-type': 'application/json' };
    await fetch('/v1/session', { method: 'POST', headers, body: JSON.stringify({ key }) });
  }, secret);

/** The first entry that is sent is taken, and its answer lost; from then on none gets through. Answers how many were sent. */
async function loseAnswers(page: Page, slug: string): Promise<() => number> {
  let sent = 0;
  await page.route(`**/v1/stories/${slug}/entries`, async (route) => {
    sent += 1;
    if (sent === 1) await route.fetch();
    await route.abort();
  });
  return () => sent;
}

async function reconnect(page: Page): Promise<void> {
  await page.unrouteAll();
  await page.evaluate(() => dispatchEvent(new Event('online')));
}

describe('what is being written at the console', () => {
  it('loses no keystroke and sends once, through a dropped connection and a reload', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, text } = composer(page);

    await headline.fill('Half a headl');
    await text.fill('and half a text');
    await page.reload();
    await expect.poll(() => headline.inputValue()).toBe('Half a headl');
    expect(await text.textContent()).toBe('and half a text');

    const sent = await loseAnswers(page, slug);
    await headline.fill('Half a headline no more');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 change waiting for the network').waitFor();
    await page.getByText('Waiting, not published yet').waitFor();
    await page.reload();
    await page.getByText('1 change waiting for the network').waitFor();

    await reconnect(page);
    await page.getByText('All is sent').waitFor();
    await expect.poll(() => timelineOf(page)).toEqual(['Half a headline no more']);
    expect(sent()).toBeGreaterThan(1);
    expect(await entriesOf(slug)).toHaveLength(1);
  });

  it('saves what is written as a draft on the server, and publishes that one', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    await headline.fill('Crews on their');
    await page.keyboard.press('Control+s');
    await page.getByText('Draft saved').waitFor();
    expect((await entriesOf(slug)).map((entry) => [entry.headline, entry.workflow])).toEqual([
      ['Crews on their', 'draft'],
    ]);
    await headline.fill('Crews on their way');
    // A colleague is faster than the second of the two commands that this takes: what nobody here has read stays.
    await page.route('**/workflow', (route) => route.abort());
    await publish.click();
    await page.getByText('1 change waiting for the network').waitFor();
    const path = `/v1/stories/${slug}/entries/${(await entriesOf(slug))[0]?.id}`;
    await server.api.request('PATCH', path, { body: { bodyMarkdown: 'Not checked yet.' } });
    await reconnect(page);
    const dialog = page.getByRole('dialog', { name: 'Changed by two of you' });
    await dialog.getByRole('row', { name: /Text/ }).waitFor();
    expect((await entriesOf(slug))[0]?.workflow).toBe('draft');
    await dialog.getByRole('button', { name: 'Go on with both' }).click();
    await publish.click();
    await expect
      .poll(async () => (await entriesOf(slug)).map((entry) => [entry.headline, entry.workflow]))
      .toEqual([['Crews on their way', 'published']]);
    await page.getByText('All is sent').waitFor();
  });

  it('publishes nothing that a colleague wrote between the last change of a draft and its publication', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    await headline.fill('Crews on their');
    await page.keyboard.press('Control+s');
    await page.getByText('Draft saved').waitFor();
    await page.route('**/workflow', async (route) => {
      const path = new URL(route.request().url()).pathname.replace('/workflow', '');
      await server.api.request('PATCH', path, { body: { headline: 'Nobody has seen this' } });
      await route.continue();
    });
    await headline.fill('Crews on their way');
    await publish.click();
    await page.getByRole('dialog', { name: 'Changed by two of you' }).waitFor();
    expect((await entriesOf(slug)).map((entry) => [entry.headline, entry.workflow])).toEqual([
      ['Nobody has seen this', 'draft'],
    ]);
  });

  it('publishes what the server has as a draft without having said so, and makes no second entry of it', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    await loseAnswers(page, slug);
    await headline.fill('Crews on their');
    await page.keyboard.press('Control+s');
    await expect.poll(async () => (await entriesOf(slug)).length, { message: 'the draft' }).toBe(1);
    await headline.fill('Crews on their way');
    await publish.click();
    await page.getByText('3 changes waiting for the network').waitFor();
    expect(await page.getByText('Waiting, not published yet').count()).toBe(1);

    await reconnect(page);
    await page.getByText('All is sent').waitFor();
    expect((await entriesOf(slug)).map((entry) => [entry.headline, entry.workflow])).toEqual([
      ['Crews on their way', 'published'],
    ]);
  });

  it('goes on where it was once its session, ended or begun anew elsewhere, is one of the same member again', async () => {
    const slug = await newStory();
    const { id } = await server.api.publish(slug, { headline: 'Two hurt' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    const timeline = page.locator('desk-timeline article');
    await timeline.first().focus();
    await page.keyboard.press('Enter');
    await headline.fill('Two hurt, one badly');

    await endSession(page);
    await page.getByText('Your session is over').waitFor();
    await page.getByLabel('Your key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await server.api.publish(slug, { headline: 'Road closed' });
    await timeline.filter({ hasText: 'Road closed' }).waitFor();
    expect(await headline.inputValue()).toBe('Two hurt, one badly');

    await signInElsewhere(page, key);
    await publish.filter({ hasText: 'Save' }).click();
    await timeline.filter({ hasText: 'Two hurt, one badly' }).waitFor();
    await page.getByText('All is sent').waitFor();

    // What somebody gave is never done in the name of who sits there next.
    await signInElsewhere(page, await memberKey(server.api, 'Ben Okri', 'editor'));
    await headline.fill('Nobody is missing');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 change waiting until you sign in').waitFor();
    await page.getByLabel('Your key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('All is sent').waitFor();
    const [newest, , oldest] = await entriesOf(slug);
    expect([newest?.headline, newest?.createdBy.name]).toEqual(['Nobody is missing', 'Ada Lund']);
    expect([oldest?.id, oldest?.headline]).toEqual([id, 'Two hurt, one badly']);
  });
});
