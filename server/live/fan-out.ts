import type { ServerToClientEvents } from '@slugline/client/protocol';
import type { Reader, TransportName } from './reader.js';

/** An event ready to be sent to any number of readers. */
export interface Frame {
  /** The Engine.IO message, for readers whom only engine.io's own queue can reach. */
  readonly packet: string;
  /** With these engine.io writes `bytes` as well, instead of encoding the message for each reader. */
  readonly options: { readonly wsPreEncodedFrame: readonly [Buffer] };
  /** The whole WebSocket frame. */
  readonly bytes: Buffer;
}

/** @param args the event's arguments as JSON texts. */
export function eventFrame(event: keyof ServerToClientEvents, ...args: readonly string[]): Frame {
  const packet = `2${JSON.stringify([event]).slice(0, -1)},${args.join(',')}]`;
  const bytes = webSocketFrame(`4${packet}`);
  return { packet, bytes, options: { wsPreEncodedFrame: [bytes] } };
}

/** Sends a frame to each reader for whom not too much waits already. */
export function fanOut(readers: Iterable<Reader>, frame: Frame): FanOut {
  const sent = { websocket: 0, polling: 0 };
  const behind: Reader[] = [];
  for (const reader of readers) {
    if (reader.send(frame)) sent[reader.transport] += 1;
    else behind.push(reader);
  }
  return { sent, behind };
}

export interface FanOut {
  readonly sent: Readonly<Record<TransportName, number>>;
  /** Were not sent it: what they miss is to be sent when there is room. */
  readonly behind: readonly Reader[];
}

/** RFC 6455: one unfragmented, unmasked text frame. Header and text lie in one buffer, so that one write takes both. */
function webSocketFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = 0x81;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
