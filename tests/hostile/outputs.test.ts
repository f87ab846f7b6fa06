import { connect } from 'node:net';
import type { Change } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../server/logger.js';
import { eventually } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { expectHarmlessPage } from '../property/harmless.js';

/** Texts that end a line, a header, an event, a script, an element or an escape, somewhere. */
const TEXTS = [
  'one\ntwo',
  'x\r\nX-Injected: yes\r\n\r\nbody',
  'x\n\nevent: reset\ndata: {"reset":true}\n\n',
  '\ndata: {"seq":999}',
  '\nid: zz:9\n\n:',
  '</script><script>hit()</script>',
  '<!--<script>',
  ']]><svg onload=hit()>',
  '"><img src=x onerror=hit()>',
  "' onmouseover='hit()",
  '\u2028alert(1)\u2029',
  '{"a":"b"}',
  '\\u003cscript\\u003e',
  '%0d%0aX-Injected:%20yes',
  '%3Cscript%3Ehit()%3C/script%3E',
  '{{hit()}}#{hit()}<%= hit() %>',
  'javascript:hit()',
];

describe('what was written to do harm', () => {
  let server: TestServer;
  let api: Api;
  const lines: string[] = [];
  beforeAll(async () => {
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) });
    server = await startServer({ logger });
    api = server.api;
  });
  afterAll(() => server.close());

  it('goes through a stream as the text that it is, in one line of one event', async () => {
    const { slug } = await api.createStory({ headline: TEXTS[2] });
    const stream = await openStream(`${server.url}/v1/stories/${slug}/stream`);
    await stream.received(1);
    for (const text of TEXTS) {
      const words = { headline: text, body: [{ type: 'paragraph', content: [{ text }] }], tags: [text.slice(0, 64)] };
      expect((await api.request('POST', `/v1/stories/${slug}/entries`, { body: words })).status).toBe(201);
    }
    await stream.received(TEXTS.length + 1);
    const [first, ...changes] = stream.events;
    expect(first).toMatchObject({ event: 'reset', data: { reset: true } });
    expect(changes.map(({ event }) => event)).toEqual(TEXTS.map(() => 'change'));
    for (const [at, { id, data }] of changes.entries()) {
      const { epoch, seq, entry } = data as Change;
      expect(id).toBe(`${epoch}:${seq}`);
      if (entry?.status !== 'usable') throw new Error('an entry was withdrawn');
      expect(entry.body).toEqual([
        { type: 'paragraph', content: [{ text: TEXTS[at]?.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n') }] },
      ]);
    }
    const rest = await openStream(`${server.url}/v1/stories/${slug}/stream?since=${first?.id}`);
    await rest.received(TEXTS.length);
    const seqsOf = (events: readonly { data: unknown }[]) => events.map(({ data }) => (data as Change).seq);
    expect(seqsOf(rest.events)).toEqual(seqsOf(changes));
  });

  it('adds no header and no second answer, wherever in a request it stands', async () => {
    const { slug } = await api.createStory();
    const usual = headersOf(await exchange(server.url, request('GET', `/v1/stories/${slug}`)));
    const places = (text: string): readonly string[] => {
      const inPath = encodeURIComponent(text);
      const inHeader = text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
      return [
        request('GET', `/v1/stories/${inPath}`),
        request('GET', `/v1/stories/${slug}/entries/${inPath}`),
        request('GET', `/v1/stories/${slug}?before=${inPath}`),
        request('GET', `/v1/stories/${slug}/changes?since=${inPath}`),
        request('GET', `/s/${inPath}`),
        request('GET', `/s/${slug}/${inPath}`),
        request('GET', `/s/${inPath}/feed.rss`),
        request('GET', `/s/${slug}/${inPath}/ninjs.json`),
        request('GET', `/embed/${slug}?order=${inPath}&lang=${inPath}`),
        request('GET', `/oembed?url=${inPath}`),
        request('GET', `/oembed?url=http://localhost/s/${slug}&format=${inPath}`),
        request('GET', `/s/${slug}/feed.atom`, `X-Forwarded-Proto: ${inHeader}`),
        request('GET', `/?before=${inPath}`),
        request('GET', `/embed?story=${inPath}`),
        request('GET', `/${inPath}`),
        request('GET', `/assets/${inPath}`),
        request('GET', '/v1/stories', `X-Request-Id: ${inHeader}`),
        request('GET', '/v1/stories', `Origin: ${inHeader}`),
        request('GET', '/v1/stories', `If-None-Match: ${inHeader}`),
        request('GET', '/v1/stories', `X-Forwarded-For: ${inHeader}`),
        request('GET', `/v1/stories/${slug}/stream?since=x`, `Last-Event-ID: ${inHeader}`),
        request('OPTIONS', '/v1/stories', `Access-Control-Request-Headers: ${inHeader}`),
      ];
    };
    for (const text of TEXTS) {
      for (const sent of places(text)) {
        const answer = await exchange(server.url, sent);
        const names = headersOf(answer);
        const what = `${JSON.stringify(sent.slice(0, 200))} → ${answer.slice(0, 1_500)}`;
        expect(
          names.filter((name) => !usual.includes(name) && !KNOWN.includes(name)),
          what,
        ).toEqual([]);
        expect(answer.match(/HTTP\/1\.1 \d{3} /g), what).toHaveLength(1);
        // What is repeated is JSON, or escaped in HTML, and a browser must take it for nothing else.
        if (!answer.startsWith('HTTP/1.1 304'))
          expect(answer.toLowerCase(), what).toContain('\r\nx-content-type-options: nosniff\r\n');
        if (/\r\ncontent-type: text\/html/i.test(answer))
          expectHarmlessPage(answer.slice(answer.indexOf('\r\n\r\n') + 4));
      }
    }
  });

  it('stands in the log as one line of JSON in plain ASCII, and never as an error of ours', async () => {
    for (const text of TEXTS) await exchange(server.url, request('GET', `/v1/stories/${encodeURIComponent(text)}`));
    for (const path of [
      '/\u009b31mred',
      '/\u00ff\u0085next',
      '/"}{"level":60,"msg":"forged"',
      "/'<script>",
      '/\u007f',
      '/x?token=a\u009bb',
    ]) {
      await exchange(server.url, request('GET', path));
    }
    await exchange(server.url, request('GET', '/v1/stories', 'X-Request-Id: \u009b31m'));
    await exchange(server.url, request('GET', '/v1/stories', 'Authorization: Bearer \u009b31m'));
    for (const from of ['\u009b31m', '\u00ff"}', 'x'.repeat(2_000), '127.0.0.1, \u0085', '::1%\u009b']) {
      await exchange(server.url, request('GET', '/v1/stories', `X-Forwarded-For: ${from}`));
      const bad = `X-Forwarded-For: ${from}\r\nAuthorization: Bearer sl_nobodyatall_${'z'.repeat(43)}`;
      await exchange(server.url, request('GET', '/v1/stories', bad));
    }
    await exchange(server.url, request('GET', `/oembed?url=${encodeURIComponent(`${server.url}/s/x`)}&format=xml`));
    await exchange(server.url, request('GET', '/the-last-one'));
    await eventually('the last request to be logged', () => lines.some((line) => line.includes('/the-last-one')));
    for (const line of lines) {
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1)).toMatch(/^[ -~]*$/);
      expect(JSON.parse(line).level, line).toBeLessThan(50);
    }
  });
});

/** Headers that only some answers have. */
const KNOWN = [
  'allow',
  'retry-after',
  'www-authenticate',
  'etag',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'transfer-encoding',
  'x-accel-buffering',
  'last-modified',
  'accept-ranges',
  'location',
];

const request = (method: string, path: string, header = 'Accept: */*'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`;

/** Sends a request byte by byte as it is written, and answers all that came. */
function exchange(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const link = connect(Number(new URL(url).port), '127.0.0.1', () => link.write(text, 'latin1'));
    let heard = '';
    link.setEncoding('latin1').on('data', (chunk) => {
      heard += chunk;
    });
    link.on('close', () => resolve(heard)).on('error', reject);
  });
}

function headersOf(answer: string): readonly string[] {
  const [, ...lines] = answer.slice(0, answer.indexOf('\r\n\r\n')).split('\r\n');
  return lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
}
