import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleSite,
  composer,
  memberKey,
  openConsole,
  openStory,
  startConsole,
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

/** Has the server refuse what is sent there, as another one would that knows other rules. */
async function refuse(page: Page, method: string, path: RegExp): Promise<() => Promise<void>> {
  await page.route(path, (route) =>
    route.request().method() !== method
      ? route.fallback()
      : route.fulfill({
          status: 422,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'invalid_input', detail: 'Not like this.', retryable: false }),
        }),
  );
  return () => page.unroute(path);
}

/** What waits for it goes on once it is open. */
function newGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('what the server refuses', () => {
  it('is offered to be written on with, once what was begun meanwhile is out, and after a reload', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline } = composer(page);
    const allow = await refuse(page, 'POST', /\/entries$/);
    const held = newGate();
    await page.route(/\/entries$/, async (route) => {
      await held.opened;
      await route.fallback();
    });
    await headline.fill('Crews reach the quay');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => headline.inputValue()).toBe('');
    await headline.fill('The next one, half wri');
    held.open();
    const notice = page.locator('entry-composer .notice').filter({ hasText: 'Not like this.' });
    await notice.filter({ hasText: 'Publish “Crews reach the quay”' }).waitFor();
    // What is being written is not to go for it.
    expect(await notice.getByRole('button').count()).toBe(0);
    expect(await headline.inputValue()).toBe('The next one, half wri');
    await allow();
    await page.unrouteAll();

    await page.reload();
    await expect.poll(() => headline.inputValue()).toBe('The next one, half wri');
    await headline.fill('The next one');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await entriesOf(slug)).map((entry) => entry.headline)).toEqual(['The next one']);
    await notice.getByRole('button', { name: 'Write on with it' }).click();
    await expect.poll(() => headline.inputValue()).toBe('Crews reach the quay');
    await page.getByText('All is sent').waitFor();
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await entriesOf(slug)).length).toBe(2);
  });

  it('takes no window away in which somebody writes', async () => {
    const slug = await newStory();
    const { id } = await server.api.publish(slug, { headline: 'Two hurt', bodyMarkdown: 'On the quay.' });
    await server.api.publish(slug, { headline: 'Road closed' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline } = composer(page);
    const held = newGate();
    await page.route(/\/entries\/[^/]+$/, async (route) => {
      if (route.request().method() === 'PATCH') await held.opened;
      await route.fallback();
    });
    const entry = (name: string) => page.locator('desk-timeline article').filter({ hasText: name });
    await entry('Two hurt').getByRole('button', { name: 'Edit' }).press('Enter');
    await headline.fill('Two hurt, one badly');
    await server.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'Three hurt' } });
    await page.keyboard.press('Control+Enter');
    await entry('Road closed').getByRole('button', { name: 'Hold or cancel' }).press('Enter');
    const reason = page.getByLabel(/What readers are told/);
    await reason.fill('We are looking into it.');
    held.open();
    await page.locator('outbox-status').getByText('1 refused').waitFor();
    expect(await reason.inputValue()).toBe('We are looking into it.');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('entry-composer .notice').getByRole('button', { name: 'See both' }).click();
    await page.getByRole('dialog', { name: 'Changed by two of you' }).getByText('Two hurt, one badly').waitFor();
  });

  it('of a header can still be read, word for word', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.getByRole('button', { name: 'Header and key points' }).click();
    const dialog = page.getByRole('dialog', { name: 'Header of the story' });
    await dialog.getByLabel('Standfirst').fill('Smoke has been over the harbour since four.');
    await dialog.getByRole('button', { name: 'Add a key point' }).click();
    await dialog.getByLabel('Key point 1', { exact: true }).fill('Nobody is missing');
    await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { kicker: 'Velmouth' } });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('outbox-status').getByText('1 refused').click();
    const refused = page.locator('outbox-status li');
    await refused.getByText('Smoke has been over the harbour since four.').waitFor();
    await refused.getByText('Nobody is missing').waitFor();
  });

  it('of a story’s state, or of a member’s role, is not shown as if it were done', async () => {
    const slug = await newStory();
    const admin = await memberKey(server.api, 'Noor Haddad', 'admin');
    const { page } = await openConsole(browser, server.url, admin);
    await openStory(page, server.url, slug);
    const state = page.getByLabel('State of the story');
    const stateIs = async (name: string) => {
      await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { status: name } });
      await expect.poll(() => state.inputValue()).toBe(name);
    };
    // Chosen here once, and changed by colleagues afterwards: it is what the story is that is shown.
    for (const word of ['Paused', 'Live']) {
      await state.selectOption(word);
      await page.getByText('All is sent').waitFor();
    }
    await stateIs('paused');
    await stateIs('live');
    await refuse(page, 'PATCH', /\/v1\/(?:stories|members)\/[^/]+$/);
    await state.selectOption('Ended');
    await page.locator('outbox-status').getByText('1 refused').waitFor();
    await expect.poll(() => state.inputValue()).toBe('live');

    await page.goto(`${server.url}/console#/members`);
    const role = page.getByLabel('Role of Ada Lund');
    await role.selectOption('contributor');
    await page.getByRole('alert').filter({ hasText: 'Not like this.' }).waitFor();
    await expect.poll(() => role.inputValue()).toBe('editor');
    expect(await page.getByRole('alert').filter({ hasText: 'Not like this.' }).count()).toBe(1);
  });

  it('or does not hear, when somebody signs out, is said', async () => {
    const { page } = await openConsole(browser, server.url, key);
    await page.route(/\/v1\/session$/, (route) => route.abort());
    await page.locator('header.top').locator('summary').filter({ hasText: 'Ada Lund' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'The server could not be reached.' }).waitFor();
    await page.getByRole('heading', { name: 'Stories' }).waitFor();
  });
});

describe('the composer', () => {
  it('brings nothing of one entry into another, neither what is taken back nor a picture on its way', async () => {
    const slug = await newStory();
    await server.api.publish(slug, { headline: 'Road closed', bodyMarkdown: 'Until noon.' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { text } = composer(page);
    await text.fill('Said in confidence.');
    const arrives = newGate();
    await page.route(/\/v1\/pictures$/, async (route) => {
      await arrives.opened;
      await route.fallback();
    });
    await page
      .locator('.body-editor input[type=file]')
      .setInputFiles({ name: 'quay.png', mimeType: 'image/png', buffer: PIXEL });
    await page.getByText('A picture is on its way').waitFor();
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => text.textContent()).toBe('Until noon.');
    await text.press('Control+KeyZ');
    arrives.open();
    await page.locator('.body-editor').getByText('when its text was no longer open').waitFor();
    expect(await text.textContent()).toBe('Until noon.');
    expect(await text.getByRole('img').count()).toBe(0);
    // What is taken back is what was written here.
    await text.press('Control+End');
    await page.keyboard.type(' Perhaps longer.');
    await text.press('Control+KeyZ');
    expect(await text.textContent()).toBe('Until noon.');
    await page.keyboard.press('Escape');
    await expect.poll(() => text.textContent()).toBe('Said in confidence.');
  });
});

/** The smallest picture there is. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);
