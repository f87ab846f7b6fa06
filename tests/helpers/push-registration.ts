import type { CDPSession } from 'playwright-core';

/**
 * Id of a service worker's registration, by which Chromium hands it a push message, once it can: what comes for one that is
 * not active yet is dropped.
 */
export async function registrationOf(cdp: CDPSession, script: string): Promise<string> {
  const found = new Promise<string>((resolve) => {
    cdp.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      const version = versions.find(({ scriptURL, status }) => scriptURL === script && status === 'activated');
      if (version !== undefined) resolve(version.registrationId);
    });
  });
  await cdp.send('ServiceWorker.enable');
  return found;
}
