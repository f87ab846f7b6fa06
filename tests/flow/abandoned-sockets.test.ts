import { describe, expect, it, onTestFinished } from 'vitest';
import { commitOf, headerWrite } from '../contract/store-harness.js';
import { askForWebSocket } from '../helpers/handshake.js';
import { doorsForTest, storeForTest } from '../helpers/live-parts.js';
import { connectSocket, linkOf } from '../helpers/socket-reader.js';

const SLUG = 'harbour-fire';
/** Milliseconds; a tenth of what is usual and less. */
const TIMES = { ping: 1_000, pong: 1_000, connect: 800 };

async function doorsWithStory(): Promise<string> {
  const store = await storeForTest();
  const header = JSON.stringify({ slug: SLUG, visibility: 'public', version: 1 });
  await store.commit(commitOf(SLUG, [headerWrite('public', 1, header)]));
  return doorsForTest(store, { times: TIMES });
}

/** A session of polls without a client that would keep it up. */
async function openSession(url: string) {
  const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  const { sid } = JSON.parse((await answer.text()).slice(1));
  const at = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  const send = async (body: string) => (await fetch(at, { method: 'POST', body })).status;
  const poll = async () => {
    const polled = await fetch(at);
    return { status: polled.status, text: await polled.text() };
  };
  return { at, send, poll };
}

/** How many follow the story, in the eyes of someone who looks in and is not counted. */
async function audienceAt(url: string): Promise<number> {
  const reader = await connectSocket(url);
  const { audience = 0 } = await reader.join({ slug: SLUG });
  reader.socket.close();
  return audience - 1;
}

describe('a session of polls that is abandoned', () => {
  it.each([
    ['between two polls', false],
    ['in the middle of one', true],
  ])('%s is forgotten', async (_when, polling) => {
    const url = await doorsWithStory();
    const { at, send, poll } = await openSession(url);
    await send('40');
    await poll();
    await send(`420["story:join",{"slug":"${SLUG}"}]`);
    expect((await poll()).text).toMatch(/430\[{"ok":true,"audience":1,/);
    if (polling) {
      const gone = new AbortController();
      onTestFinished(() => gone.abort());
      // Its pings arrive, and nobody answers them.
      fetch(at, { signal: gone.signal }).catch(() => undefined);
    }
    await expect.poll(() => audienceAt(url), { message: 'the session to be forgotten' }).toBe(0);
    expect((await poll()).status).toBe(400);
  });
});

describe('a connection that never says what it wants', () => {
  it('over WebSocket is closed', async () => {
    const { link } = await askForWebSocket(await doorsWithStory());
    if (link === undefined) throw new Error('the upgrade was refused');
    const closed = new Promise<void>((resolve) => link.once('close', () => resolve()));
    link.resume();
    await closed;
  });

  it('over polls is forgotten', async () => {
    const { poll } = await openSession(await doorsWithStory());
    await expect.poll(async () => (await poll()).status, { message: 'the session to be forgotten' }).toBe(400);
  });
});

it('a WebSocket that answers no ping is closed', async () => {
  const url = await doorsWithStory();
  const reader = await connectSocket(url);
  await reader.join({ slug: SLUG });
  linkOf(reader).pause();
  await expect.poll(() => audienceAt(url), { message: 'the deaf one to be closed' }).toBe(0);
});
