import type { Socket as TcpSocket } from 'node:net';

/**
 * Pings of a WebSocket that are answered while its link takes nothing of what waits. A pong is 127 bytes at most. Who
 * sends more is cut off: pings cost the sender nothing, and no other bound looks at what answers to them leave behind.
 */
const UNREAD_MOST = 256;

/** What of `ws` is needed. Its `_socket` is beside its published types. */
interface WebSocket {
  readonly _socket: TcpSocket | null;
  on(event: 'ping', listener: (this: WebSocket) => void): unknown;
}

type Upgrade = (request: unknown, link: unknown, head: unknown, done: (web: WebSocket) => void) => void;

/** What engine.io's server has beside its published types. Checked once. */
interface UpgradingEngine {
  readonly ws: { handleUpgrade: Upgrade };
}

const unread = new WeakMap<WebSocket, number>();

/** Watches the pings of every WebSocket from its first moment on, whether it becomes a reader's or not. */
export function boundPongs(engine: object): void {
  if (!isUpgrading(engine)) throw new Error('engine.io is of a version that the gateway does not know');
  const { ws } = engine;
  const upgrade: Upgrade = ws.handleUpgrade.bind(ws);
  ws.handleUpgrade = (request, link, head, done) =>
    upgrade(request, link, head, (web) => {
      web.on('ping', countUnread);
      done(web);
    });
}

/** One function for all: they are many, and find themselves by `this`. Called when the pong was written. */
function countUnread(this: WebSocket): void {
  const link = this._socket;
  if (link === null || link.writableLength === 0) {
    unread.delete(this);
    return;
  }
  const count = (unread.get(this) ?? 0) + 1;
  unread.set(this, count);
  if (count > UNREAD_MOST) link.destroy();
}

function isUpgrading(engine: object): engine is UpgradingEngine {
  if (!('ws' in engine) || typeof engine.ws !== 'object' || engine.ws === null) return false;
  return 'handleUpgrade' in engine.ws && typeof engine.ws.handleUpgrade === 'function';
}
