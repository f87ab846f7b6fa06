import { createContext, runInContext } from 'node:vm';
import type { connect } from '@slugline/client';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { bundleSdk } from '../helpers/sdk-bundle.js';
import { serverForTest } from '../helpers/server.js';

let code: string;
beforeAll(async () => {
  code = await bundleSdk();
});

/** Runs the SDK where there is only JavaScript itself and what is given. */
function load(globals: Readonly<Record<string, unknown>>): typeof connect {
  const context = createContext({ ...globals });
  runInContext(code, context);
  return runInContext('Slugline.connect', context) as typeof connect;
}

test('importing the SDK and connecting does nothing, and needs nothing of the platform', () => {
  const touched: string[] = [];
  const globals: Record<string, unknown> = {};
  const tempting = [
    'window',
    'document',
    'navigator',
    'location',
    'fetch',
    'setTimeout',
    'setInterval',
    'queueMicrotask',
  ];
  for (const name of [...tempting, 'addEventListener', 'WebSocket', 'XMLHttpRequest', 'localStorage', 'process']) {
    Object.defineProperty(globals, name, {
      get() {
        touched.push(name);
        return undefined;
      },
    });
  }
  const open = load(globals);
  expect(touched).toEqual([]);
  const connection = open('https://live.example.org');
  connection.wake();
  connection.close();
  expect(touched).toEqual([]);
});

test('a runtime like React Native follows a story: no DOM, no streams, a navigator that knows nothing', async () => {
  const { url, api } = await serverForTest();
  const { slug } = await api.createStory();
  const open = load({
    setTimeout,
    clearTimeout,
    queueMicrotask,
    AbortController,
    performance: { now: () => performance.now() },
    navigator: { product: 'ReactNative' },
    // Answers arrive whole: there is no body to read from.
    Response: class {},
    fetch: async (...request: Parameters<typeof fetch>) => {
      const { ok, status, headers, ...answer } = await fetch(...request).then(async (response) => ({
        ok: response.ok,
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      }));
      return { ok, status, headers, json: async () => JSON.parse(answer.text) };
    },
  });
  const connection = open(url, { transports: ['sse', 'poll'] });
  onTestFinished(() => connection.close());
  const story = connection.story(slug);
  await reaches(story, 'the story to be live', ({ status }) => status === 'live');
  expect(story.transport).toBe('poll');
  await api.publish(slug);
  await reaches(story, 'an entry', ({ entries }) => entries.length === 1);
});
