import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../helpers/chromium.js';
import { serverForTest } from '../helpers/server.js';

const hrefsIn = (page: Page) =>
  page.evaluate(() => {
    const links = document.querySelector('live-story')?.shadowRoot?.querySelectorAll('a') ?? [];
    return [...links].map((link) => link.getAttribute('href'));
  });

it('links on the page of an entry, and in its frame, lead where they led before the script came', async () => {
  const { url, api } = await serverForTest();
  const { slug } = await api.createStory();
  const { id } = await api.publish(slug, { headline: 'Quay evacuated' });
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const pages = [`/s/${slug}/${id}`, `/embed/${slug}/${id}`];
  const opened = await Promise.all(
    pages.map(async (path) => {
      const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      await plain.goto(url + path);
      const live = await (await browser.newContext()).newPage();
      await live.goto(url + path);
      return { path, live, printed: await hrefsIn(plain) };
    }),
  );
  await api.request('PATCH', `/v1/stories/${slug}/entries/${id}`, { body: { headline: 'All are safe' } });
  for (const { path, live, printed } of opened) {
    await live.getByText('All are safe').first().waitFor();
    expect(printed, path).toContain(`/s/${slug}`);
    expect(await hrefsIn(live), path).toEqual(printed);
  }
});
