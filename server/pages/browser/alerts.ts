import {
  type Follows,
  follow,
  followAll,
  keepFollows,
  readFollows,
  siteKey,
  unfollow,
} from '../push-worker/follows.js';

/*
 * Makes the control for alerts work. The page has it printed with all of its texts; this tells in which state it is, and
 * does what its switches say.
 */

const { url } = import.meta;
/** Address of the server, with the slash at its end: this file is at `/assets/` of it. */
const home = new URL('..', url).href;
/** Milliseconds after which a server is told once more who follows: it may have lost it, or be another one. */
const TELL_AGAIN_MS = 24 * 3_600_000;
/** Milliseconds that a worker may take to be there. */
const WORKER_MS = 15_000;

type State = 'off' | 'on' | 'denied' | 'unsupported';
type Trouble = 'failed' | 'later';

const control = document.querySelector<HTMLElement>('#alerts');
if (control !== null) void start(control);

async function start(host: HTMLElement): Promise<void> {
  const switches = [...host.querySelectorAll<HTMLInputElement>('[data-topic]')];
  const topicOf = ({ dataset }: HTMLInputElement): string => dataset.topic ?? '';

  /** One at a time: each reads what the last one kept. */
  let queue = Promise.resolve();
  host.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    // What the reader wants is said now: by its turn, what was looked up before may have set the switch back.
    const wanted = target.checked;
    target.setAttribute('aria-busy', 'true');
    queue = queue.then(() => change(target, wanted));
  });
  navigator.serviceWorker?.addEventListener('message', ({ data }) => showEntry(data));
  // Another tab may have changed it meanwhile.
  host.querySelector('[popover]')?.addEventListener('toggle', () => {
    queue = queue.then(() => update()).catch(() => undefined);
  });

  await update().catch(() => undefined);
  await tellAgain().catch(() => undefined);

  async function change(box: HTMLInputElement, wanted: boolean): Promise<void> {
    const topic = topicOf(box);
    say(undefined);
    let trouble: Trouble | undefined;
    try {
      if (wanted) await turnOn(topic);
      else await turnOff(topic);
    } catch (error) {
      trouble = error instanceof Error && error.message === '429' ? 'later' : 'failed';
    }
    await update(box).catch(() => undefined);
    say(trouble);
    box.removeAttribute('aria-busy');
  }

  /** Shows what is, but for switches that are on their way elsewhere. */
  async function update(settled?: HTMLInputElement): Promise<void> {
    const follows = isSupported() ? await inForce() : undefined;
    for (const box of switches) {
      if (box === settled || !box.hasAttribute('aria-busy')) box.checked = follows?.ids[topicOf(box)] !== undefined;
    }
    host.dataset.state = stateOf(follows);
  }

  function say(trouble: Trouble | undefined): void {
    if (trouble === undefined) delete host.dataset.trouble;
    else host.dataset.trouble = trouble;
  }

  function stateOf(follows: Follows | undefined): State {
    if (!isSupported()) return 'unsupported';
    if (Notification.permission === 'denied') return 'denied';
    return switches.some((box) => follows?.ids[topicOf(box)] !== undefined) ? 'on' : 'off';
  }
}

function isSupported(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && 'caches' in window;
}

/** What this browser follows by a subscription that it still has. */
async function inForce(): Promise<Follows | undefined> {
  const follows = await readFollows(home);
  if (follows === undefined || Notification.permission !== 'granted') return undefined;
  const subscription = await (await registered())?.pushManager.getSubscription();
  return subscription?.endpoint === follows.endpoint ? follows : undefined;
}

async function turnOn(topic: string): Promise<void> {
  // Asked first, while the reader's click still counts.
  if ((await Notification.requestPermission()) !== 'granted') return;
  const { pushManager } = await workerAtWork();
  const subscription = await subscribe(pushManager);
  const follows = await inForce();
  const id = await follow(home, topic, subscription);
  // By another subscription than before, whatever was followed is followed anew.
  const { [topic]: _same, ...former } = (follows === undefined ? await readFollows(home) : undefined)?.ids ?? {};
  const { ids } = await followAll(home, former, subscription);
  await keepFollows(home, {
    endpoint: subscription.endpoint,
    ids: { ...ids, ...follows?.ids, [topic]: id },
    toldAt: Date.now(),
  });
}

async function turnOff(topic: string): Promise<void> {
  const follows = await inForce();
  const id = follows?.ids[topic];
  if (follows === undefined || id === undefined) return;
  await unfollow(home, topic, id);
  const { [topic]: _ended, ...ids } = follows.ids;
  await keepFollows(home, { ...follows, ids });
  if (Object.keys(ids).length === 0) await (await (await registered())?.pushManager.getSubscription())?.unsubscribe();
}

/** The subscription to this site. One that was made with another key is of no use to it any more. */
async function subscribe(pushManager: PushManager): Promise<PushSubscription> {
  const key = await siteKey(home);
  const held = await pushManager.getSubscription();
  if (held !== null && keyOf(held) === key) return held;
  await held?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** A server that lost its followers, or one that stands in its place, hears of this one again. */
async function tellAgain(): Promise<void> {
  if (!isSupported()) return;
  const follows = await inForce();
  if (follows === undefined || Date.now() - follows.toldAt < TELL_AGAIN_MS) return;
  const { pushManager } = await workerAtWork();
  const subscription = await subscribe(pushManager);
  // What failed is tried again another day.
  const { ids } = await followAll(home, follows.ids, subscription);
  await keepFollows(home, { endpoint: subscription.endpoint, ids, toldAt: Date.now() });
}

const SCOPE = 'push-worker/';

async function registered(): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker.getRegistration(new URL(SCOPE, home));
  return registration?.scope === new URL(SCOPE, home).href ? registration : undefined;
}

/** Registers the worker and waits until it can be subscribed with. */
async function workerAtWork(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(workerUrl(), { scope: new URL(SCOPE, home).pathname });
  const worker = registration.installing ?? registration.waiting;
  if (registration.active !== null || worker === null) return registration;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no worker')), WORKER_MS);
    worker.addEventListener('statechange', () => {
      if (registration.active === null && worker.state !== 'redundant') return;
      clearTimeout(timer);
      if (registration.active === null) reject(new Error('no worker'));
      else resolve();
    });
  });
  return registration;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** The one script that this page may make a worker of, as pages that allow no other URL want it. */
function workerUrl(): string {
  const url = new URL('push-worker.js', home).href;
  const { trustedTypes }: { trustedTypes?: TrustedTypes } = Object(window);
  policy ??= trustedTypes?.createPolicy('slugline-alerts', { createScriptURL: () => url });
  return policy?.createScriptURL(url) ?? url;
}

/** Who clicked on an alert, and has its story open here, is led to the entry by the element, as by any link to it. */
function showEntry(message: { readonly shows?: string } | null): void {
  if (message?.shows === undefined) return;
  const hash = `#entry=${message.shows}`;
  // The element hears of an address that changes.
  if (location.hash === hash) history.replaceState(null, '', `${location.pathname}${location.search}`);
  location.hash = hash;
}
