import { connect } from 'node:net';
import { ERRORS, isErrorCode, type Problem } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../contract/store-harness.js';
import { ADMIN_KEY, serverForTest, startServer, type TestServer } from '../helpers/server.js';

const HOST = 'Host: localhost\r\n';
const GET = `GET /v1/stories HTTP/1.1\r\n${HOST}`;
const POST = `POST /v1/stories HTTP/1.1\r\n${HOST}Authorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\n`;

/**
 * Sends bytes as they are over a connection of their own, one part after the other, and answers all that came until
 * the server closed it. A pattern among the parts waits until what came matches.
 */
async function exchange(url: string, ...parts: readonly (string | Buffer | RegExp)[]): Promise<string> {
  const link = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    link.destroy();
  });
  let heard = '';
  link.setEncoding('latin1').on('data', (text) => {
    heard += text;
  });
  link.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => link.once('close', () => resolve()));
  for (const part of parts) {
    if (part instanceof RegExp) await eventually(`${part} to come`, () => part.test(heard));
    else link.write(part);
  }
  await closed;
  return heard;
}

/** Each answer with its head and body, as a client that believes `Content-Length` takes them apart. */
function answersIn(text: string): { status: number; head: string; body: string }[] {
  const answers = [];
  for (let rest = text; rest !== ''; ) {
    const headEnd = rest.indexOf('\r\n\r\n') + 4;
    const head = rest.slice(0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    answers.push({ status: Number(head.split(' ')[1]), head, body: rest.slice(headEnd, headEnd + length) });
    rest = rest.slice(headEnd + length);
  }
  return answers;
}

function expectProblem(answer: { status: number; head: string; body: string } | undefined, code: string): void {
  if (answer === undefined || !isErrorCode(code)) throw new Error('there was no answer');
  const problem: Problem = JSON.parse(answer.body);
  expect([answer.status, problem.status, problem.code]).toEqual([ERRORS[code].status, ERRORS[code].status, code]);
  expect(answer.head).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r$/im);
  expect(answer.head).toMatch(/^connection: close\r$/im);
  expect(answer.head).toMatch(/^cache-control: no-store\r$/im);
  expect(answer.head).toContain(`X-Request-Id: ${problem.requestId}\r`);
}

describe('what is no HTTP request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
  it.each<[string, string | Buffer, string]>([
    ['not a word of it', 'hello\r\n\r\n', 'invalid_input'],
    ['TLS to a plain port', Buffer.from('16030100a5010000a10303', 'hex'), 'invalid_input'],
    ['a method that is none', `GRAB /v1/stories HTTP/1.1\r\n${HOST}\r\n`, 'invalid_input'],
    ['a version that is none', `GET / HTTP/9.9\r\n${HOST}\r\n`, 'invalid_input'],
    ['white space in the path', `GET /v1/ stories HTTP/1.1\r\n${HOST}\r\n`, 'invalid_input'],
    ['a control character in the path', `GET /v1/\u0001 HTTP/1.1\r\n${HOST}\r\n`, 'invalid_input'],
    ['a header without a colon', `${GET}nonsense\r\n\r\n`, 'invalid_input'],
    ['a header name with a space', `${GET}X Y: z\r\n\r\n`, 'invalid_input'],
    ['a header value with a NUL', `${GET}X: a\u0000b\r\n\r\n`, 'invalid_input'],
    ['a folded header', `${GET}X: a\r\n b\r\nY\r\n\r\n`, 'invalid_input'],
    ['a length that is no number', `${POST}Content-Length: ten\r\n\r\n`, 'invalid_input'],
    ['a negative length', `${POST}Content-Length: -1\r\n\r\n`, 'invalid_input'],
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 'invalid_input'],
    ['a length and chunks', `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 'invalid_input'],
    ['chunks that are not last', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, 'invalid_input'],
    ['a chunk without a size', `${CHUNKED}zz\r\n{}\r\n`, 'invalid_input'],
    ['a chunk longer than its size', `${CHUNKED}1\r\n{}\r\n0\r\n\r\n`, 'invalid_input'],
    ['chunks full of extensions', `${CHUNKED}2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`, 'body_too_large'],
    ['headers without end', `${GET}X: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
    ['a path without end', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 'headers_too_large'],
  ])('is answered by a problem, once, and the connection is closed: %s', async (_what, bytes, code) => {
    const answers = answersIn(await exchange(server.url, bytes));
    expect(answers).toHaveLength(1);
    expectProblem(answers[0], code);
  });

  it('without a Host is refused by Node itself', async () => {
    expect((await exchange(server.url, 'GET /v1/stories HTTP/1.1\r\n\r\n')).slice(0, 12)).toBe('HTTP/1.1 400');
  });

  it('never comes in the place of the answer to another request', async () => {
    const { slug } = await server.api.createStory();
    const wait = `GET /v1/stories/${slug}/changes?wait=25&since=`;
    const { body } = await server.api.get<{ position: { epoch: string; seq: number } }>(`/v1/stories/${slug}`);
    const waiting = `${wait}${body.position.epoch}:${body.position.seq} HTTP/1.1\r\n${HOST}\r\n`;
    expect(await exchange(server.url, waiting, 'hello\r\n\r\n')).toBe('');
    const finished = answersIn(await exchange(server.url, `${GET}\r\n`, /"stories":.*\]\}/, 'hello\r\n\r\n'));
    expect(finished.map(({ status }) => status)).toEqual([200, 400]);
  });

  it('leaves nothing done of a command whose body cannot be read', async () => {
    const body = JSON.stringify({ slug: 'half-a-story', headline: 'H' });
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`;
    const answers = answersIn(await exchange(server.url, CHUNKED, chunk, 'zz\r\n'));
    expect(answers).toHaveLength(1);
    expectProblem(answers[0], 'invalid_input');
    expect((await server.api.get('/v1/stories/half-a-story')).status).toBe(404);
  });

  it('is counted, and harms no one else', async () => {
    const { url, api } = await serverForTest();
    for (let count = 0; count < 5; count += 1) await exchange(url, 'hello\r\n\r\n');
    expect((await api.get<string>('/metrics')).body).toContain('slugline_rejections_total{code="invalid_input"} 5');
  });
});
