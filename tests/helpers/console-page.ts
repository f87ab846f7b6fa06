import type { DeskEntry } from '@slugline/client/protocol';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { newPage, type OpenedPage } from './opened-page.js';
import { type Api, startServer, type TestServer } from './server.js';

type MemberRole = 'admin' | 'editor' | 'contributor';

export interface ConsoleSite {
  readonly browser: Browser;
  readonly server: TestServer;
  /** Of a member. */
  readonly key: string;
  /** Answers its slug. */
  newStory(): Promise<string>;
  /** The newest, as the desk has them. */
  entriesOf(slug: string): Promise<readonly DeskEntry[]>;
  close(): Promise<void>;
}

/** A server, a browser, and a member of that role, for several tests. */
export async function startConsole(role: MemberRole): Promise<ConsoleSite> {
  const [browser, server] = await Promise.all([launchChromium(), startServer()]);
  const { api } = server;
  return {
    browser,
    server,
    key: await memberKey(api, 'Ada Lund', role),
    newStory: async () => (await api.createStory({ headline: 'Harbour fire' })).slug,
    entriesOf: async (slug) =>
      (await api.get<{ entries: DeskEntry[] }>(`/v1/stories/${slug}?edition=desk`)).body.entries,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The personal key of a new member. */
export async function memberKey(api: Api, name: string, role: MemberRole): Promise<string> {
  const made = await api.request<{ member: { id: string } }>('POST', '/v1/members', { body: { name, role } });
  const path = `/v1/members/${made.body.member.id}/keys`;
  const { body } = await api.request<{ secret: string }>('POST', path, { body: { name: 'of a test' } });
  return body.secret;
}

/** A member's browser at the console, signed in by their key as a newcomer is. */
export async function openConsole(
  browser: Browser,
  url: string,
  key: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const { page, complaints } = await newPage(browser, { viewport: { width: 1440, height: 900 }, ...options });
  await page.goto(`${url}/console`);
  await signIn(page, key);
  // Whether somebody is signed in already is asked first, and the browser says that nobody is.
  complaints.length = 0;
  return { page, complaints };
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('Your key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Stories' }).waitFor();
}

/** Opens a story's screen and waits until it follows it. */
export async function openStory(page: Page, url: string, slug: string): Promise<void> {
  await page.goto(`${url}/console#/stories/${slug}`);
  await page.getByText('Connected', { exact: true }).waitFor();
}

/** The composer's fields and buttons. */
export const composer = (page: Page) => ({
  headline: page.getByRole('textbox', { name: 'Headline' }),
  text: page.getByRole('textbox', { name: 'Text', exact: true }),
  publish: page.locator('.composer-foot .primary'),
});

/** Headlines of the timeline, newest first. */
export const timelineOf = (page: Page): Promise<readonly string[]> =>
  page.locator('desk-timeline ol .item-headline').allTextContents();
