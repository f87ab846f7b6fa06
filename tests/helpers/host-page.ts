import { createServer } from 'node:http';
import { originForTest } from './origin-for-test.js';

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
  return `${await originForTest(host)}/`;
}
