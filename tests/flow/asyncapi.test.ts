import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Argument, SOCKET_EVENTS, STREAM_EVENTS } from '../../server/contract/events.js';
import { SOCKET_EVENTS as SPOKEN } from '../../server/contract/wire-schemas.js';
import { type Judge, judgeOf } from '../formats/json-schema.js';
import { asyncApiShape, at, danglingIn } from '../formats/openapi.js';
import { openStream } from '../helpers/event-stream.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { connectSocket } from '../helpers/socket-reader.js';
import { socketEvents } from '../hostile/mounted-doors.js';

interface Message {
  readonly name: string;
  readonly payload: object;
  readonly examples: readonly { readonly payload: unknown }[];
}
interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, Message>>;
}
interface Spoken {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
}
interface Document {
  readonly servers: Readonly<Record<string, { readonly host: string; readonly protocol: string }>>;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Spoken>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let server: TestServer;
let document: Document;
let faults: Judge;

beforeAll(async () => {
  server = await startServer({ env: { DRAIN_MS: '1000' } });
  document = (await server.api.get<Document>('/asyncapi.json', { key: null })).body;
  faults = judgeOf(document, 'draft-07');
});
afterAll(() => server?.close());

const messageOf = (channel: string, name: string): Message | undefined =>
  Object.values(document.channels[channel]?.messages ?? {}).find((message) => message.name === name);

/** What came, as the document has it, for whoever reads that; and with no field that nobody described. */
function expectMessage(channel: string, name: string, payload: unknown, holds: readonly Argument[]): void {
  const message = messageOf(channel, name);
  expect(message, `${name} in ${channel}`).toBeDefined();
  const what = `${name}: ${JSON.stringify(payload)}`;
  expect(faults(message?.payload ?? {}, payload), what).toEqual([]);
  const values: readonly unknown[] = channel === 'sockets' ? Object.values(Object(payload)) : [payload];
  for (const [at, { schemas }] of holds.entries()) {
    const strict = schemas.map((schema) => schema.safeParse(values[at]));
    expect(strict.some(({ success }) => success) || strict.map(({ error }) => error?.message), what).toBe(true);
  }
}

/** Over a socket: the arguments of an event, or of the acknowledgement of one. */
function expectSocketEvent(name: keyof typeof SOCKET_EVENTS, ...payload: readonly unknown[]): void {
  expectMessage('sockets', name, payload, SOCKET_EVENTS[name].holds);
}
function expectAcknowledgement(name: keyof typeof SOCKET_EVENTS, ...payload: readonly unknown[]): void {
  const { answer } = SOCKET_EVENTS[name];
  expectMessage('sockets', `${name} acknowledgement`, payload, answer === undefined ? [] : [answer]);
}
function expectStreamEvent(channel: string, { event, data }: { event: string; data: unknown }): void {
  const told = Object.entries(STREAM_EVENTS).flatMap(([name, { holds }]) => (name === event ? [holds] : []));
  expect(told, event).toHaveLength(1);
  expectMessage(channel, event, data, told);
}

describe('the AsyncAPI document', () => {
  it('is one, and all that it refers to is in it', () => {
    expect(asyncApiShape(document, 'document')).toEqual([]);
    expect(danglingIn(document)).toEqual([]);
    const { host } = new URL(server.url);
    expect(document.servers).toMatchObject({ sockets: { host, protocol: 'ws' }, streams: { host, protocol: 'http' } });
  });

  it('has every event of sockets and streams, from the side that sends it, and no other', () => {
    const told = Object.values(document.operations).flatMap(({ action, messages }) =>
      messages.map(({ $ref }): [string, string] => [
        String(Reflect.get(Object(at(document, $ref)), 'name')),
        action === 'receive' ? 'client → server' : 'server → client',
      ]),
    );
    const streamed = Object.keys(STREAM_EVENTS).map((name) => [name, 'server → client']);
    expect(Object.fromEntries(told)).toEqual({ ...SPOKEN, ...Object.fromEntries(streamed) });
    const received = told.filter(([, direction]) => direction === 'client → server').map(([name]) => name);
    expect(received.sort()).toEqual([...socketEvents()].sort());
  });

  it('has schemas that are schemas, and every example is as its schema says', () => {
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => faults({ $ref: `#/components/schemas/${name}` }, {}), name).not.toThrow();
    }
    for (const { messages } of Object.values(document.channels)) {
      for (const { name, payload, examples } of Object.values(messages)) {
        for (const example of examples) expect(faults(payload, example.payload), name).toEqual([]);
      }
    }
    expect(faults(messageOf('sockets', 'story:join')?.payload ?? {}, [{ slug: 'Not A Slug' }])).not.toEqual([]);
    expect(faults(messageOf('sockets', 'story:reset')?.payload ?? {}, [])).not.toEqual([]);
  });
});

describe('a server speaks as the document says', () => {
  it('over a socket, and takes every example of what clients send', async () => {
    const { api, url } = server;
    await api.createStory({ slug: 'harbour-fire' });
    const reader = await connectSocket(url);
    const [join] = SOCKET_EVENTS['story:join'].example;
    expectAcknowledgement('story:join', await reader.ask(join));
    expectAcknowledgement('story:join', await reader.ask({ slug: 'no-such-story' }));
    await api.publish('harbour-fire');
    await reader.received(1);
    const [came] = reader.changes;
    expectSocketEvent('story:change', came?.slug, came?.change);
    reader.socket.emit('story:leave', ...SOCKET_EVENTS['story:leave'].example);
    await api.publish('harbour-fire');
    await reader.join({ slug: 'harbour-fire' });
    expect(reader.changes).toHaveLength(1);
    // A private story is none of an anonymous reader's: the room is told to join again, and learns so.
    await api.request('PATCH', '/v1/stories/harbour-fire', { body: { visibility: 'private' } });
    await expect.poll(() => reader.resets, { message: 'a reset' }).toHaveLength(1);
    expectSocketEvent('story:reset', reader.resets[0]);
    await api.request('PATCH', '/v1/stories/harbour-fire', { body: { visibility: 'public' } });
  });

  it('over a stream, and says on both that it is about to go', async () => {
    const { api, url } = server;
    const { slug } = await api.createStory();
    const reader = await connectSocket(url);
    await reader.join({ slug });
    const stream = await openStream(`${url}/v1/stories/${slug}/stream`);
    const breaking = await openStream(`${url}/v1/breaking/stream`);
    await stream.received(1);
    await api.publish(slug, { breaking: true });
    await stream.received(2);
    await breaking.received(1);
    const closed = server.close();
    await stream.received(3);
    await expect.poll(() => reader.goaways, { message: 'a goaway at the socket' }).toHaveLength(1);
    expect(stream.events.map(({ event }) => event)).toEqual(['reset', 'change', 'goaway']);
    for (const event of stream.events) expectStreamEvent('storyStream', event);
    for (const event of breaking.events) expectStreamEvent('breakingStream', event);
    expectSocketEvent('server:goaway', ...reader.goaways);
    stream.close();
    breaking.close();
    reader.socket.close();
    await closed;
  });
});
