import { connect } from '@slugline/client';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LiveError } from '../../client-sdk/live-error.js';
import { Backoff } from '../../client-sdk/transport/backoff.js';
import { Ladder } from '../../client-sdk/transport/ladder.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('when to try again', () => {
  test('is a random moment below a bound that doubles up to 30 s, and starts over when all is well', () => {
    const backoff = new Backoff({}, () => 0.999_999);
    const waits: number[] = [];
    const measure = () => {
      const begun = Date.now();
      backoff.wait(() => waits.push(Math.round((Date.now() - begun) / 1000)));
      vi.runAllTimers();
    };
    for (let tries = 0; tries < 7; tries += 1) measure();
    backoff.reset();
    measure();
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 1]);
  });

  test('is one moment for all who wait, and never less than the server asked for', () => {
    const backoff = new Backoff({}, () => 0.5);
    const called: string[] = [];
    backoff.wait(() => called.push('first'), 3_000);
    const cancel = backoff.wait(() => called.push('second'));
    backoff.wait(() => called.push('third'));
    expect(vi.getTimerCount()).toBe(1);
    cancel();
    vi.advanceTimersByTime(3_499);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(called).toEqual(['first', 'third']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is now when things look better, but not many times a second', () => {
    const backoff = new Backoff({}, () => 0.5);
    let tries = 0;
    const wait = () => backoff.wait(() => (tries += 1));
    wait();
    backoff.hurry();
    expect(tries).toBe(1);
    wait();
    backoff.hurry();
    expect(tries).toBe(1);
    vi.advanceTimersByTime(1_000);
    backoff.hurry();
    expect(tries).toBe(2);
  });

  test('is soon after the loss of a link that had held for 5 s, and later with each that did not', () => {
    const ladder = new Ladder(['socket'], {}, () => 0.999_999);
    const loss = { why: 'link', error: new LiveError('unreachable', 'The link broke.') } as const;
    const waits: number[] = [];
    for (const heldMs of [undefined, undefined, 4_999, 4_999, 5_000, 60_000, undefined, 1_000]) {
      const begun = Date.now();
      ladder.retry('socket', loss, heldMs, () => waits.push(Math.round((Date.now() - begun) / 1000)));
      vi.runAllTimers();
    }
    expect(waits).toEqual([1, 2, 4, 8, 1, 1, 2, 4]);
  });

  test('is later for all when the server asks one to wait longer, and then nothing hurries it', () => {
    const backoff = new Backoff({}, () => 0.5);
    const called: string[] = [];
    backoff.wait(() => called.push('first'));
    backoff.wait(() => called.push('second'), 40_000);
    backoff.wait(() => called.push('third'), 5_000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(39_999);
    backoff.hurry();
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1);
    backoff.hurry();
    expect(called).toEqual(['first', 'second', 'third']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not move when the clock of the device is set', () => {
    const backoff = new Backoff({}, () => 0.999_999);
    let tries = 0;
    for (const jump of [-3_600_000, 3_600_000, 0]) {
      backoff.wait(() => (tries += 1), 2_000);
      vi.setSystemTime(Date.now() + jump);
      backoff.reset();
      vi.advanceTimersByTime(3_000);
    }
    expect(tries).toBe(3);
  });

  test('is never, once nobody waits', () => {
    const backoff = new Backoff({}, () => 0.5);
    backoff.wait(() => undefined)();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a stream that falls silent for 25 s is lost, and one that beats is not', async () => {
  // The wait before the next try is half a second then, and not over before it is looked at.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  onTestFinished(() => void vi.restoreAllMocks());
  let beat: (text: string) => void = () => undefined;
  let streams = 0;
  const silent: typeof fetch = async (_url, init) => {
    streams += 1;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        beat = (text) => controller.enqueue(new TextEncoder().encode(text));
        init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    beat('retry: 1000\n\n');
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const connection = connect('https://live.example.org', { transports: ['sse'], fetch: silent });
  onTestFinished(() => connection.close());
  const story = connection.story('some-story', { initial: { entries: [], position: { epoch: 'a', seq: 1 } } });
  await vi.dynamicImportSettled();
  await vi.waitFor(() => expect(story.status).toBe('live'));
  for (let beats = 0; beats < 4; beats += 1) {
    await vi.advanceTimersByTimeAsync(24_000);
    beat(':\n\n');
  }
  expect(story.status).toBe('live');
  await vi.advanceTimersByTimeAsync(24_500);
  expect(story.status).toBe('live');
  await vi.advanceTimersByTimeAsync(600);
  expect(story.status).toBe('reconnecting');
  expect(streams).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.waitFor(() => expect(story.status).toBe('live'));
  expect(streams).toBe(2);
  connection.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a poll that is not answered within 25 s is lost', async () => {
  const asked: string[] = [];
  const dead: typeof fetch = (url, init) => {
    asked.push(String(url));
    if (asked.length === 1)
      return Promise.resolve(Response.json({ position: { epoch: 'a', seq: 1 }, reset: false, entries: [] }));
    return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  const connection = connect('https://live.example.org', { transports: ['poll'], fetch: dead });
  onTestFinished(() => connection.close());
  const story = connection.story('some-story', { initial: { entries: [], position: { epoch: 'a', seq: 1 } } });
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(24_900);
  expect(story.status).toBe('live');
  expect(asked.map((url) => new URL(url).searchParams.get('wait'))).toEqual(['0', '15']);
  await vi.advanceTimersByTimeAsync(200);
  expect(story.status).toBe('reconnecting');
});

test('a reader who polls for long leaves nothing behind with each poll', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  let seq = 1;
  const busy: typeof fetch = async () => {
    seq += 1;
    return Response.json({ position: { epoch: 'a', seq }, reset: false, entries: [] });
  };
  const connection = connect('https://live.example.org', { transports: ['poll'], fetch: busy });
  onTestFinished(() => connection.close());
  const story = connection.story('some-story', { initial: { entries: [], position: { epoch: 'a', seq: 1 } } });
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(story.position?.seq).toBeGreaterThan(50);
  expect(warnings).toEqual([]);
  connection.close();
  expect(vi.getTimerCount()).toBe(0);
});
