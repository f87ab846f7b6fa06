import type { ClientToServerEvents, ServerToClientEvents } from '@slugline/client/protocol';
import { z } from 'zod';
import { CHANGE, GOAWAY, JOIN, JOINED, REFUSED, RESET, SLUG } from './examples.js';
import { ANSWERS, REQUESTS } from './named-schemas.js';

/** One kind of message: who sends it, what it holds, and what comes back. */
export interface EventOf<Arguments extends 'listed' | 'one'> {
  readonly from: 'client' | 'server';
  readonly summary: string;
  /** Arguments of a socket's event in their order, or the one thing that a streamed event's `data` is. */
  readonly holds: Arguments extends 'listed' ? readonly Argument[] : Argument;
  readonly example: Arguments extends 'listed' ? readonly unknown[] : unknown;
  /** What it is acknowledged with. */
  readonly answer?: Argument & { readonly examples: Readonly<Record<string, object>> };
}

export interface Argument {
  readonly name: string;
  /** Of the public edition first, then of the desk's where it differs. */
  readonly schemas: readonly [z.ZodType, ...z.ZodType[]];
}

const storySlug: Argument = { name: 'slug', schemas: [z.string()] };
const change: Argument = { name: 'change', schemas: [ANSWERS.Change, ANSWERS.DeskChange] };
const goaway: Argument = { name: 'goaway', schemas: [ANSWERS.Goaway] };

type SocketEventName = keyof ClientToServerEvents | keyof ServerToClientEvents;

/** Those of Socket.IO; the compiler misses one that the protocol gains. */
export const SOCKET_EVENTS: Readonly<Record<SocketEventName, EventOf<'listed'>>> = {
  'story:join': {
    from: 'client',
    summary:
      'Begins to follow a story, or `@breaking`. Changes may come before the acknowledgement: hold them until it is applied.',
    holds: [{ name: 'request', schemas: [REQUESTS.JoinRequest] }],
    example: [JOIN],
    answer: { name: 'answer', schemas: [ANSWERS.JoinAnswer], examples: { accepted: JOINED, refused: REFUSED } },
  },
  'story:leave': {
    from: 'client',
    summary: 'Ceases to follow it.',
    holds: [{ name: 'request', schemas: [REQUESTS.LeaveRequest] }],
    example: [{ slug: SLUG }],
  },
  'story:change': {
    from: 'server',
    summary: 'One object of a followed story has a new form.',
    holds: [storySlug, change],
    example: [SLUG, CHANGE],
  },
  'story:reset': {
    from: 'server',
    summary:
      'The server cannot vouch for what it sent, or the story may not be read any more: join again with the position held.',
    holds: [storySlug],
    example: [SLUG],
  },
  'server:goaway': {
    from: 'server',
    summary: 'This instance is about to stop, or has too many readers: leave and come back, as it says.',
    holds: [goaway],
    example: [GOAWAY],
  },
};

/** Those of server-sent events. What they hold stands in one line of `data`. */
export const STREAM_EVENTS: Readonly<Record<'change' | 'reset' | 'goaway', EventOf<'one'>>> = {
  change: {
    from: 'server',
    summary: 'One object has a new form. `id` is the position after it.',
    holds: change,
    example: CHANGE,
  },
  reset: {
    from: 'server',
    summary: 'Drop what was held and start from this. `id` is its position.',
    holds: { name: 'catchUp', schemas: [ANSWERS.CatchUp, ANSWERS.DeskCatchUp, ANSWERS.BreakingCatchUp] },
    example: RESET,
  },
  goaway: {
    from: 'server',
    summary: 'As `server:goaway` is to sockets. It has no `id`.',
    holds: goaway,
    example: GOAWAY,
  },
};
