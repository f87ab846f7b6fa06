import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { hostPage } from '../helpers/host-page.js';
import { openPage } from '../helpers/opened-page.js';
import { contentOf } from '../helpers/page-content.js';
import { type Api, serverForTest } from '../helpers/server.js';

/** Of what is withdrawn: to be nowhere. */
const RUMOUR = 'rumoured';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const command = async (api: Api, method: string, path: string, body: object) => {
  const { status } = await api.request(method, path, { body });
  if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
};

const publishMany = (api: Api, slug: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_none, at) => api.publish(slug, { headline: `Number ${at}` })));

describe('the page of an entry', () => {
  it('keeps the entry current, however far down in its story it is, and shows nothing else', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const { id } = await api.publish(slug, { headline: 'Crews reach the quay' });
    await publishMany(api, slug, 31);
    const { page, complaints } = await openPage(browser, `${url}/s/${slug}/${id}`);
    await page.locator('live-story[data-live]').waitFor();
    expect(await page.locator('article').count()).toBe(1);
    expect(await page.title()).toBe('Crews reach the quay – Harbour fire');

    const path = `/v1/stories/${slug}/entries/${id}`;
    await command(api, 'PATCH', path, { headline: 'Crews hold the quay' });
    await page.getByRole('heading', { name: 'Crews hold the quay' }).waitFor();
    await command(api, 'POST', `${path}/corrections`, { text: 'It was quay 5.' });
    await page.getByText('It was quay 5.').waitFor();
    await api.publish(slug, { headline: 'Something else' });
    await command(api, 'PATCH', path, { located: 'North quay' });
    await page.getByText('North quay').waitFor();
    expect(await page.locator('article').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('keeps nothing of the entry once it was withdrawn, in its head neither, and has it back when it is released', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const { id } = await api.publish(slug, { headline: `It is ${RUMOUR}`, bodyMarkdown: `So it is ${RUMOUR}.` });
    const { page, complaints } = await openPage(browser, `${url}/s/${slug}/${id}`);
    await page.locator('live-story[data-live]').waitFor();
    const path = `/v1/stories/${slug}/entries/${id}/withdrawal`;
    await command(api, 'POST', path, { status: 'withheld', notice: 'Being checked.' });
    await page.getByText('Being checked.').waitFor();
    expect(await contentOf(page)).not.toContain(RUMOUR);
    expect(await page.title()).toBe('Harbour fire');
    await api.request('DELETE', path);
    await page.getByRole('heading', { name: `It is ${RUMOUR}` }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is live in a frame of another site, and as one tag in its page', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory();
    const { id } = await api.publish(slug, { headline: 'First' });
    await publishMany(api, slug, 31);
    const site = await hostPage(
      url,
      `<iframe src="${url}/embed/${slug}/${id}" width="600" height="600"></iframe>
      <live-story slug="${slug}" entry="${id}"></live-story>
      <live-story slug="${slug}" entry="no-such-entry" id="none"></live-story>`,
    );
    const { page, complaints } = await openPage(browser, site);
    const places = [page.frameLocator('iframe').locator('live-story'), page.locator('live-story').first()];
    for (const place of places) await place.getByRole('heading', { name: 'First' }).waitFor();
    await page.locator('#none').getByText('This update is not available.').waitFor();
    await command(api, 'PATCH', `/v1/stories/${slug}/entries/${id}`, { headline: 'First, edited' });
    for (const place of places) {
      await place.getByRole('heading', { name: 'First, edited' }).waitFor();
      expect(await place.getByRole('article').count()).toBe(1);
    }
    // A browser tells of each answer that is no success.
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
  });
});
