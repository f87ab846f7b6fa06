import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';

/** What came of a request for an upgrade. */
interface Handshake {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Where the upgrade was refused. */
  readonly problem?: Problem;
  /** Where it was not. Closed with the test. */
  readonly link?: Duplex;
}

const WEBSOCKET = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'c2x1Z2xpbmUtcmVhZGVyIQ==',
  'Sec-WebSocket-Version': '13',
};

/** Asks for a WebSocket of Engine.IO and says nothing more. */
export function askForWebSocket(url: string, headers: Record<string, string> = {}, query = ''): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/socket.io/?EIO=4&transport=websocket${query}`, {
      headers: { ...WEBSOCKET, ...headers },
      agent: false,
    });
    asked.on('error', reject);
    asked.on('upgrade', (answer, link) => {
      link.on('error', () => undefined).resume();
      onTestFinished(() => void link.destroy());
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, link });
    });
    asked.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => {
        const isProblem = answer.headers['content-type']?.startsWith('application/problem+json') === true;
        const refused = { status: answer.statusCode ?? 0, headers: answer.headers };
        resolve(isProblem ? { ...refused, problem: JSON.parse(text) } : refused);
      });
    });
    asked.end();
  });
}
