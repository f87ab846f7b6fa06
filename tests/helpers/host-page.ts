import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/**
 * A page of a site that embeds stories, on an origin of its own that goes with the test. Answers its address.
 *
 * @param server whose stories they are; stands for `SERVER` in the page.
 * @param body what the page has in its body.
 * @param headers sent with the page, a policy for example.
 */
export async function hostPage(
  server: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A site</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<script type="module" src="SERVER/embed.js"></script></head>
<body>${body}</body></html>`.replaceAll('SERVER', server);
  const host = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  onTestFinished(async () => {
    host.closeAllConnections();
    host.close();
    await once(host, 'close');
  });
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('the host page has no port');
  return `http://127.0.0.1:${address.port}/`;
}
