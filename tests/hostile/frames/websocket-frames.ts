import type { Dice } from './dice.js';

/** RFC 6455, section 5.2: everything about a frame that a client can get wrong. */
interface FrameForm {
  readonly opcode?: number;
  readonly payload?: Buffer | string;
  readonly fin?: boolean;
  /** The three reserved bits, 0–7. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** How the length is written; absent: as short as it may be. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** What is written for the length, whatever the payload has. */
  readonly claimed?: bigint;
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

function frame(form: FrameForm): Buffer {
  const { opcode = TEXT, fin = true, reserved = 0, masked = true } = form;
  const payload = Buffer.from(form.payload ?? '');
  const length = form.claimed ?? BigInt(payload.length);
  const written = form.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const header = Buffer.alloc(2 + written);
  header[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = (masked ? 0x80 : 0) | (written === 0 ? Number(length & 0x7fn) : written === 2 ? 126 : 127);
  if (written === 2) header.writeUInt16BE(Number(length & 0xffffn), 2);
  if (written === 8) header.writeBigUInt64BE(length, 2);
  // A mask of zeros is one like any other.
  return masked ? Buffer.concat([header, Buffer.alloc(4), payload]) : Buffer.concat([header, payload]);
}

/** A message as a client should send it. */
export const textFrame = (text: string): Buffer => frame({ payload: text });

const closeWith = (code: number, reason: Buffer | string = ''): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame({ opcode: CLOSE, payload: Buffer.concat([head, Buffer.from(reason)]) });
};

/** What a server has to wait for and never gets: it knows that only when the connection ends. */
export const INCOMPLETE = 'incomplete';

/** Frames that are wrong as such, whatever they carry. Each entry makes one or several frames. */
export const BAD_FRAMES: Readonly<Record<string, (dice: Dice) => readonly Buffer[]>> = {
  unmasked: (dice) => [frame({ masked: false, payload: dice.pick(['42["story:leave",{}]', '3', '40', dice.text(5)]) })],
  'reserved bits': (dice) => [frame({ reserved: dice.int(1, 7), payload: '3' })],
  'reserved opcodes': (dice) => [
    frame({ opcode: dice.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload: dice.bytes(4) }),
  ],
  'control frames in parts': (dice) => [frame({ opcode: dice.pick([CLOSE, PING, PONG]), fin: false })],
  'control frames that are too long': (dice) => [
    frame({ opcode: dice.pick([CLOSE, PING, PONG]), payload: dice.bytes(126) }),
  ],
  'a continuation of nothing': (dice) => [frame({ opcode: 0, payload: dice.text(3) })],
  'a message within a message': (dice) => [frame({ fin: false, payload: '4' }), frame({ payload: dice.text(3) })],
  'text that is no UTF-8': (dice) => [
    frame({
      payload: Buffer.concat([
        Buffer.from('42["'),
        dice.pick([
          Buffer.from([0xc3, 0x28]),
          Buffer.from([0xed, 0xa0, 0x80]),
          Buffer.from([0xff]),
          Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80]),
        ]),
        Buffer.from('"]'),
      ]),
    }),
  ],
  'a close of one byte': () => [frame({ opcode: CLOSE, payload: Buffer.from([3]) })],
  'a close that may not be': (dice) => [
    closeWith(dice.pick([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])),
  ],
  'a close that is no UTF-8': () => [closeWith(1000, Buffer.from([0xff, 0xfe]))],
  'a close and more': (dice) => [closeWith(1000), frame({ payload: dice.text(4) }), frame({ opcode: PING })],
  'a length in more bytes than needed': (dice) => [frame({ payload: '3', lengthBytes: dice.pick([2, 8]) })],
  'a length beyond all memory': (dice) => [
    frame({ claimed: dice.pick([2n ** 62n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n]) }),
  ],
  'a message that is too long': (dice) => [
    frame({ payload: `42["story:join",{"slug":"${'x'.repeat(dice.int(16_384, 20_000))}"}]` }),
  ],
  'a message that is too long in parts': () => [
    frame({ fin: false, payload: `42["${'x'.repeat(9_000)}` }),
    frame({ opcode: 0, payload: `${'x'.repeat(9_000)}"]` }),
  ],
  'many parts of nothing': (dice) => [
    frame({ fin: false, payload: '' }),
    ...Array.from({ length: dice.int(5, 30) }, () => frame({ opcode: 0, fin: false, payload: '' })),
    frame({ opcode: 0, payload: '3' }),
  ],
  'pings and pongs unasked': (dice) =>
    Array.from({ length: dice.int(2, 20) }, () =>
      frame({ opcode: dice.pick([PING, PONG]), payload: dice.bytes(dice.int(0, 125)) }),
    ),
  bytes: (dice) => [frame({ opcode: BINARY, payload: dice.bytes(dice.int(0, 60)) })],
  'bytes in parts': (dice) => [
    frame({ opcode: BINARY, fin: false, payload: dice.bytes(9) }),
    frame({ opcode: 0, payload: dice.bytes(9) }),
  ],
  [`${INCOMPLETE}: noise`]: (dice) => [dice.bytes(dice.int(1, 200))],
  [`${INCOMPLETE}: a frame that stops`]: (dice) => [
    frame({ payload: '42["story:join",{}]' }).subarray(0, dice.int(1, 15)),
  ],
  [`${INCOMPLETE}: a message that stops`]: (dice) => [frame({ fin: false, payload: dice.text(9) })],
  [`${INCOMPLETE}: a frame that claims more`]: (dice) => [
    frame({ payload: '3', claimed: BigInt(dice.int(200, 16_000)) }),
  ],
};
