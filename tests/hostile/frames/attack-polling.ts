import { Agent, request } from 'node:http';
import type { Attack } from './attack-websocket.js';
import type { Dice } from './dice.js';
import { BAD_ENGINE_PACKETS, BAD_SOCKET_PACKETS, badJoin } from './packets.js';
import { RawWebSocket } from './raw-websocket.js';
import { textFrame } from './websocket-frames.js';

const SEPARATOR = '\u001e';
const BARRIER = 7_770_000;
const PATIENCE = 30_000;
const MOST = 6;

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

type Ask = (query: string, asked?: Asked) => Promise<Answer>;

/** Posts of no session, or that no session should get. */
const BAD_REQUESTS: readonly ((ask: Ask, sid: string) => Promise<Answer>)[] = [
  (ask) => ask('EIO=4&transport=polling&sid=nobody', { method: 'POST', body: '3' }),
  (ask) => ask('EIO=4&transport=polling&sid=__proto__'),
  (ask) => ask(`EIO=4&transport=polling&sid=${'x'.repeat(4_000)}`),
  (ask) => ask('EIO=4&transport=nonsense'),
  (ask) => ask('EIO=4&transport=constructor'),
  (ask) => ask('transport=polling'),
  (ask) => ask('EIO=3&transport=polling'),
  (ask) => ask('EIO=4&EIO=4&transport=polling&transport=websocket'),
  (ask) => ask('EIO=4&transport=polling', { method: 'POST', body: '40' }),
  (ask) => ask('EIO=4&transport=polling', { method: 'DELETE' }),
  (ask) => ask('EIO=4&transport=polling', { headers: { origin: 'null' } }),
  (ask, sid) => ask(`EIO=4&transport=polling&sid=${sid}`, { method: 'PUT', body: '3' }),
  (ask, sid) => ask(`EIO=4&transport=websocket&sid=${sid}`),
  (ask, sid) => ask(`EIO=4&transport=polling&sid=${sid}&sid=${sid}`, { method: 'POST', body: '3' }),
  (ask, sid) => ask(`EIO=4&transport=polling&j=0&sid=${sid}`, { method: 'POST', body: `d=${encodeURIComponent('3')}` }),
  (ask, sid) => ask(`EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: 'x'.repeat(20_000) }),
  (ask, sid) => ask(`EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: Buffer.from([4, 0, 255, 254]) }),
  (ask, sid) =>
    ask(`EIO=4&transport=polling&sid=${sid}`, {
      method: 'POST',
      body: Buffer.from([0xff, 0xfe]),
      headers: { 'content-type': 'application/octet-stream' },
    }),
];

/**
 * One hostile session over long polling, like `attackByWebSocket`: each bad payload is followed by a sound request.
 *
 * @param abandon leaves the session as it is at the end, for the server to notice.
 */
export async function attackByPolling(url: string, slug: string, dice: Dice, abandon: boolean): Promise<Attack> {
  const agent = new Agent({ keepAlive: true, maxSockets: 3 });
  try {
    return await attack(askOf(url, agent), url, slug, dice, abandon);
  } finally {
    agent.destroy();
  }
}

async function attack(ask: Ask, url: string, slug: string, dice: Dice, abandon: boolean): Promise<Attack> {
  const opened = await ask('EIO=4&transport=polling');
  const { sid }: { sid: string } = JSON.parse(opened.text.slice(1));
  const session = `EIO=4&transport=polling&sid=${sid}`;
  await ask(session, { method: 'POST', body: '40' });
  if (!(await ask(session)).text.includes('40{"sid"')) throw new Error('a sound connect was not answered');
  const most = dice.int(1, MOST);
  for (let sent = 1; sent <= most; sent += 1) {
    await sendBad(ask, session, url, sid, slug, dice);
    const barrier = BARRIER + sent;
    const wanted = `42${barrier}["story:join",{"slug":"no-such-story"}]`;
    if ((await ask(session, { method: 'POST', body: wanted })).status !== 200) return { frames: sent, wasClosed: true };
    for (let text = ''; !text.includes(`43${barrier}[`); ) {
      const answer = await ask(session);
      if (answer.status !== 200) return { frames: sent, wasClosed: true };
      text += answer.text;
    }
  }
  if (!abandon) await ask(session, { method: 'POST', body: '1' });
  return { frames: most, wasClosed: false };
}

async function sendBad(ask: Ask, session: string, url: string, sid: string, slug: string, dice: Dice): Promise<void> {
  const kind = dice.throw();
  if (kind < 0.3) await BAD_REQUESTS[dice.int(0, BAD_REQUESTS.length - 1)]?.(ask, sid);
  else if (kind < 0.35) await badUpgrade(url, sid, dice);
  else if (kind < 0.4) await Promise.all([ask(session), ask(session)]);
  else await ask(session, { method: 'POST', body: payload(dice, slug) });
}

/** One or several packets, parted as they should be or not. */
function payload(dice: Dice, slug: string): string {
  const packets = Array.from({ length: dice.int(1, 4) }, () => {
    const [kinds, chosen] = dice.chance(0.5) ? [BAD_ENGINE_PACKETS, dice.throw()] : [BAD_SOCKET_PACKETS, dice.throw()];
    const makers = Object.values(kinds);
    return dice.chance(0.3) ? badJoin(dice, slug) : (makers[Math.floor(chosen * makers.length)]?.(dice) ?? '');
  });
  return packets.join(dice.pick([SEPARATOR, SEPARATOR, SEPARATOR + SEPARATOR, '', '\n', ':'])).slice(0, 16_000);
}

/** A WebSocket that is to take over the session, and does not do it as it should. */
async function badUpgrade(url: string, sid: string, dice: Dice): Promise<void> {
  const link = new RawWebSocket(url, [
    `GET /socket.io/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==',
  ]);
  const status = await link.status();
  if (status >= 500) throw new Error(`an upgrade was answered ${status}`);
  link.send(textFrame(dice.pick(['5', '2', '2prob', '40', '6', dice.text(8)])));
  await link.end(dice.pick(['end', 'reset']));
}

function askOf(url: string, agent: Agent): Ask {
  return (query, { method = 'GET', body, headers = {} } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const asked = request(
        `${url}/socket.io/?${query}`,
        {
          agent,
          method,
          timeout: PATIENCE,
          headers: {
            ...(body !== undefined && {
              'content-type': 'text/plain;charset=UTF-8',
              'content-length': Buffer.byteLength(body),
            }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          const status = response.statusCode ?? 0;
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          const done = (): void => {
            if (status >= 500) reject(new Error(`${method} ${query} was answered ${status}: ${text}`));
            else resolve({ status, text });
          };
          response.on('end', done).on('error', done);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`${method} ${query} was not answered`)));
      // A connection that the server ended counts as refused: what came before is in its log, if it is a fault.
      asked.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve({ status: 0, text: '' }) : reject(error),
      );
      asked.end(body);
    });
}
