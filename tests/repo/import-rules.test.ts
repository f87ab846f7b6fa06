import { describe, expect, it } from 'vitest';
import { RULE_NAMES, violationsIn } from './import-rules.js';
import { importsOf } from './imports.js';
import { sourceFiles } from './source-tree.js';

/** One file per rule that breaks it, so that no rule can pass by never looking. */
const BROKEN: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'the protocol imports nothing outside itself': [
    'client-sdk/protocol/entry.ts',
    "import type { Timeline } from '../story/timeline.js';",
  ],
  'trees import nothing outside themselves': [
    'client-sdk/tree/show.ts',
    "import { toTree } from '../body/to-tree.js';",
  ],
  'bodies are rendered from the protocol alone': ['client-sdk/body/to-html.ts', "import escape from 'escape-html';"],
  'the look of a story knows neither how it is followed nor where it is shown': [
    'client-sdk/view/story-tree.ts',
    "import type { LiveStatus } from '../story/live-story.js';",
  ],
  'the SDK knows nothing of the element that is made of it': [
    'client-sdk/index.ts',
    "export { define } from './element/define.js';",
  ],
  'scripts of our pages know the SDK and what is made to be shared with them': [
    'server/pages/builder/embed-code.ts',
    "import { html } from '../html.js';",
  ],
  'what reads texts in browsers too takes no library of schemas there': [
    'server/story/body-builder.ts',
    "import { readable } from './text-schemas.js';",
  ],
  'Tiptap is known to the body editor alone': ['server/console/main.ts', "import { Editor } from '@tiptap/core';"],
  'the console is a client: it knows the SDK, what is made to be shared with it, and no door': [
    'server/console/body/links.ts',
    "import { linkUrl } from '../../story/text-schemas.js';",
  ],
  'the server does not know the console, of which it serves what was built': [
    'server/pages/page-routes.ts',
    "import { slugOf } from '../console/slug-of.js';",
  ],
  'Lit is known to the console alone': ['server/pages/browser/story-page.ts', "import { html } from 'lit';"],
  'the worker that shows alerts knows the protocol’s types and itself': [
    'server/pages/push-worker/push-worker.ts',
    "import { connect } from '@slugline/client';",
  ],
  'the element runs in browsers alone': [
    'server/pages/story-document.ts',
    "import { define } from '@slugline/client/element';",
  ],
  'React is known to its hooks alone, and they to nobody': [
    'client-sdk/element/live-story-element.ts',
    "import { useState } from 'react';",
  ],
  'the core of the SDK knows the protocol and the transports’ types, and no package': [
    'client-sdk/story/live-story.ts',
    "import { createParser } from 'eventsource-parser';",
  ],
  'the SDK knows neither the server nor Node': ['client-sdk/index.ts', "export { readFileSync } from 'node:fs';"],
  'socket.io-client is known to the socket transport alone': [
    'client-sdk/transport/poll.ts',
    "const { io } = await import('socket.io-client');",
  ],
  'the server knows the SDK by its package name': [
    'server/errors.ts',
    "import { ERRORS } from '../client-sdk/protocol/errors.js';",
  ],
  'the story domain knows no HTTP, socket, database or disk': [
    'server/story/publish.ts',
    "import type { Request } from 'express';",
  ],
  'the contract knows what is asked and answered, and no door that does so': [
    'server/contract/operations/reading.ts',
    "import { storyRoutes } from '../../http/stories.js';",
  ],
  'the store knows nothing about news, doors or readers': [
    'server/store/embedded/commit.ts',
    "import { publishEntry } from '../../story/publish.js';",
  ],
  'limits are counted without knowing doors, news or where they are kept': [
    'server/limits/create-limits.ts',
    "import type { Request } from 'express';",
  ],
  'who counts for a limit is known to the limits and the Redis store alone': [
    'server/http/carry-out.ts',
    "import { RateLimiterMemory } from 'rate-limiter-flexible';",
  ],
  'the HTTP routes and the live doors do not know each other': [
    'server/http/entries.ts',
    "import type { StoryFeeds } from '../live/story-feed.js';",
  ],
  'the schedule knows stories and where they are kept, and no door and no concrete store': [
    'server/schedule/schedule.ts',
    "import { callerOf } from '../access/authenticate.js';",
  ],
  'alerts know stories and where they are kept, and no door and no concrete store': [
    'server/push/alerts.ts',
    "import { callerOf } from '../access/authenticate.js';",
  ],
  'the audit log knows what is written and where it is kept, and no door, no command and no concrete store': [
    'server/audit/describe.ts',
    "import { deskEntry } from '../story/stored.js';",
  ],
  'openid-client is known to where people sign in by a service alone': [
    'server/pages/sign-in-routes.ts',
    "import { discovery } from 'openid-client';",
  ],
  'signing in by a service knows people and where they are kept, and no door and no concrete store': [
    'server/oidc/sign-in.ts',
    "import { sendJson } from '../http/send.js';",
  ],
  'how many read is counted without knowing the doors': [
    'server/reach/create-reach.ts',
    "import { Rooms } from '../live/rooms.js';",
  ],
  'webhooks know stories and where they are kept, what they share with alerts, and no door and no concrete store': [
    'server/webhooks/webhooks.ts',
    "import { startAlerts } from '../push/alerts.js';",
  ],
  'pictures know files, what is written down of them, and no door and no story': [
    'server/pictures/take-picture.ts',
    "import type { Request } from 'express';",
  ],
  'sharp is known to the renditions of pictures alone': ['server/http/pictures.ts', "import sharp from 'sharp';"],
  'the live doors know neither alerts nor webhooks': [
    'server/live/outbox-relay.ts',
    "import type { Alerts } from '../push/alerts.js';",
  ],
  'web-push is known to alerts alone': ['server/create-server.ts', "import webPush from 'web-push';"],
  'saxes is known to where XML of wires is read alone': [
    'server/pages/syndication/xml.ts',
    "import { SaxesParser } from 'saxes';",
  ],
  'ioredis is known to the Redis store alone': ['server/live/gateway.ts', "import { Redis } from 'ioredis';"],
  'lmdb is known to the embedded store alone': ['server/main.ts', "type Db = import('lmdb').Database;"],
  'the two stores do not know each other': [
    'server/store/redis/redis-store.ts',
    "export { lock } from '../embedded/directory-lock.js';",
  ],
  'concrete stores are named where one is chosen, and nowhere else': [
    'server/cli/export.ts',
    "import { openEmbeddedStore } from '../store/embedded/embedded-store.js';",
  ],
  'a store is chosen by the server and the command line alone': [
    'server/http/health.ts',
    "import { openStore } from '../store/open-store.js';",
  ],
  'examples use package names only': [
    'examples/terminal-follow/main.ts',
    "import { connect } from '../../client-sdk/index.js';",
  ],
  'what is shipped does not know the tests': [
    'server/cli/serve.ts',
    "import { startRedis } from '../../tests/helpers/redis-server.js';",
  ],
};

describe('who may import whom', () => {
  it('holds in every file', () => {
    const examples = sourceFiles('.js', '.mjs').filter(({ path }) => path.startsWith('examples/'));
    const files = [...sourceFiles('.ts', '.tsx'), ...examples];
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap(violationsIn)).toEqual([]);
  });

  it.each(RULE_NAMES)('would notice: %s', (rule) => {
    const broken = BROKEN[rule];
    if (broken === undefined) throw new Error(`no sample breaks the rule "${rule}"`);
    const [path, text] = broken;
    expect(violationsIn({ path, text }).map((violation) => violation.rule)).toContain(rule);
  });
});

describe('imports are read from the syntax tree', () => {
  const imports = (text: string) =>
    importsOf({ path: 'server/live/sample.ts', text }).map(({ target, kind, typeOnly }) => [target, kind, typeOnly]);

  it.each([
    ["import a from './a.js';", 'server/live/a.ts', 'file', false],
    ["import '../errors.js';", 'server/errors.ts', 'file', false],
    ["import type { A } from './a.js';", 'server/live/a.ts', 'file', true],
    ["import { type A, type B } from './a.js';", 'server/live/a.ts', 'file', true],
    ["import { type A, b } from './a.js';", 'server/live/a.ts', 'file', false],
    ["export { a } from './a.js';", 'server/live/a.ts', 'file', false],
    ["export type { A } from './a.js';", 'server/live/a.ts', 'file', true],
    ["export * as a from './a.js';", 'server/live/a.ts', 'file', false],
    ["const a = async () => import('./a.js');", 'server/live/a.ts', 'file', false],
    ["type A = import('./a.js').A;", 'server/live/a.ts', 'file', true],
    ["const a = require('./a.js');", 'server/live/a.ts', 'file', false],
    ["import { z } from 'zod/v4';", 'zod', 'package', false],
    ["import a from '@scope/name/deep/file.js';", '@scope/name', 'package', false],
    ["import { once } from 'node:events';", 'node:events', 'builtin', false],
    ["import { LIMITS } from '@slugline/client/protocol';", 'client-sdk/protocol/index.ts', 'file', false],
  ])('%s', (text, target, kind, typeOnly) => {
    expect(imports(text)).toEqual([[target, kind, typeOnly]]);
  });

  it('does not take a text or a comment for an import', () => {
    expect(imports("// import a from './a.js';\nconst text = \"import b from './b.js'\";")).toEqual([]);
  });

  it('refuses what it cannot follow', () => {
    expect(() => imports('const load = (name: string) => import(name);')).toThrow('only shows at run time');
    expect(() => imports('import from;')).toThrow('does not parse');
  });
});
