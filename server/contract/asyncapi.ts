import { LIMITS } from '@slugline/client/protocol';
import { type Argument, SOCKET_EVENTS, STREAM_EVENTS } from './events.js';
import { SLUG } from './examples.js';
import { type JsonSchema, jsonSchemas, nameOf, schemaRef } from './json-schemas.js';

/** Where a message, a channel and an operation of this document stand. */
const messageAt = (channel: string, key: string) => ({ $ref: `#/channels/${channel}/messages/${key}` });
const channelAt = (channel: string) => ({ $ref: `#/channels/${channel}` });

/** `story:join` becomes `storyJoin`: keys that stand in a `$ref`. */
const keyOf = (event: string): string => event.replace(/:(\w)/g, (_, letter: string) => letter.toUpperCase());

const STREAMS = { storyStream: '/v1/stories/{slug}/stream', breakingStream: '/v1/breaking/stream' } as const;

/** The `servers` of the document, for where this server is. */
export function serversAt(home: string): object {
  const { protocol, host, pathname } = new URL(home);
  const server = { host, ...(pathname !== '/' && { pathname }) };
  const isSecure = protocol === 'https:';
  return {
    sockets: {
      ...server,
      protocol: isSecure ? 'wss' : 'ws',
      description: 'Socket.IO protocol 5 over Engine.IO 4, default namespace. A credential goes into `auth.token`.',
    },
    streams: { ...server, protocol: isSecure ? 'https' : 'http', description: 'Server-sent events.' },
  };
}

/**
 * AsyncAPI 3.0 of the events of sockets and streams, but for its `servers`. It is told from the server: what clients send
 * is received.
 */
export function asyncApi(version: string): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Slugline',
      version,
      description:
        'A story followed live, over Socket.IO or server-sent events, from one position that works at both. The OpenAPI document has what is asked over HTTP.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: { sockets: socketChannel(), ...streamChannels() },
    operations: { ...socketOperations(), ...streamOperations() },
    components: { schemas: jsonSchemas('draft-7') },
  };
}

function socketChannel(): object {
  const messages = Object.entries(SOCKET_EVENTS).flatMap(([name, { summary, holds, example, answer }]) => {
    const payload = {
      type: 'array',
      items: holds.map(schemaOf),
      minItems: holds.length,
      maxItems: holds.length,
    };
    const message = { name, title: name, summary, payload, examples: [{ payload: example }] };
    if (answer === undefined) return [[keyOf(name), message]];
    const acknowledgement = {
      name: `${name} acknowledgement`,
      title: `${name}, acknowledged`,
      summary: 'What changed since the position, or why not.',
      payload: { type: 'array', items: [schemaOf(answer)], minItems: 1, maxItems: 1 },
      examples: Object.entries(answer.examples).map(([example, given]) => ({ name: example, payload: [given] })),
    };
    return [
      [keyOf(name), message],
      [answerKey(name), acknowledgement],
    ];
  });
  return {
    address: '/socket.io/',
    title: 'Socket.IO',
    description: `The payload of a message is the list of the event’s arguments. A socket follows up to ${LIMITS.joinsPerSocket} stories.`,
    servers: [{ $ref: '#/servers/sockets' }],
    messages: Object.fromEntries(messages),
    bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
  };
}

const answerKey = (event: string): string => `${keyOf(event)}Answer`;

function streamChannels(): object {
  return Object.fromEntries(
    Object.entries(STREAMS).map(([channel, address]) => {
      const messages = Object.entries(STREAM_EVENTS).map(([name, { summary, holds, example }]) => [
        name,
        { name, title: name, summary, payload: schemaOf(holds), examples: [{ payload: example }] },
      ]);
      const parameters = { slug: { description: 'The story’s slug.', examples: [SLUG] } };
      return [
        channel,
        {
          address,
          title: 'Server-sent events',
          description: `The payload of a message is the event’s \`data\`. A comment comes every ${LIMITS.heartbeatSeconds} s: ${LIMITS.silenceSeconds} s of silence are a dead link.`,
          servers: [{ $ref: '#/servers/streams' }],
          ...(address.includes('{slug}') && { parameters }),
          messages: Object.fromEntries(messages),
        },
      ];
    }),
  );
}

function socketOperations(): object {
  return Object.fromEntries(
    Object.entries(SOCKET_EVENTS).map(([name, { from, summary, answer }]) => [
      keyOf(name),
      {
        action: from === 'client' ? 'receive' : 'send',
        channel: channelAt('sockets'),
        summary,
        messages: [messageAt('sockets', keyOf(name))],
        ...(answer !== undefined && {
          reply: { channel: channelAt('sockets'), messages: [messageAt('sockets', answerKey(name))] },
        }),
      },
    ]),
  );
}

function streamOperations(): object {
  return Object.fromEntries(
    Object.keys(STREAMS).map((channel) => [
      channel,
      {
        action: 'send',
        channel: channelAt(channel),
        summary: 'What changed since the asker’s position, then each change as it happens.',
        messages: Object.keys(STREAM_EVENTS).map((name) => messageAt(channel, name)),
      },
    ]),
  );
}

function schemaOf({ schemas }: Argument): JsonSchema {
  const [first, ...others] = schemas.map((schema) =>
    isPlainText(schema) ? { type: 'string' } : schemaRef(nameOf(schema)),
  );
  return others.length === 0 ? { ...first } : { anyOf: [{ ...first }, ...others] };
}

const isPlainText = ({ type }: Argument['schemas'][number]): boolean => type === 'string';
