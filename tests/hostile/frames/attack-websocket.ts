import type { Dice } from './dice.js';
import { BAD_ENGINE_PACKETS, BAD_SOCKET_PACKETS, badJoin } from './packets.js';
import { BAD_HANDSHAKES, RawWebSocket } from './raw-websocket.js';
import { BAD_FRAMES, INCOMPLETE, textFrame } from './websocket-frames.js';

/** What came of one connection. */
export interface Attack {
  /** Frames sent that the server had to read to their end. */
  readonly frames: number;
  /** Whether the server closed the connection, for what it was sent. */
  readonly wasClosed: boolean;
}

/** Frames that one connection sends at most, if it lives so long. */
const MOST = 40;
/** Number of the request behind each bad frame that shows that the server has read it. */
const BARRIER = 5_550_000;

const names = (packets: object): readonly [string, ...string[]] => Object.keys(packets) as [string, ...string[]];
const FRAME_NAMES = names(BAD_FRAMES);
const ENGINE_NAMES = names(BAD_ENGINE_PACKETS);
const SOCKET_NAMES = names(BAD_SOCKET_PACKETS);

/**
 * One hostile connection over WebSocket: it shakes hands, connects (or does not) and sends one bad frame after the
 * other, each followed by a sound request, whose answer shows that the server read the frame and goes on.
 *
 * @param slug of a story that is there, so that some requests are nearly right.
 * @throws when the server neither answers nor closes.
 */
export async function attackByWebSocket(url: string, slug: string, dice: Dice): Promise<Attack> {
  if (dice.chance(0.02)) return badHandshake(url, dice);
  const link = new RawWebSocket(url);
  if ((await link.status()) !== 101) throw new Error('a sound handshake was refused');
  await link.hears('0{"sid"');
  let isConnected = dice.chance(0.75) && (await connect(link));
  const most = dice.int(1, MOST);
  for (let sent = 1; sent <= most; sent += 1) {
    const { name, frames } = badFrames(dice, slug);
    if (name.startsWith(INCOMPLETE)) {
      link.send(...frames);
      await link.end(dice.pick(['end', 'reset']));
      return { frames: sent, wasClosed: false };
    }
    const barrier = BARRIER + sent;
    const sound = isConnected ? textFrame(`42${barrier}["story:join",{"slug":"no-such-story"}]`) : textFrame('40');
    link.send(...frames, sound);
    const answer = await link.hears(isConnected ? `43${barrier}[` : '40{"sid"').catch((error: Error) => {
      throw new Error(
        `after ${name} (${frames.map((frame) => frame.toString('latin1').slice(0, 80)).join(' ')}): ${error.message}`,
      );
    });
    if (answer === 'closed') return { frames: sent, wasClosed: true };
    isConnected = true;
  }
  await link.end(dice.pick(['end', 'reset']));
  return { frames: most, wasClosed: false };
}

async function connect(link: RawWebSocket): Promise<boolean> {
  link.send(textFrame('40'));
  if ((await link.hears('40{"sid"')) === 'closed') throw new Error('a sound connect was not answered');
  return true;
}

function badFrames(dice: Dice, slug: string): { readonly name: string; readonly frames: readonly Buffer[] } {
  const kind = dice.throw();
  if (kind < 0.1) {
    const name = dice.pick(FRAME_NAMES);
    return { name, frames: BAD_FRAMES[name]?.(dice) ?? [] };
  }
  if (kind < 0.45) {
    const name = dice.pick(kind < 0.18 ? ENGINE_NAMES : SOCKET_NAMES);
    const packet = BAD_ENGINE_PACKETS[name] ?? BAD_SOCKET_PACKETS[name];
    return { name, frames: [textFrame(packet?.(dice) ?? '')] };
  }
  return { name: 'a bad join', frames: [textFrame(badJoin(dice, slug))] };
}

async function badHandshake(url: string, dice: Dice): Promise<Attack> {
  const lines = BAD_HANDSHAKES[dice.int(0, BAD_HANDSHAKES.length - 1)];
  const link = new RawWebSocket(url, lines);
  const status = await link.status();
  if (status >= 500) throw new Error(`a bad handshake was answered ${status}: ${lines?.join(' · ')}`);
  await link.end(dice.pick(['end', 'reset']));
  return { frames: 1, wasClosed: true };
}
