import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { problemsIn } from '../helpers/axe.js';
import { launchChromium } from '../helpers/chromium.js';
import { newPage } from '../helpers/opened-page.js';
import { serverForTest } from '../helpers/server.js';
import { startSignInService } from '../helpers/sign-in-service.js';

it('somebody whom the service of another site knows is in the console by one click, and who has no role reads why not', async () => {
  const service = await startSignInService(0, 'localhost');
  onTestFinished(() => service.close());
  // People are sent back to where the server says that it is, so it has to know that before it listens.
  const port = await freePort();
  await serverForTest({
    env: {
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      OIDC_ISSUER: service.issuer,
      OIDC_CLIENT_ID: service.clientId,
      OIDC_CLIENT_SECRET: service.clientSecret,
      OIDC_ROLES: 'desk=editor',
    },
  });
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const { page } = await newPage(browser, { viewport: { width: 1280, height: 800 } });
  const byService = page.getByRole('link', { name: 'Sign in with your organisation’s account' });

  service.person = { sub: 'person-1', name: 'Ada Lindt', groups: ['readers'] };
  await page.goto(`http://127.0.0.1:${port}/console/`);
  await byService.waitFor();
  expect(await problemsIn(page)).toEqual([]);
  await byService.click();
  await page.getByRole('heading', { name: 'You are not a member of this desk' }).waitFor();
  expect(new URL(page.url()).search).toBe('?why=no-role');
  expect(await problemsIn(page)).toEqual([]);

  service.person = { sub: 'person-1', name: 'Ada Lindt', groups: ['desk'] };
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByText('There is no story yet.').waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/');
});

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}
