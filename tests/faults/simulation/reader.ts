import type { PublicEntry, Story } from '../../../client-sdk/protocol/index.js';
import { FollowedStory } from '../../../client-sdk/story/followed-story.js';
import type { LiveStory, Update } from '../../../client-sdk/story/live-story.js';
import { OlderEntries } from '../../../client-sdk/story/older-entries.js';
import { Http } from '../../../client-sdk/transport/http.js';
import { Ladder } from '../../../client-sdk/transport/ladder.js';
import { lateTransport } from '../../../client-sdk/transport/late-transport.js';
import { pollTransport } from '../../../client-sdk/transport/poll.js';
import { socketTransport } from '../../../client-sdk/transport/socket.js';
import { sseTransport } from '../../../client-sdk/transport/sse.js';
import { Token } from '../../../client-sdk/transport/token.js';
import type { Target, TransportName } from '../../../client-sdk/transport/transport.js';
import { SLUG } from './desk.js';
import type { Device } from './device.js';
import { fetchOf } from './http-exchange.js';
import { KEYS } from './keys.js';
import { wiresOf } from './web-socket.js';
import type { ReaderWitness } from './witness.js';

/** Anyone, someone with a reader's key, or someone at the desk, who follows the desk's edition. */
export type Who = 'anyone' | 'member' | 'desk';

export interface ReaderOptions {
  readonly transports: readonly TransportName[];
  /** Entries of a first page. */
  readonly limit: number;
  readonly who: Who;
}

/** Someone who follows the story by the SDK: all of it but the address, over a device's wires. */
export interface Reader {
  readonly device: Device;
  readonly options: ReaderOptions;
  readonly story: LiveStory<Story, PublicEntry>;
  readonly witness: ReaderWitness;
  /** The app came to the foreground. */
  wake(): void;
}

/** As `connect(url).story(slug)` puts it together. */
export function openReader(
  device: Device,
  options: ReaderOptions,
  witness: ReaderWitness,
  random: () => number,
): Reader {
  const { who, transports, limit } = options;
  const token = new Token(who === 'anyone' ? undefined : KEYS[who]);
  const http = new Http('http://simulated', fetchOf(device, witness.newRequest), token);
  const ladder = new Ladder(transports, {}, random);
  const makeWire = wiresOf(device, witness.newWire);
  const sockets = socketTransport({ load: async () => makeWire, token, departure: ladder.departure });
  const made = {
    socket: lateTransport(async () => sockets),
    sse: lateTransport(async () => sseTransport(http, ladder.departure)),
    poll: lateTransport(async () => pollTransport(http)),
  };
  const target: Target = { slug: SLUG, edition: who === 'desk' ? 'desk' : 'public', limit };
  const story = new FollowedStory<Story, PublicEntry>({
    target,
    rules: { shows: () => true, most: Number.POSITIVE_INFINITY, paged: true },
    initial: undefined,
    older: async () => new OlderEntries(http, target),
    token,
    ladder,
    transport: (name) => made[name],
    resume: undefined,
    onEnd: () => undefined,
  });
  story.on('change', (update: Update<Story, PublicEntry>) => witness.onUpdate(story, update));
  return {
    device,
    options,
    story,
    witness,
    wake() {
      ladder.hurry();
      story.check();
    },
  };
}
