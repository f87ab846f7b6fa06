import { MARKER_DIGITS, MARKER_SIGN } from './marker.js';
import { Reader } from './socket-reader.js';

/**
 * Thousands of readers of one room in one process, each a bare TCP socket that speaks just enough WebSocket,
 * Engine.IO and Socket.IO: handshake, connect, join with an acknowledgement, pong. Frames are found by their
 * length and never decoded, so that the generator costs as little as it can beside the server that it measures.
 */
export interface ReaderPool {
  readonly size: number;
  /** Changes received by all readers together, and their bytes with WebSocket framing. */
  readonly deliveries: number;
  readonly bytes: number;
  /** Opens readers until there are `size`, each joined to the story. */
  grow(size: number): Promise<void>;
  /** Closes readers until there are `size`. */
  shrink(size: number): void;
  /** Resolves when `deliveries` has reached the number. */
  reached(deliveries: number): Promise<void>;
}

/** Called for each change received, with the marker that the publisher put into it. */
export type OnDelivery = (marker: number) => void;

const OPENING_AT_ONCE = 100;
const DELIVERY_MS = 15_000;

export function createReaderPool(port: number, slug: string, onDelivery: OnDelivery): ReaderPool {
  const readers: Reader[] = [];
  // One buffer for all sockets: each read is consumed before the next one begins.
  const buffer = Buffer.allocUnsafe(256 * 1024);
  let deliveries = 0;
  let bytes = 0;
  let awaited: { readonly deliveries: number; readonly resolve: () => void } | undefined;

  const count = (frame: Buffer, start: number, end: number, framed: number): void => {
    deliveries += 1;
    bytes += framed;
    onDelivery(markerOf(frame, start, end));
    if (awaited !== undefined && deliveries >= awaited.deliveries) {
      const { resolve } = awaited;
      awaited = undefined;
      resolve();
    }
  };
  const openNext = async (size: number): Promise<void> => {
    while (readers.length < size) {
      const reader = new Reader(port, slug, buffer, count);
      readers.push(reader);
      await reader.joined;
    }
  };
  return {
    get size() {
      return readers.length;
    },
    get deliveries() {
      return deliveries;
    },
    get bytes() {
      return bytes;
    },
    grow: async (size) => {
      await Promise.all(Array.from({ length: OPENING_AT_ONCE }, () => openNext(size)));
    },
    shrink: (size) => {
      for (const reader of readers.splice(size)) reader.close();
    },
    reached: (target) =>
      new Promise((resolve, reject) => {
        if (deliveries >= target) {
          resolve();
          return;
        }
        const late = setTimeout(() => {
          reject(new Error(`waited ${DELIVERY_MS / 1_000} s for delivery ${target}; ${deliveries} came`));
        }, DELIVERY_MS);
        awaited = {
          deliveries: target,
          resolve: () => {
            clearTimeout(late);
            resolve();
          },
        };
      }),
  };
}

const DIGIT_ZERO = 0x30;

/** The microseconds that the publisher wrote into the text of the change; NaN where there is none. */
function markerOf(frame: Buffer, start: number, end: number): number {
  const at = frame.indexOf(MARKER_SIGN, start, 'latin1');
  const digits = at + MARKER_SIGN.length;
  if (at < 0 || digits + MARKER_DIGITS > end) return Number.NaN;
  let marker = 0;
  for (let index = digits; index < digits + MARKER_DIGITS; index += 1) {
    marker = marker * 10 + (frame[index] ?? DIGIT_ZERO) - DIGIT_ZERO;
  }
  return marker;
}
