import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { Failure, isFailure } from '../../errors.js';
import type { LuaScript } from './lua-script.js';
import type { RedisTarget } from './redis-url.js';

/** What Redis answers: RESP2 shapes, texts as UTF-8. */
export type Reply = string | number | null | readonly Reply[];

/** The longest that anything asked of Redis may take, waiting for a lost link included. */
const ANSWER_WITHIN_MS = 1_800;
const RETRY_AFTER_MS = 50;
/** While Redis loads its data it says how long that will take, in whole seconds and by what it has seen: ask it again sooner. */
const LOADED_YET_MS = 100;
/** A link on which an answer is awaited and nothing at all comes is given up: a dead host sends no error. */
const SILENCE_MS = 5_000;

/** Error codes of a Redis that is starting, failing over or moving slots: it did nothing, and soon will again. */
const PASSING_CODES = new Set([
  ...['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'NOREPLICAS', 'BUSY'],
]);

/**
 * The link that commands go over. ioredis reconnects; this bounds the waiting. Commands are never held back for a
 * link that is down, nor sent again by ioredis on the quiet: a command that was given up on must not take effect
 * minutes later. `run` tries again instead, within its bound, so all that is done in it must bear being done twice.
 */
export class RedisLink {
  readonly isCluster: boolean;
  readonly #client: Redis | Cluster;
  readonly #underWay = new Set<Promise<unknown>>();
  #ready: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #lastError: unknown;

  constructor(target: RedisTarget) {
    this.isCluster = target.kind === 'cluster';
    this.#client = target.kind === 'cluster' ? clusterClient(target) : singleClient(target, COMMAND_OPTIONS);
    this.#client.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    if (this.#client instanceof Redis) keepTrying(this.#client, () => this.#closing !== undefined);
    // Why it failed is told by whatever is run first.
    this.#client.connect().catch(() => undefined);
  }

  /** For a library that sends commands of its own. They are neither bounded nor repeated. */
  get client(): Redis | Cluster {
    return this.#client;
  }

  /** The client of a Cluster, for what only that can do. */
  get cluster(): Cluster | undefined {
    return this.#client instanceof Cluster ? this.#client : undefined;
  }

  /**
   * Does something that may be repeated, and again while Redis is not up to it, for at most 2 s in all. Rejects
   * with `store_unavailable` after that, on any other error of Redis, and once closed.
   *
   * @param withinMs for who cannot wait that long.
   */
  async run<T>(operation: () => Promise<T>, withinMs: number = ANSWER_WITHIN_MS): Promise<T> {
    if (this.#closing !== undefined) throw new Failure('store_unavailable', 'The store is closed.');
    const running = this.#persist(operation, performance.now() + withinMs);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  async #persist<T>(operation: () => Promise<T>, deadline: number): Promise<T> {
    for (;;) {
      try {
        await before(deadline, this.#whenReady());
        return await before(deadline, operation());
      } catch (error) {
        if (isFailure(error)) throw error;
        const cause = error instanceof DeadlineError ? (this.#lastError ?? error) : error;
        if (!isPassing(error) || performance.now() + RETRY_AFTER_MS >= deadline) {
          throw new Failure('store_unavailable', undefined, { cause: withoutCommand(cause) });
        }
        await delay(RETRY_AFTER_MS);
      }
    }
  }

  /** One command; to be used within `run`. */
  command(name: string, ...args: readonly (string | number)[]): Promise<Reply> {
    return this.#client.call(name, ...args.map(String)) as Promise<Reply>;
  }

  /** One script; to be used within `run`. */
  async script(script: LuaScript, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply> {
    try {
      return await this.command('EVALSHA', script.sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (replyCode(error) !== 'NOSCRIPT') throw error;
      return this.command('EVAL', script.text, keys.length, ...keys, ...args);
    }
  }

  /** All keys that match a pattern, in batches; a key may come twice. */
  async *scan(pattern: string): AsyncIterable<readonly string[]> {
    await this.run(() => this.command('PING'));
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    for (const node of nodes) {
      let cursor = '0';
      do {
        const [next, keys] = await this.run(() => node.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000));
        yield keys;
        cursor = next;
      } while (cursor !== '0');
    }
  }

  /** Lets what is under way finish, refuses what comes later. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(async () => {
      if (this.#client.status === 'ready')
        await before(performance.now() + 500, this.#client.quit()).catch(() => undefined);
      this.#client.disconnect();
    });
    return this.#closing;
  }

  /** One listener for all who wait, however many. */
  #whenReady(): Promise<void> {
    if (this.#client.status === 'ready') return Promise.resolve();
    this.#ready ??= new Promise<void>((resolve) => {
      this.#client.once('ready', () => {
        this.#ready = undefined;
        resolve();
      });
    });
    return this.#ready;
  }
}

/**
 * Connects again whenever ioredis has given a link up for good. It does so when word of a failover reaches it while
 * it is asking a sentinel for the master (`FailoverDetector` ends the very attempt that would have found the new one).
 */
export function keepTrying(client: Redis, isClosed: () => boolean): void {
  client.on('end', () => {
    setTimeout(() => {
      if (!isClosed()) client.connect().catch(() => undefined);
    }, RETRY_AFTER_MS);
  });
}

/** A link of its own for plain pub/sub, which takes a connection over. Never gives up; its user subscribes anew. */
export function subscriberClient(target: Exclude<RedisTarget, { kind: 'cluster' }>): Redis {
  return singleClient(target, { maxRetriesPerRequest: null, autoResubscribe: false });
}

class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Settles as the promise does, but rejects at the deadline, which is by `performance.now()`: clocks are set. */
async function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError('Redis did not answer in time')), deadline - performance.now());
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether another try makes sense: the link broke, or Redis itself said that this will pass. */
function isPassing(error: unknown): boolean {
  if (error instanceof DeadlineError) return false;
  const code = replyCode(error);
  return code === undefined || PASSING_CODES.has(code);
}

/**
 * What an error says and where it came from, and nothing else. ioredis hangs the whole command on it: the password
 * that was refused, or the text that was to be written, and causes end in logs.
 */
function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message, stack } = error;
  // Of a Cluster's nodes the last one's reason is the one that tells anything.
  const { lastNodeError } = error as { lastNodeError?: unknown };
  const options = lastNodeError === undefined ? undefined : { cause: withoutCommand(lastNodeError) };
  return Object.assign(new Error(message, options), { name, stack });
}

/** The code that Redis begins an error with; `undefined` when it was not Redis that said no. */
function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return error.message.split(' ', 1)[0];
}

/** All but what changes the types of replies. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

const COMMON_OPTIONS = {
  lazyConnect: true,
  // One shape of replies, whatever the server.
  protocol: 2,
  connectTimeout: 1_500,
  socketTimeout: SILENCE_MS,
  maxLoadingRetryTime: LOADED_YET_MS,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 1_000) * (0.5 + Math.random() / 2),
} satisfies PlainOptions;

const COMMAND_OPTIONS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // After a failover the old address may lead to the new master.
  reconnectOnError: (error: Error) => replyCode(error) === 'READONLY',
} satisfies PlainOptions;

function singleClient(target: Exclude<RedisTarget, { kind: 'cluster' }>, options: PlainOptions): Redis {
  const common: PlainOptions = { ...COMMON_OPTIONS, ...options, ...credentialsOf(target), db: target.db };
  if (target.kind === 'single') return new Redis({ ...common, ...target.address });
  return new Redis({
    ...common,
    sentinels: target.sentinels.map((address) => ({ ...address })),
    name: target.master,
    sentinelRetryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    // Hear of a failover from the sentinels, rather than from a link that has gone silent.
    failoverDetector: true,
    ...(target.sentinelPassword === undefined ? {} : { sentinelPassword: target.sentinelPassword }),
    ...(target.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  });
}

function clusterClient(target: Extract<RedisTarget, { kind: 'cluster' }>): Cluster {
  const options = {
    lazyConnect: true,
    enableOfflineQueue: COMMAND_OPTIONS.enableOfflineQueue,
    clusterRetryStrategy: (attempt: number) => Math.min(50 * attempt, 1_000) * (0.5 + Math.random() / 2),
    slotsRefreshTimeout: 1_500,
    // Also what finds links for subscriptions that have gone, while nothing is being written.
    slotsRefreshInterval: 5_000,
    shardedSubscribers: true,
    redisOptions: {
      protocol: COMMON_OPTIONS.protocol,
      connectTimeout: COMMON_OPTIONS.connectTimeout,
      socketTimeout: SILENCE_MS,
      maxLoadingRetryTime: LOADED_YET_MS,
      ...credentialsOf(target),
    },
  } satisfies ClusterOptions;
  return new Cluster(
    target.nodes.map((address) => ({ ...address })),
    options,
  );
}

function credentialsOf(target: RedisTarget): PlainOptions {
  return {
    ...(target.tls ? { tls: {} } : {}),
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
  };
}
