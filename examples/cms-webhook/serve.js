import { createServer } from 'node:http';
import { readEvent } from './event.js';
import { createMirror, NotTaken } from './mirror.js';
import { openMirrored } from './mirrored.js';
import { isSigned } from './signature.js';

const { SLUGLINE_URL: url, SLUGLINE_KEY: key, WEBHOOK_SECRET: secret, STATE_FILE = 'mirrored.json' } = process.env;
const [port = '3100'] = process.argv.slice(2);
if (!url || !key || !secret) {
  console.error('Usage: npm start --workspace examples/cms-webhook -- [port]');
  console.error('       with SLUGLINE_URL, SLUGLINE_KEY (of an editor) and WEBHOOK_SECRET (whsec_…) set');
  process.exit(2);
}
/** Bytes of a message; a longer one is not read to its end. */
const LARGEST = 256 * 1024;

const mirror = createMirror({ url: url.replace(/\/+$/, ''), key }, await openMirrored(STATE_FILE));
/** One message after the other: two of the same update must not meet. */
let last = Promise.resolve();

const server = createServer(async (request, response) => {
  const answer = (status, text, headers = {}) =>
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(`${text}\n`);
  if (request.method !== 'POST' || request.url !== '/webhook') return answer(404, 'POST /webhook is all there is.');
  const body = await readBody(request);
  if (body === undefined) return answer(413, `At most ${LARGEST} bytes.`, { connection: 'close' });
  if (!isSigned(secret, request.headers, body)) return answer(401, 'The signature is not right.');
  const event = readEvent(body.toString('utf8'));
  if (event === undefined) return answer(422, 'That is no event of this CMS: see event.js.');
  const done = last.then(() => mirror(event));
  last = done.catch(() => undefined);
  try {
    const what = await done;
    console.log(`${event.event} ${event.update.id} (revision ${event.update.revision}): ${what}`);
    return answer(200, what);
  } catch (error) {
    console.error(`${event.event} ${event.update.id}: ${error.message}`);
    if (!(error instanceof NotTaken)) return answer(500, 'That did not work.');
    // What may work later is to be sent again; what will never work is told once, and not repeated for days.
    const isForNow = error.status === 0 || error.status === 429 || error.status >= 500;
    return answer(isForNow ? 503 : 422, error.message, isForNow ? { 'retry-after': error.retryAfter ?? '5' } : {});
  }
});
server.listen(Number(port), () => console.log(`listening on http://localhost:${server.address().port}/webhook`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());

async function readBody(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
