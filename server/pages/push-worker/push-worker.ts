import type { Alert } from '@slugline/client/protocol';
import { followAll, keepFollows, readFollows, siteKey, unfollow } from './follows.js';

declare const self: ServiceWorkerGlobalScope;

/*
 * Shows alerts while no page is open. It has no part in what pages load: its scope holds none of them, so that it can
 * stand beside another worker of the same site.
 */

/** Address of the server, with the slash at its end: this file is there. */
const home = new URL('.', self.location.href).href;

/** What is kept with a notification. */
type Kept = Pick<Alert, 'slug' | 'entryId' | 'at'>;

self.addEventListener('install', () => void self.skipWaiting());

self.addEventListener('push', (event) => {
  if (event.data !== null) event.waitUntil(show(event.data.json()));
});

/** An alert takes the place of what was shown of the same entry: a withdrawn one leaves its notice and no word more. */
async function show({ title, body, tag, round, at, slug, entryId, language, direction }: Alert): Promise<void> {
  const shown = await self.registration.getNotifications({ tag });
  // Two messages may overtake each other on their way. By time, as each topic that is followed counts rounds of its own.
  if (shown.some(({ data }: { data: Kept | null }) => (data?.at ?? '') > at)) return;
  const data: Kept = { slug, entryId, at };
  await self.registration.showNotification(title, {
    ...(body !== undefined && { body }),
    tag,
    lang: language,
    dir: direction,
    // What is corrected or taken back is to be seen, and is no reason to reach for the phone once more.
    silent: round > 1,
    data,
  });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

/** Goes to a page that is open already: the entry's own, else its story's, which is told what is to be seen there. */
async function open({ slug, entryId }: Kept): Promise<void> {
  const story = new URL(`s/${slug}`, home);
  const entry = new URL(`s/${slug}/${entryId}`, home);
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const at = (page: URL) => windows.find(({ url }) => new URL(url).pathname === page.pathname);
  const [open, beside] = [at(entry), at(story)];
  if (open !== undefined) await open.focus();
  else if (beside !== undefined) (await beside.focus()).postMessage({ shows: `${slug}/${entryId}` });
  else await self.clients.openWindow(entry);
}

self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(renew(event.newSubscription ?? undefined));
});

/** The browser has another subscription now, or none any more: what was followed is followed by the new one. */
async function renew(given: PushSubscription | undefined): Promise<void> {
  const follows = await readFollows(home);
  if (follows === undefined || Object.keys(follows.ids).length === 0) return;
  const subscription =
    given ??
    (await self.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: await siteKey(home),
    }));
  const { ids, isWhole } = await followAll(home, follows.ids, subscription);
  // The next page that is opened tells what could not be told now.
  await keepFollows(home, { endpoint: subscription.endpoint, ids, toldAt: isWhole ? Date.now() : 0 });
  for (const [topic, former] of Object.entries(follows.ids)) {
    // The server finds out by itself that the former one is gone, if later.
    if (ids[topic] !== undefined && ids[topic] !== former) await unfollow(home, topic, former).catch(() => undefined);
  }
}
