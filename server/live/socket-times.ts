import { LIMITS } from '@slugline/client/protocol';

/** How long a connection of Engine.IO may be silent or idle, in milliseconds. What stays beyond it is closed. */
export interface SocketTimes {
  /** Between two pings, and from a ping to its pong: a dead link, or a session of polls that nobody polls any more. */
  readonly ping: number;
  readonly pong: number;
  /** From the handshake to the wish to be a socket. */
  readonly connect: number;
  /** Following nothing. */
  readonly idle: number;
}

export const SOCKET_TIMES: SocketTimes = {
  ping: LIMITS.heartbeatSeconds * 1_000,
  pong: (LIMITS.silenceSeconds - LIMITS.heartbeatSeconds) * 1_000,
  connect: 10_000,
  idle: LIMITS.idleSeconds * 1_000,
};
