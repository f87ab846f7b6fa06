import { EventEmitter } from 'node:events';
import type {
  CatchUp,
  Change,
  Goaway,
  JoinAnswer,
  Joined,
  JoinRequest,
  ServerToClientEvents,
} from '@slugline/client/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';

interface LooseEvents {
  'story:join': (...args: unknown[]) => void;
  'story:leave': (...args: unknown[]) => void;
  'story:seen': (...args: unknown[]) => void;
  'desk:editing': (...args: unknown[]) => void;
}

/** A socket without the SDK: what the server sent, as it came. */
export interface SocketReader {
  readonly socket: Socket<ServerToClientEvents, LooseEvents>;
  readonly changes: { readonly slug: string; readonly change: Change }[];
  readonly resets: string[];
  readonly goaways: Goaway[];
  readonly disconnects: string[];
  /** Sends anything as a join, and answers what came back. */
  ask(request: unknown): Promise<JoinAnswer>;
  /** Joins, and fails when the server refuses. */
  join(request: JoinRequest): Promise<Joined>;
  /** The code with which a join is refused. */
  refusal(request: unknown): Promise<string>;
  /** Waits until so many changes have come. */
  received(count: number): Promise<void>;
}

const ANSWER_MS = 5_000;

/** Connects for one test; closed when that test is over. */
export async function connectSocket(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<SocketReader> {
  const socket: Socket<ServerToClientEvents, LooseEvents> = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...options,
  });
  onTestFinished(() => {
    socket.close();
  });
  const changes: SocketReader['changes'] = [];
  const resets: string[] = [];
  const goaways: Goaway[] = [];
  const disconnects: string[] = [];
  socket.on('story:change', (slug, change) => changes.push({ slug, change }));
  socket.on('story:reset', (slug) => resets.push(slug));
  socket.on('server:goaway', (goaway) => goaways.push(goaway));
  socket.on('disconnect', (reason) => disconnects.push(reason));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const ask = (request: unknown): Promise<JoinAnswer> => socket.timeout(ANSWER_MS).emitWithAck('story:join', request);
  return {
    socket,
    changes,
    resets,
    goaways,
    disconnects,
    ask,
    async join(request) {
      const answer = await ask(request);
      if (!answer.ok)
        throw new Error(`join of ${request.slug} was refused: ${answer.error.code} ${answer.error.message}`);
      return answer;
    },
    async refusal(request) {
      const answer = await ask(request);
      if (answer.ok) throw new Error(`join was not refused but answered at ${JSON.stringify(answer.position)}`);
      return answer.error.code;
    },
    received: (count) => eventually(`${count} changes at the socket`, () => changes.length >= count),
  };
}

/** The ids of what a catch-up holds. */
export function entryIds({ entries }: Pick<CatchUp, 'entries'>): string[] {
  return entries.map(({ id }) => id);
}

/** The WebSocket under a socket, to stall it as a phone in a tunnel does. */
export function linkOf(reader: SocketReader): { pause(): void; resume(): void } {
  const ws: unknown = Reflect.get(reader.socket.io.engine.transport, 'ws');
  if (!(ws instanceof EventEmitter) || !('pause' in ws) || !('resume' in ws)) throw new Error('no WebSocket');
  const { pause, resume } = ws;
  if (typeof pause !== 'function' || typeof resume !== 'function') throw new Error('a WebSocket that cannot pause');
  return { pause: () => pause.call(ws), resume: () => resume.call(ws) };
}
