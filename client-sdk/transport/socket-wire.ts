import type { LiveError } from '../live-error.js';
import type { JoinRequest, LeaveRequest, SeenRequest } from '../protocol/socket-events.js';

/**
 * One connection of the socket transport, from its first try to connect until it is lost or closed. It carries
 * messages and understands none of them: what comes is handed on as it came.
 *
 * MUST NOT connect again by itself, and MUST NOT call its listener before `MakeWire` has returned it, nor after
 * `lost` or `close`.
 */
export interface SocketWire {
  /** Whether a join can be sent now. */
  readonly isUp: boolean;
  /** The server's answer as it came. Rejects when the server does not answer in time, or the wire is lost meanwhile. */
  join(request: JoinRequest): Promise<unknown>;
  /** Says what is not answered. */
  tell(...told: Told): void;
  close(): void;
}

export type Told = readonly ['story:leave', LeaveRequest] | readonly ['story:seen', SeenRequest];

export interface WireListener {
  /** The wire stands. Called once. */
  up(): void;
  change(slug: unknown, change: unknown): void;
  reset(slug: unknown): void;
  goaway(goaway: unknown): void;
  /** The wire could not be made, or broke. Where the server refused it, with the server's own error. */
  lost(error: LiveError): void;
}

/** @param token goes with the handshake, where there is one. */
export type MakeWire = (token: string | undefined, listener: WireListener) => SocketWire;
