import { type Import, importsOf } from './imports.js';
import type { SourceFile } from './source-tree.js';

/** One sentence of the architecture that a machine can check. */
interface ImportRule {
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  readonly allows: (wanted: Import, from: string) => boolean;
}

const STORE_INTERFACE = 'server/store/story-store.ts';
const PROTOCOL = 'client-sdk/protocol';
/** For whoever commits: it knows the failure of a lost race and no store. */
const DECIDE_AGAIN = 'server/store/decide-again.ts';
const STORE_CHOICE = 'server/store/open-store.ts';
const LIMITER = 'rate-limiter-flexible';

const within =
  (...folders: readonly string[]) =>
  (path: string): boolean =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

const isShipped = within('client-sdk', 'server', 'examples');
const isConcreteStore = within('server/store/embedded', 'server/store/redis');
const isSocketTransport = (path: string): boolean => path === 'client-sdk/transport/socket-io.ts';
/** What a store has to know of limits to keep their counts. */
const isLimiter = within(
  ...['rate-limiter.ts', 'consume.ts', 'memory-limiters.ts'].map((file) => `server/limits/${file}`),
);
/** What the server shares with its pages' scripts. */
const isForBrowsersToo = within(...['embed-code.ts', 'embed-themes.ts'].map((file) => `server/pages/builder/${file}`));
/** What the pages and the worker both keep of whom this browser follows. */
const FOLLOWS = 'server/pages/push-worker/follows.ts';
/** What of a command is decided before it is sent, by the console too. */
const isForConsoleToo = (path: string): boolean =>
  within('server/story/slug-words.ts', 'server/story/article')(path) || isReaderOfTexts(path);
/** What is asked and how keys look, apart from the doors that read it. */
const isAskedSomewhere = within(
  ...[
    'access/access.ts',
    'access/key-forms.ts',
    'live/join-request.ts',
    'push/subscription.ts',
    'pictures/picture-names.ts',
    'audit/audit-query.ts',
    'audit/record.ts',
    'webhooks/webhook-forms.ts',
    'oidc/refusals.ts',
    'access/people/member-forms.ts',
  ].map((file) => `server/${file}`),
  ...['frame-options.ts', 'oembed-query.ts', 'builder/builder-options.ts'].map((file) => `server/pages/${file}`),
);
/** What reads texts of other forms, in the server and in the editors' page. */
const isReaderOfTexts = within(
  ...['readable-text.ts', 'body-builder.ts', 'body-from-html.ts'].map((file) => `server/story/${file}`),
);
/** By the names that its package exports. */
const isSdk = (specifier: string): boolean => /^@slugline\/client(?:\/|$)/.test(specifier);
const isTest = (path: string): boolean => path.endsWith('.test.ts');

const DOOR_PACKAGES = new Set(['express', 'helmet', 'cors', 'socket.io', 'ws']);

/** What speaks to the network, to a database or to the disk. */
const OUTWARD = new Set([
  ...['express', 'helmet', 'cors', 'socket.io', 'socket.io-client', 'ws', 'ioredis', 'lmdb'],
  ...['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:dgram', 'node:fs', 'node:fs/promises'],
  'node:child_process',
]);

const RULES: readonly ImportRule[] = [
  {
    name: 'the protocol imports nothing outside itself',
    appliesTo: within('client-sdk/protocol'),
    allows: ({ kind, target }) => kind === 'file' && within('client-sdk/protocol')(target),
  },
  {
    name: 'trees import nothing outside themselves',
    appliesTo: within('client-sdk/tree'),
    allows: ({ kind, target }) => kind === 'file' && within('client-sdk/tree')(target),
  },
  {
    name: 'bodies are rendered from the protocol alone',
    appliesTo: within('client-sdk/body'),
    allows: ({ kind, target }) =>
      kind === 'file' && within('client-sdk/body', 'client-sdk/tree', 'client-sdk/protocol')(target),
  },
  {
    name: 'the look of a story knows neither how it is followed nor where it is shown',
    appliesTo: within('client-sdk/view'),
    allows: ({ kind, target }) =>
      kind === 'file' && within('client-sdk/view', 'client-sdk/body', 'client-sdk/tree', 'client-sdk/protocol')(target),
  },
  {
    name: 'the SDK knows nothing of the element that is made of it',
    appliesTo: (path) => within('client-sdk')(path) && !within('client-sdk/element')(path),
    allows: ({ target }) => !within('client-sdk/element')(target),
  },
  {
    name: 'scripts of our pages know the SDK and what is made to be shared with them',
    appliesTo: (path) => within('server/pages/browser')(path) || isForBrowsersToo(path),
    allows: ({ kind, target, specifier }) =>
      specifier.startsWith('@slugline/client/') ||
      (kind === 'file' && (within('server/pages/browser', FOLLOWS)(target) || isForBrowsersToo(target))),
  },
  {
    name: 'what reads texts in browsers too takes no library of schemas there',
    appliesTo: isReaderOfTexts,
    allows: ({ kind, target }) =>
      kind === 'file' ? within(PROTOCOL)(target) || isReaderOfTexts(target) : target === 'parse5',
  },
  {
    name: 'Tiptap is known to the body editor alone',
    appliesTo: (path) => isShipped(path) && !within('server/console/body')(path),
    allows: ({ target }) => !target.startsWith('@tiptap/'),
  },
  {
    name: 'the console is a client: it knows the SDK, what is made to be shared with it, and no door',
    appliesTo: within('server/console'),
    allows: ({ kind, target, specifier }) => {
      if (kind === 'file') return within('server/console')(target) || isForConsoleToo(target) || isSdk(specifier);
      return kind === 'package' && !OUTWARD.has(target);
    },
  },
  {
    name: 'the server does not know the console, of which it serves what was built',
    appliesTo: (path) => within('server')(path) && !within('server/console')(path),
    allows: ({ target }) => !within('server/console')(target),
  },
  {
    name: 'Lit is known to the console alone',
    appliesTo: (path) => isShipped(path) && !within('server/console')(path),
    allows: ({ target }) => target !== 'lit',
  },
  {
    name: 'the worker that shows alerts knows the protocol’s types and itself',
    appliesTo: within('server/pages/push-worker'),
    allows: ({ target, specifier }) =>
      specifier === '@slugline/client/protocol' || within('server/pages/push-worker')(target),
  },
  {
    name: 'the element runs in browsers alone',
    appliesTo: (path) => within('server')(path) && !within('server/pages/browser', 'server/console')(path),
    allows: ({ target, specifier }) =>
      !within('client-sdk/element')(target) && specifier !== '@slugline/client/element',
  },
  {
    name: 'React is known to its hooks alone, and they to nobody',
    appliesTo: (path) => within('client-sdk', 'server')(path) && !within('client-sdk/react')(path),
    allows: ({ target, specifier }) =>
      !within('client-sdk/react', 'react', 'react-dom')(target) && specifier !== '@slugline/client/react',
  },
  {
    name: 'the core of the SDK knows the protocol and the transports’ types, and no package',
    appliesTo: within('client-sdk/story'),
    allows: ({ kind, target }) => kind === 'file' && within('client-sdk')(target),
  },
  {
    name: 'the SDK knows neither the server nor Node',
    appliesTo: within('client-sdk'),
    allows: ({ kind, target }) => kind !== 'builtin' && (kind === 'package' || within('client-sdk')(target)),
  },
  {
    name: 'socket.io-client is known to the socket transport alone',
    appliesTo: (path) => within('client-sdk', 'server')(path) && !isSocketTransport(path),
    allows: ({ target }) => target !== 'socket.io-client',
  },
  {
    name: 'the server knows the SDK by its package name',
    appliesTo: within('server'),
    allows: ({ target, specifier }) => !within('client-sdk')(target) || specifier.startsWith('@slugline/client'),
  },
  {
    name: 'the story domain knows no HTTP, socket, database or disk',
    appliesTo: within('server/story'),
    allows: ({ kind, target }) => {
      if (kind !== 'file') return !OUTWARD.has(target);
      return (
        within('server/story', 'client-sdk/protocol', 'client-sdk/body')(target) ||
        target === 'server/errors.ts' ||
        target === STORE_INTERFACE
      );
    },
  },
  {
    name: 'the contract knows what is asked and answered, and no door that does so',
    appliesTo: within('server/contract'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/contract', 'server/story', PROTOCOL)(target) || isAskedSomewhere(target)
        : target === 'zod',
  },
  {
    name: 'the store knows nothing about news, doors or readers',
    appliesTo: within('server/store'),
    allows: ({ kind, target }) =>
      kind !== 'file' ||
      within('server/store', 'server/errors.ts', 'server/logger.ts', 'client-sdk/protocol')(target) ||
      isLimiter(target),
  },
  {
    name: 'limits are counted without knowing doors, news or where they are kept',
    appliesTo: within('server/limits'),
    allows: ({ kind, target }) => {
      if (kind !== 'file') return !OUTWARD.has(target);
      return within('server/limits', 'server/errors.ts', 'server/config.ts', 'server/logger.ts', PROTOCOL)(target);
    },
  },
  {
    name: 'who counts for a limit is known to the limits and the Redis store alone',
    appliesTo: (path) => isShipped(path) && !within('server/limits', 'server/store/redis')(path),
    allows: ({ target }) => target !== LIMITER,
  },
  {
    name: 'the HTTP routes and the live doors do not know each other',
    appliesTo: within('server/http', 'server/live'),
    allows: ({ target }, from) => !within(within('server/http')(from) ? 'server/live' : 'server/http')(target),
  },
  {
    name: 'alerts know stories and where they are kept, and no door and no concrete store',
    appliesTo: within('server/push'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/push', 'server/story', 'client-sdk')(target) ||
          within(
            ...['errors', 'logger', 'metrics', 'config'].map((name) => `server/${name}.ts`),
            ...[STORE_INTERFACE, DECIDE_AGAIN, 'server/store/work-records.ts'],
          )(target)
        : !DOOR_PACKAGES.has(target),
  },
  {
    name: 'the audit log knows what is written and where it is kept, and no door, no command and no concrete store',
    appliesTo: within('server/audit'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/audit', STORE_INTERFACE, 'server/errors.ts', 'server/logger.ts')(target) ||
          within('server/story/requests.ts', 'server/story/text-schemas.ts', 'server/access/key-forms.ts')(target)
        : !OUTWARD.has(target),
  },
  {
    name: 'openid-client is known to where people sign in by a service alone',
    appliesTo: (path) => isShipped(path) && path !== 'server/oidc/provider.ts',
    allows: ({ target }) => target !== 'openid-client',
  },
  {
    name: 'signing in by a service knows people and where they are kept, and no door and no concrete store',
    appliesTo: within('server/oidc'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/oidc', 'server/access', 'server/story/text-schemas.ts', PROTOCOL, STORE_INTERFACE)(target) ||
          within(...['audit/audited', 'errors', 'logger', 'config-error'].map((file) => `server/${file}.ts`))(target)
        : !DOOR_PACKAGES.has(target),
  },
  {
    name: 'the schedule knows stories and where they are kept, and no door and no concrete store',
    appliesTo: within('server/schedule'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/schedule', 'server/story', 'server/audit/audited.ts', PROTOCOL)(target) ||
          within(...['errors', 'logger'].map((name) => `server/${name}.ts`), STORE_INTERFACE, DECIDE_AGAIN)(target)
        : target.startsWith('node:'),
  },
  {
    name: 'how many read is counted without knowing the doors',
    appliesTo: within('server/reach'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/reach', PROTOCOL)(target) ||
          within(
            ...['store/story-store.ts', 'store/notice-board.ts', 'store/change-text.ts', 'logger.ts'].map(
              (file) => `server/${file}`,
            ),
          )(target)
        : !OUTWARD.has(target),
  },
  {
    name: 'webhooks know stories and where they are kept, what they share with alerts, and no door and no concrete store',
    appliesTo: within('server/webhooks'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/webhooks', 'server/story', 'client-sdk')(target) ||
          within(
            ...['errors', 'logger', 'metrics'].map((name) => `server/${name}.ts`),
            ...['push-request', 'retries'].map((name) => `server/push/${name}.ts`),
            ...['change-text', 'lineage', 'work-records'].map((name) => `server/store/${name}.ts`),
            ...[STORE_INTERFACE, DECIDE_AGAIN, 'server/audit/audited.ts'],
          )(target)
        : !DOOR_PACKAGES.has(target),
  },
  {
    name: 'pictures know files, what is written down of them, and no door and no story',
    appliesTo: within('server/pictures'),
    allows: ({ kind, target }) =>
      kind === 'file'
        ? within('server/pictures', PROTOCOL)(target) ||
          within(
            ...['errors', 'logger', 'config'].map((name) => `server/${name}.ts`),
            ...[STORE_INTERFACE, 'server/audit/audited.ts'],
          )(target)
        : !DOOR_PACKAGES.has(target),
  },
  {
    name: 'sharp is known to the renditions of pictures alone',
    appliesTo: (path) => isShipped(path) && path !== 'server/pictures/renditions.ts',
    allows: ({ target }) => target !== 'sharp',
  },
  {
    name: 'the live doors know neither alerts nor webhooks',
    appliesTo: within('server/live'),
    allows: ({ target }) => !within('server/push', 'server/webhooks')(target),
  },
  {
    name: 'web-push is known to alerts alone',
    appliesTo: (path) => isShipped(path) && !within('server/push')(path),
    allows: ({ target }) => target !== 'web-push',
  },
  {
    name: 'saxes is known to where XML of wires is read alone',
    appliesTo: (path) => isShipped(path) && path !== 'server/story/ingest/xml.ts',
    allows: ({ target }) => target !== 'saxes',
  },
  {
    name: 'ioredis is known to the Redis store alone',
    appliesTo: (path) => isShipped(path) && !within('server/store/redis')(path),
    allows: ({ target }) => target !== 'ioredis',
  },
  {
    name: 'lmdb is known to the embedded store alone',
    appliesTo: (path) => isShipped(path) && !within('server/store/embedded')(path),
    allows: ({ target }) => target !== 'lmdb',
  },
  {
    name: 'the two stores do not know each other',
    appliesTo: isConcreteStore,
    allows: ({ target }, from) =>
      !within(within('server/store/redis')(from) ? 'server/store/embedded' : 'server/store/redis')(target),
  },
  {
    name: 'concrete stores are named where one is chosen, and nowhere else',
    appliesTo: (path) =>
      isShipped(path) && !isConcreteStore(path) && path !== STORE_CHOICE && path !== 'server/create-server.ts',
    allows: ({ target }) => !isConcreteStore(target),
  },
  {
    name: 'a store is chosen by the server and the command line alone',
    appliesTo: (path) => isShipped(path) && path !== 'server/create-server.ts' && !within('server/cli')(path),
    allows: ({ target }) => target !== STORE_CHOICE,
  },
  {
    name: 'examples use package names only',
    appliesTo: within('examples'),
    allows: ({ specifier, target }, from) => {
      if (!specifier.startsWith('.')) return true;
      const example = from.split('/').slice(0, 2).join('/');
      return within(example)(target) || (isTest(from) && within('tests/helpers')(target));
    },
  },
  {
    name: 'what is shipped does not know the tests',
    appliesTo: (path) => isShipped(path) && !isTest(path),
    allows: ({ target }) => !within('tests')(target),
  },
];

export interface Violation {
  readonly rule: string;
  /** `server/http/a.ts → server/live/b.ts` */
  readonly what: string;
}

export function violationsIn(file: SourceFile): readonly Violation[] {
  const rules = RULES.filter((rule) => rule.appliesTo(file.path));
  if (rules.length === 0) return [];
  return importsOf(file).flatMap((wanted) =>
    rules
      .filter((rule) => !rule.allows(wanted, file.path))
      .map((rule) => ({ rule: rule.name, what: `${file.path} → ${wanted.target}` })),
  );
}

export const RULE_NAMES: readonly string[] = RULES.map((rule) => rule.name);
