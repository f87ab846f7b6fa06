import type { DeskStory } from '@slugline/client/protocol';
import type { Browser } from 'playwright-core';
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
import { openPage } from '../helpers/opened-page.js';
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

describe('at the console', () => {
  it('an editor publishes, edits, corrects and cancels, and a reader’s page follows', async () => {
    const slug = await newStory();
    const { page, complaints } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { page: reader } = await openPage(browser, `${server.url}/s/${slug}`);
    const { headline, text } = composer(page);

    await headline.fill('Crews reach the quay');
    await text.fill('Two engines are on the north quay.');
    await page.keyboard.press('Alt+KeyB');
    await page.keyboard.press('Control+Enter');
    await reader.getByRole('heading', { name: 'Crews reach the quay' }).waitFor();
    await page.locator('reader-preview').getByRole('heading', { name: 'Crews reach the quay' }).waitFor();
    expect(await headline.inputValue()).toBe('');
    expect((await entriesOf(slug))[0]).toMatchObject({ breaking: true, version: 1 });

    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('Enter');
    await headline.fill('Crews reach the north quay');
    await page.keyboard.press('Control+Enter');
    await reader.getByRole('heading', { name: 'Crews reach the north quay' }).waitFor();

    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('c');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').filter({ hasText: 'Say what was wrong and what is right' }).waitFor();
    await page.getByLabel('What was wrong').fill('We said that it was the north quay');
    await page.getByLabel('What is right').fill('It is the south quay');
    await headline.fill('Crews reach the south quay');
    await page.keyboard.press('Control+Enter');
    const correction = 'We said that it was the north quay. It is the south quay.';
    await reader.locator('.correction').filter({ hasText: correction }).waitFor();

    await headline.fill('Not to be publ');
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('h');
    await page.getByLabel(/What readers are told/).fill('We are looking into it.');
    await page.keyboard.press('Control+Enter');
    await reader.locator('.notice').filter({ hasText: 'We are looking into it.' }).waitFor();
    // What is being written behind that window is not given with it.
    expect(await headline.inputValue()).toBe('Not to be publ');
    await headline.fill('');

    // What readers must not go on reading goes out of a browser that keeps nothing more, too.
    await page.getByText('All is sent').waitFor();
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.getByLabel('State of the story').selectOption('Paused');
    await page.getByRole('alert').filter({ hasText: 'This browser can keep no more' }).waitFor();
    expect(await page.getByLabel('State of the story').inputValue()).toBe('live');
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('h');
    await page.getByLabel(/What readers are told/).fill('It was another fire.');
    await page.getByRole('button', { name: 'Cancel for good' }).click();
    await reader.locator('.notice').filter({ hasText: 'It was another fire.' }).waitFor();
    expect(await reader.getByText('Crews reach').count()).toBe(0);
    expect((await entriesOf(slug)).at(-1)?.status).toBe('canceled');
    // That it was held and canceled is recorded beside it, and is no correction.
    await page.locator('desk-timeline .label').getByText('1 correction', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('a story is begun and its first entry published by the keyboard alone, with nothing to click', async () => {
    const { page } = await openConsole(browser, server.url, key);
    await page.getByRole('button', { name: 'New story' }).press('Enter');
    await page.keyboard.type('Night of storms');
    await page.keyboard.press('Control+Enter');
    const { headline, text } = composer(page);
    await expect.poll(() => headline.evaluate((field) => field === document.activeElement)).toBe(true);
    // Its editor comes a moment later; until then there is nothing to go on to.
    await text.waitFor();
    await page.keyboard.type('Trains stand still');
    await page.keyboard.press('Tab');
    await page.keyboard.type('All lines are closed.');
    await page.keyboard.press('Control+Enter');
    await page.locator('reader-preview').getByText('All lines are closed.').waitFor();
    expect(await timelineOf(page)).toEqual(['Trains stand still']);
  });

  it('two editors of one entry see both versions beside each other, and nothing is overwritten', async () => {
    const slug = await newStory();
    const { id } = await server.api.publish(slug, { headline: 'Two hurt', bodyMarkdown: 'On the quay.' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline } = composer(page);
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('Enter');
    await headline.fill('Two hurt, one badly');

    await server.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'Three hurt' } });
    await page.getByText('changed this entry while you wrote').waitFor();
    await page.keyboard.press('Control+Enter');

    const dialog = page.getByRole('dialog', { name: 'Changed by two of you' });
    const row = dialog.getByRole('row', { name: /Headline/ });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual(['TwoThree hurt', 'Two hurt, one badly']);
    expect((await entriesOf(slug))[0]?.headline).toBe('Three hurt');

    await dialog.getByRole('button', { name: 'Go on with mine, upon theirs' }).click();
    await headline.fill('Three hurt, one badly');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await entriesOf(slug))[0]?.headline).toBe('Three hurt, one badly');
    await page.getByText('All is sent').waitFor();

    await expect.poll(() => timelineOf(page)).toEqual(['Three hurt, one badly']);
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('c');
    await page.getByLabel('What was wrong').fill('We said three');
    await page.getByLabel('What is right').fill('It is two');
    await headline.fill('Two hurt, one badly');
    const bodyMarkdown = 'On the north quay.';
    await server.api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { bodyMarkdown } });
    await page.getByText('changed this entry while you wrote').waitFor();
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('button', { name: 'Go on with both' }).click();
    // It is a correction still.
    expect(await page.getByLabel('What was wrong').inputValue()).toBe('We said three');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(async () => (await entriesOf(slug))[0]?.corrections.map(({ text }) => text))
      .toEqual(['We said three. It is two.']);
  });

  it('says who else edits an entry, and gives what a contributor submitted back to them with a note', async () => {
    const slug = await newStory();
    const writer = await memberKey(server.api, 'Ben Okri', 'contributor');
    const [{ page }, { page: theirs }] = await Promise.all([
      openConsole(browser, server.url, key),
      openConsole(browser, server.url, writer),
    ]);
    await Promise.all([openStory(page, server.url, slug), openStory(theirs, server.url, slug)]);
    await composer(theirs).headline.fill('Port closed');
    await theirs.getByRole('button', { name: 'Submit' }).click();
    const entry = page.locator('desk-timeline article').filter({ hasText: 'Port closed' });
    await entry.getByText('Submitted').waitFor();
    await theirs.getByText('Done: Submit “Port closed”').first().waitFor();

    await theirs.locator('desk-timeline article').first().focus();
    await theirs.keyboard.press('Enter');
    await entry.getByText('Ben Okri edits').waitFor();
    await entry.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Send back…' }).click();
    await page.getByLabel(/What is to be done/).fill('Since when?');
    await page.getByRole('dialog').getByRole('button', { name: 'Send back' }).click();
    await entry.getByText('Draft').waitFor();
    expect((await entriesOf(slug))[0]).toMatchObject({ workflow: 'draft', workflowNote: { text: 'Since when?' } });
  });

  it('schedules an entry, and publishes it at once when the time is taken away', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    await headline.fill('Mayor speaks');
    await page.getByText('More:').click();
    await page.getByLabel('Publish by itself at').fill('2099-01-01T12:00');
    await page.getByRole('button', { name: 'Schedule' }).click();
    const entry = page.locator('desk-timeline article').filter({ hasText: 'Mayor speaks' });
    await entry.getByText(/Goes out/).waitFor();
    await page.getByText('Done: Schedule “Mayor speaks”').first().waitFor();
    expect((await entriesOf(slug))[0]).toMatchObject({ workflow: 'scheduled', publishAt: '2099-01-01T06:30:00.000Z' });

    await entry.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Scheduled' }).waitFor();
    await page.getByLabel('Publish by itself at').fill('');
    await publish.filter({ hasText: 'Publish' }).click();
    await expect.poll(async () => (await entriesOf(slug))[0]?.workflow).toBe('published');

    // What it said before it went out comes back without the time at which it was to go.
    await page.getByText('All is sent').waitFor();
    await expect.poll(() => entry.getByText(/Goes out/).count()).toBe(0);
    await entry.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Edit', exact: true }).waitFor();
    await headline.fill('Mayor resigns');
    await publish.click();
    const later = page.locator('desk-timeline article').filter({ hasText: 'Mayor resigns' });
    await later.getByRole('button', { name: 'History' }).press('Enter');
    await page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'version 1' }).getByRole('button').click();
    await expect.poll(() => headline.inputValue()).toBe('Mayor speaks');
    await publish.click();
    await expect.poll(async () => (await entriesOf(slug))[0]?.headline).toBe('Mayor speaks');
  });

  it('changes a story’s header, and who may work on it', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.getByRole('button', { name: 'Header and key points' }).click();
    const dialog = page.getByRole('dialog', { name: 'Header of the story' });
    await dialog.getByLabel('Kicker').fill('Velmouth');
    await dialog.getByRole('checkbox', { name: 'Only these, and admins' }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Choose who may work on it' }).waitFor();
    await dialog.getByLabel('Address').fill('https://pictures.example/quay.jpg');
    await dialog.getByRole('checkbox', { name: 'Ada Lund' }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    // No picture without its credit and what it shows.
    await dialog.getByLabel(/^Credit/).fill('Ada Lund/Norrvik Post');
    await dialog.getByLabel(/^What it shows/).fill('Smoke over the quay');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('h1 .kicker').filter({ hasText: 'Velmouth' }).waitFor();
    const { body } = await server.api.get<{ story: DeskStory }>(`/v1/stories/${slug}?edition=desk`);
    expect(body.story).toMatchObject({ kicker: 'Velmouth', picture: { creditLine: 'Ada Lund/Norrvik Post' } });
    expect(body.story.members).toHaveLength(1);

    // Who is named stays so, whatever became of them.
    const [ada = ''] = body.story.members ?? [];
    const former = await server.api.request<{ member: { id: string } }>('POST', '/v1/members', {
      body: { name: 'Cem Aydin', role: 'editor' },
    });
    const members = [ada, former.body.member.id];
    await server.api.request('PATCH', `/v1/stories/${slug}`, { body: { kicker: 'Norrvik', members } });
    await server.api.request('PATCH', `/v1/members/${former.body.member.id}`, { body: { status: 'suspended' } });
    await page.locator('h1 .kicker').filter({ hasText: 'Norrvik' }).waitFor();
    await page.getByRole('button', { name: 'Header and key points' }).click();
    await dialog.getByRole('checkbox', { name: 'Cem Aydin, suspended' }).waitFor();
    await dialog.getByLabel('Kicker').fill('Velmouth port');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('h1 .kicker').filter({ hasText: 'Velmouth port' }).waitFor();
    const now = await server.api.get<{ story: DeskStory }>(`/v1/stories/${slug}?edition=desk`);
    expect(now.body.story.members).toEqual(members);
  });

  it('offers for a relation what readers have, and nothing that would tell them of what they do not', async () => {
    const slug = await newStory();
    await server.api.publish(slug, { headline: 'Road closed' });
    await server.api.publish(slug, { headline: 'Not yet said', workflow: 'draft' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.locator('desk-timeline article').filter({ hasText: 'Not yet said' }).waitFor();
    await page.getByText('More:').click();
    const offered = page.getByLabel('The other entry').getByRole('option');
    await expect.poll(async () => (await offered.allTextContents()).length).toBeGreaterThan(1);
    expect((await offered.allTextContents()).join()).toMatch(/^another entry…,[^,]*“Road closed”\s*$/);
  });

  it('closes a menu by Escape, by a click elsewhere and by going elsewhere, and nothing else with it', async () => {
    const slug = await newStory();
    await server.api.publish(slug, { headline: 'Road closed' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('Enter');
    const { headline } = composer(page);
    await expect.poll(() => headline.inputValue()).toBe('Road closed');
    const name = page.locator('summary').filter({ hasText: 'Ada Lund' });
    const menu = page.getByRole('button', { name: 'Sign out', exact: true });
    await name.click();
    await menu.focus();
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    expect(await name.evaluate((summary) => summary === document.activeElement)).toBe(true);
    expect(await headline.inputValue()).toBe('Road closed');
    await name.click();
    await headline.click();
    await menu.waitFor({ state: 'hidden' });
    await name.click();
    await page.getByRole('link', { name: /desk$/ }).click();
    await page.getByRole('heading', { name: 'Stories' }).waitFor();
    expect(await menu.isVisible()).toBe(false);
  });

  it('shows in the composer which list is numbered', async () => {
    const slug = await newStory();
    await server.api.publish(slug, { bodyMarkdown: '- Port\n- Road\n\n1. First\n2. Then' });
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.locator('desk-timeline article').first().focus();
    await page.keyboard.press('Enter');
    const lists = page.locator('.body-editor').getByRole('list');
    await expect.poll(() => lists.count()).toBe(2);
    const marks = lists.evaluateAll((all) => all.map((list) => getComputedStyle(list).listStyleType));
    expect(await marks).toEqual(['disc', 'decimal']);
  });

  it('uploads a picture, and publishes it once it has a credit and says what it shows', async () => {
    const slug = await newStory();
    const { page, complaints } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    const { headline, publish } = composer(page);
    await headline.fill('Smoke over the quay');
    await page.locator('.body-editor input[type=file]').setInputFiles({
      name: 'quay.png',
      mimeType: 'image/png',
      buffer: PIXEL,
    });
    await page.getByText('The picture is in.').waitFor();
    await publish.click();
    await page.getByRole('alert').filter({ hasText: 'A picture lacks its credit' }).waitFor();
    await page
      .locator('.body-editor')
      .getByLabel(/credit/i)
      .fill('Ada Lund/Norrvik Post');
    await page
      .locator('.body-editor')
      .getByLabel(/shows|cannot see|alt/i)
      .first()
      .fill('Smoke over the quay');
    await publish.click();
    await expect.poll(async () => (await entriesOf(slug))[0]?.workflow).toBe('published');
    expect((await entriesOf(slug))[0]?.body).toMatchObject([
      { type: 'picture', picture: { creditLine: 'Ada Lund/Norrvik Post', altText: 'Smoke over the quay' } },
    ]);
    expect(complaints).toEqual([]);
  });

  it('takes an article apart, shows what would become of it, and keeps what was chosen as drafts', async () => {
    const slug = await newStory();
    const { page } = await openConsole(browser, server.url, key);
    await openStory(page, server.url, slug);
    await page.getByRole('button', { name: 'Article…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/Paste the whole article/).fill(ARTICLE);
    await dialog.getByRole('button', { name: 'Take it apart' }).click();
    await dialog.getByRole('checkbox', { name: 'Road stays closed' }).uncheck();
    await dialog.getByRole('button', { name: 'Keep 2 as drafts' }).click();
    await expect.poll(() => timelineOf(page)).toEqual(['Two engines came at four.', 'Nobody is missing']);
    expect((await entriesOf(slug)).map(({ workflow }) => workflow)).toEqual(['draft', 'draft']);
  });
});

/** The smallest picture there is. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

const ARTICLE = `Fire at the harbour of Velmouth

Two engines came at four.

Nobody is missing

All who worked there that night are safe, the port told reporters.

Road stays closed

The river road is closed until noon, say the police.
`;
