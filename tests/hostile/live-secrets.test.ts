import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { type Guests, openTheHouse } from './guests.js';
import { broughtAs, isSession } from './knocking.js';
import { CALLERS, type GoodCaller } from './policy.js';

/** Someone who follows the public edition, with all bytes that came. */
interface Follower {
  readonly name: string;
  readonly isInsider: boolean;
  bytes(): string;
}

/** Follows by socket, by stream and by polls, one after the other. */
async function follow(house: Guests, who: GoodCaller, slug: string): Promise<readonly Follower[]> {
  const token = house.bring(who);
  // A session that ended is none: its browser reads as anybody does.
  const isInsider = who !== 'nobody' && who !== 'other token' && who !== 'ended session';
  const headers = broughtAs(token);
  const socketed: string[] = [];
  const socket = await connectSocket(house.url, {
    ...(isSession(token) ? { extraHeaders: headers } : { auth: token === undefined ? {} : { token } }),
  });
  socket.socket.onAny((...event) => socketed.push(JSON.stringify(event)));
  socketed.push(JSON.stringify(await socket.join({ slug })));
  const stream = await openStream(`${house.url}/v1/stories/${slug}/stream`, headers);
  await stream.received(1);
  let polled = '';
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const poll = async (): Promise<void> => {
    for (let since = ''; !abort.signal.aborted; ) {
      const wanted = `${house.url}/v1/stories/${slug}/changes?wait=5${since}`;
      const response = await fetch(wanted, { headers, signal: abort.signal });
      const text = await response.text();
      polled += text;
      if (!response.ok) return;
      const { position }: { position: { epoch: string; seq: number } } = JSON.parse(text);
      since = `&since=${position.epoch}:${position.seq}`;
    }
  };
  poll().catch(() => undefined);
  return [
    { name: `${who} by a socket`, isInsider, bytes: () => socketed.join('\n') },
    { name: `${who} by a stream`, isInsider, bytes: stream.text },
    { name: `${who} by polls`, isInsider, bytes: () => polled },
  ];
}

describe('while the desk works', { timeout: 60_000 }, () => {
  let house: Guests;
  beforeAll(async () => {
    house = await openTheHouse();
  }, 60_000);
  afterAll(() => house?.close());

  it('no reader is sent what is for the desk, and none what is for few once it is so', async () => {
    const { api, planted } = house;
    const { slug } = planted.open;
    const followers = (await Promise.all(CALLERS.map((who) => follow(house, who, slug)))).flat();
    const breaking = await openStream(`${house.url}/v1/breaking/stream`);
    const command = async (method: string, path: string, body?: object): Promise<void> => {
      const { status } = await api.request(method, `/v1/stories/${slug}${path}`, body === undefined ? {} : { body });
      if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
    };
    const note = 'desk-only-4711 a note';
    const { id } = await api.publish(slug, { headline: 'News', edNote: note, breaking: true });
    const entry = `/entries/${id}`;
    await command('PATCH', entry, { edNote: `${note}, and another` });
    await command('PATCH', entry, { headline: 'Better news', edNote: note });
    await command('POST', `${entry}/corrections`, { text: 'It was better.', edNote: note });
    await command('PUT', `/pins/${id}`);
    await command('POST', `${entry}/withdrawal`, { status: 'withheld', notice: 'It is being checked.' });
    await command('PATCH', '', { kicker: 'While it is away' });
    await command('DELETE', `${entry}/withdrawal`);
    await command('POST', `${entry}/withdrawal`, { status: 'canceled' });
    await command('PATCH', '', { headline: 'The last words to all' });
    for (const { name, bytes } of followers) {
      await eventually(`the last words to reach ${name}`, () => bytes().includes('The last words to all'));
    }
    await command('PATCH', '', { visibility: 'private', headline: 'private-4711 words to few' });
    await api.publish(slug, { headline: 'private-4711 more words to few', edNote: note, breaking: true });
    for (const { name, bytes } of followers.filter(({ isInsider }) => isInsider)) {
      await eventually(`the words to few to reach ${name}`, () => bytes().includes('more words to few'));
    }
    for (const { name, isInsider, bytes } of [
      ...followers,
      { name: 'breaking', isInsider: false, bytes: breaking.text },
    ]) {
      const leaked = house.secretsIn(bytes()).filter((ground) => ground !== 'private' || !isInsider);
      expect(leaked, `${name} was sent:\n${bytes()}`).toEqual([]);
    }
  });
});
