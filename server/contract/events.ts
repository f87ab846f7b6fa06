import type { ClientToServerEvents, ServerToClientEvents } from '@slugline/client/protocol';
import { z } from 'zod';
import { CHANGE, EDITOR, ENTRY_ID, GOAWAY, JOIN, JOINED, POSITION, REFUSED, RESET, SLUG } from './examples.js';
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
  'story:seen': {
    from: 'client',
    summary:
      'Where a sampled reader stands after it applied a change. From others, and of what was not sent, it does nothing.',
    holds: [{ name: 'request', schemas: [REQUESTS.SeenRequest] }],
    example: [{ slug: SLUG, position: POSITION }],
  },
  'desk:editing': {
    from: 'client',
    summary:
      'Tells the desk which entry is edited here, or with `null` that none is. Heard from who follows the story’s desk edition.',
    holds: [{ name: 'request', schemas: [REQUESTS.EditingRequest] }],
    example: [{ slug: SLUG, entryId: ENTRY_ID }],
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
  'desk:presence': {
    from: 'server',
    summary: 'Who edits what of a story, whole each time. To those who follow its desk edition.',
    holds: [storySlug, { name: 'editors', schemas: [ANSWERS.DeskEditors] }],
    example: [SLUG, [EDITOR]],
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
