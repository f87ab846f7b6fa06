import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from '@slugline/client';
import { ConnectionProvider } from '@slugline/client/react';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { StoryPage } from './story-page.js';

const [slugline, port = '3100'] = process.argv.slice(2);
if (slugline === undefined) {
  console.error('Usage: npm start --workspace examples/react-ssr -- <slugline url> [port]');
  process.exit(2);
}

// Made once. On the server it opens nothing: rendering a story does not follow it.
const connection = connect(slugline);

const server = createServer((request, response) => {
  answer(request).then(
    ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
    (error) => {
      console.error(error);
      response.writeHead(502, { 'content-type': 'text/plain' }).end('The story could not be had.\n');
    },
  );
});
server.listen(Number(port), () => console.log(`http://localhost:${server.address().port}/<slug>`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());

async function answer({ url }) {
  const { pathname } = new URL(url, 'http://localhost');
  if (/^\/assets\/[\w-]+\.js$/.test(pathname)) {
    const file = new URL(`./dist/${pathname.slice('/assets/'.length)}`, import.meta.url);
    return { status: 200, type: 'text/javascript', body: await readFile(file) };
  }
  if (pathname === '/style.css') {
    return { status: 200, type: 'text/css', body: await readFile(new URL('./style.css', import.meta.url)) };
  }
  return page(decodeURIComponent(pathname.slice(1)));
}

async function page(slug) {
  const asked = await fetch(`${slugline}/v1/stories/${encodeURIComponent(slug)}`);
  if (!asked.ok) return { status: asked.status, type: 'text/plain; charset=utf-8', body: (await asked.json()).title };
  const initial = await asked.json();
  const { headline, language } = initial.story;
  const html = renderToString(h(ConnectionProvider, { connection }, h(StoryPage, { slug, initial })));
  const body = `<!doctype html>
<html lang="${escaped(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(headline)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<div id="root">${html}</div>
<script type="application/json" id="handover">${json({ server: slugline, slug, initial })}</script>
<script type="module" src="/assets/client.js"></script>
</html>
`;
  return { status: 200, type: 'text/html; charset=utf-8', body };
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** For a data block: no `<` may stand in it, since that is where the end of its element would begin. */
function json(value) {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
