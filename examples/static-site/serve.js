import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/** Where the pages say that their Slugline is, and where it is. */
const WRITTEN = 'http://localhost:3000';
const slugline = new URL(process.env.SLUGLINE_URL ?? WRITTEN).origin;

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/sport.html': ['sport.html', 'text/html; charset=utf-8'],
  '/broadsheet.css': ['broadsheet.css', 'text/css; charset=utf-8'],
  '/sport.css': ['sport.css', 'text/css; charset=utf-8'],
  '/the-way-round.svg': ['the-way-round.svg', 'image/svg+xml'],
  '/mark.svg': ['mark.svg', 'image/svg+xml'],
};

/**
 * What a careful newspaper allows its pages: its own files, Slugline's scripts and connections, pictures from wherever
 * the desk has them. No inline script or style, and no HTML made of texts. An embedded story needs no more.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  `script-src ${slugline}`,
  `connect-src ${slugline} ${slugline.replace(/^http/, 'ws')}`,
  'img-src http: https:',
  'frame-src https:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const server = createServer(async (request, response) => {
  const [path] = request.url.split('?');
  const [file, type] = FILES[path] ?? [];
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
    return;
  }
  const bytes = await readFile(new URL(file, import.meta.url));
  const body = file.endsWith('.html') ? bytes.toString().replaceAll(WRITTEN, slugline) : bytes;
  response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'no-cache' });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`The Velmouth Courier is at http://localhost:${server.address().port} (stories from ${slugline}).`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
