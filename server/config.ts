import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { isCredentialForm } from './access/credential.js';
import { ConfigError } from './config-error.js';
import { CONFIG_OPTIONS, TOKEN_ALGORITHMS } from './config-options.js';
import { LOG_LEVELS, type LogLevel } from './logger.js';
import type { OidcConfig } from './oidc/oidc-config.js';
import { readOidcSettings } from './oidc/oidc-settings.js';
import { isPushServiceName, KNOWN_PUSH_SERVICES } from './push/push-services.js';
import { TARGETS, type Targets } from './webhooks/targets.js';

export interface Config {
  /** 0: any free port, for tests and demonstrations. */
  readonly port: number;
  /** Absent: all interfaces, IPv6 and IPv4. */
  readonly host: string | undefined;
  readonly dataDir: string;
  /** Present: the Redis store; absent: the embedded one. */
  readonly redisUrl: string | undefined;
  /** Where readers reach this server, without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** Who publishes here. */
  readonly siteName: string | undefined;
  readonly allowedOrigins: AllowedOrigins;
  readonly logLevel: LogLevel;
  readonly adminKey: string | undefined;
  readonly tokens: TokenConfig | undefined;
  /** Milliseconds between two looks of a feed at the store's head. */
  readonly headCheckMs: number;
  readonly metricsToken: string | undefined;
  /** Names and ranges as `proxy-addr` reads them; empty: nobody is believed. */
  readonly trustProxy: readonly string[];
  readonly connections: ConnectionLimits;
  /** Milliseconds from the wish to stop to the end of the last reader's connection. */
  readonly drainMs: number;
  readonly slowReaders: SlowReaderLimits;
  readonly rates: RateLimits;
  readonly push: PushConfig;
  /** What goes out by somebody else than who wrote it. */
  readonly secondPerson: 'breaking' | 'none';
  readonly webhookTargets: Targets;
  readonly pictures: PictureConfig;
  readonly oidc: OidcConfig | undefined;
}

/** Numbers of this instance; 0 means no limit in `perAddress` and `pollAbove`. */
interface ConnectionLimits {
  /** Sockets and streams together; polls that wait have as many places again. */
  readonly most: number;
  readonly perAddress: number;
  /** Sockets and streams above which new readers are sent on to polling. */
  readonly pollAbove: number;
}

/** When a reader counts as behind, and for how long it may. */
interface SlowReaderLimits {
  readonly bytes: number;
  readonly ms: number;
}

/** Points in a minute; 0 means no limit. */
interface RateLimits {
  readonly commandsPerKey: number;
  readonly commandsPerStory: number;
  readonly requestsPerAddress: number;
  readonly authFailuresPerAddress: number;
  readonly subscriptionsPerAddress: number;
}

interface PushConfig {
  /** `mailto:` or `https:` URL; absent: none is known. */
  readonly subject: string | undefined;
  /** See `isPushServiceName`; empty: there are no alerts. */
  readonly services: readonly string[];
}

export interface PictureConfig {
  /** Where they are kept; instances share it. */
  readonly directory: string;
  readonly bytes: number;
  readonly pixels: number;
}

/** `*`, or origins as browsers send them (`https://news.example`). */
export type AllowedOrigins = '*' | readonly string[];

/** What a reader token must be, all pinned: nothing in the token chooses how the token is checked. */
export interface TokenConfig {
  readonly algorithm: (typeof TOKEN_ALGORITHMS)[number];
  /** HS256: the shared secret, at least 32 bytes. Else: the public key as PEM (SPKI). */
  readonly key: string;
  readonly issuer: string;
  readonly audience: string;
}

export { ConfigError };

/** Variables with our prefix that are for the command line and the tests, not for the server. */
const NOT_FOR_THE_SERVER: ReadonlySet<string> = new Set([
  'SLUGLINE_URL',
  'SLUGLINE_KEY',
  'SLUGLINE_TOKEN',
  'SLUGLINE_NO_INSTALL',
  'SLUGLINE_REDIS_SERVER',
  'SLUGLINE_CHROMIUM',
  'SLUGLINE_FAULTS',
  'SLUGLINE_SEED',
]);

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((number) => number >= least && number <= most);

const SCHEMA = z.object({
  port: wholeNumber(0, 65_535).default(3000),
  host: z.string().max(255).regex(/^\S+$/).optional(),
  dataDir: z.string().default('./data'),
  // What follows the scheme is for the store to read: it knows servers, clusters and sentinels apart.
  redisUrl: z
    .string()
    .regex(/^rediss?(?:\+cluster|\+sentinel)?:\/\/./)
    .optional(),
  publicUrl: z
    .string()
    .refine((text) => hasScheme(text, ['http:', 'https:']) && isPlace(text))
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  siteName: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
    .optional(),
  allowedOrigins: z.string().transform(readOrigins).default('*'),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  adminKey: z.string().refine(isCredentialForm).optional(),
  tokenAlgorithm: z.enum(TOKEN_ALGORITHMS).optional(),
  tokenKey: z.string().optional(),
  tokenIssuer: z.string().optional(),
  tokenAudience: z.string().optional(),
  headCheckMs: wholeNumber(100, 4_000).default(2_000),
  metricsToken: z
    .string()
    .regex(/^[A-Za-z0-9._~+/-]{16,512}=*$/)
    .optional(),
  trustProxy: z.string().transform(readProxies).default(['loopback', 'linklocal', 'uniquelocal']),
  maxConnections: wholeNumber(1, 1_000_000).default(50_000),
  maxConnectionsPerAddress: wholeNumber(0, 1_000_000).default(1_000),
  pollAbove: wholeNumber(0, 1_000_000).default(40_000),
  drainMs: wholeNumber(0, 300_000).default(10_000),
  slowReaderBytes: wholeNumber(65_536, 16_777_216).default(1_048_576),
  slowReaderMs: wholeNumber(1_000, 600_000).default(30_000),
  commandsPerKey: wholeNumber(0, 100_000_000).default(6_000),
  commandsPerStory: wholeNumber(0, 100_000_000).default(3_000),
  requestsPerAddress: wholeNumber(0, 100_000_000).default(6_000),
  authFailuresPerAddress: wholeNumber(0, 100_000_000).default(30),
  subscriptionsPerAddress: wholeNumber(0, 100_000_000).default(60),
  picturesDir: z.string().optional(),
  pictureBytes: wholeNumber(1_024, 104_857_600).default(20_971_520),
  pictureMegapixels: wholeNumber(1, 500).default(80),
  pushSubject: z
    .string()
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/)
    .refine((text) => hasScheme(text, ['mailto:', 'https:']))
    .optional(),
  pushServices: z
    .string()
    .transform(readPushServices)
    .default([...KNOWN_PUSH_SERVICES]),
  requireSecondPerson: z.enum(['breaking', 'none']).default('none'),
  webhookTargets: z.enum(TARGETS).default('public'),
  oidcIssuer: z.string().optional(),
  oidcClientId: z.string().optional(),
  oidcClientSecret: z.string().optional(),
  oidcRoles: z.string().optional(),
  oidcRoleClaim: z.string().max(256).default('groups'),
  oidcScope: z
    .string()
    .regex(/^openid(?: [!-~]+)*$/)
    .default('openid profile'),
});

/**
 * Reads the configuration. A flag wins over its environment variable; an empty text counts as absent.
 *
 * @param flags by the flag's name in camel case (`dataDir`), as command-line parsers give them.
 * @throws ConfigError on an unknown `SLUGLINE_` variable, an unknown flag, or a value that is not allowed.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string | undefined>> = {},
): Config {
  refuseUnknown(env, flags);
  const given: Record<string, string> = {};
  for (const { key, name, flag } of CONFIG_OPTIONS) {
    const value = (flag === undefined ? undefined : flags[key]) || env[name];
    if (value) given[key] = value;
  }
  const read = SCHEMA.safeParse(given);
  if (!read.success) throw new ConfigError(describeFirst(read.error));
  const { tokenAlgorithm, tokenKey, tokenIssuer, tokenAudience, ...rest } = read.data;
  return {
    port: rest.port,
    host: rest.host,
    dataDir: rest.dataDir,
    redisUrl: rest.redisUrl,
    publicUrl: rest.publicUrl,
    siteName: rest.siteName,
    allowedOrigins: rest.allowedOrigins,
    logLevel: rest.logLevel,
    adminKey: rest.adminKey,
    headCheckMs: rest.headCheckMs,
    metricsToken: rest.metricsToken,
    trustProxy: rest.trustProxy,
    connections: { most: rest.maxConnections, perAddress: rest.maxConnectionsPerAddress, pollAbove: rest.pollAbove },
    drainMs: rest.drainMs,
    slowReaders: { bytes: rest.slowReaderBytes, ms: rest.slowReaderMs },
    rates: {
      commandsPerKey: rest.commandsPerKey,
      commandsPerStory: rest.commandsPerStory,
      requestsPerAddress: rest.requestsPerAddress,
      authFailuresPerAddress: rest.authFailuresPerAddress,
      subscriptionsPerAddress: rest.subscriptionsPerAddress,
    },
    push: {
      subject: rest.pushSubject ?? (rest.publicUrl?.startsWith('https:') ? rest.publicUrl : undefined),
      services: rest.pushServices,
    },
    secondPerson: rest.requireSecondPerson,
    webhookTargets: rest.webhookTargets,
    pictures: {
      directory: rest.picturesDir ?? join(rest.dataDir, 'pictures'),
      bytes: rest.pictureBytes,
      pixels: rest.pictureMegapixels * 1_000_000,
    },
    tokens: readTokens(tokenAlgorithm, tokenKey, tokenIssuer, tokenAudience),
    oidc: readOidcSettings(
      {
        issuer: rest.oidcIssuer,
        clientId: rest.oidcClientId,
        clientSecret: rest.oidcClientSecret,
        roles: rest.oidcRoles,
        roleClaim: rest.oidcRoleClaim,
        scope: rest.oidcScope,
      },
      rest.publicUrl,
    ),
  };
}

function refuseUnknown(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string | undefined>>,
): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SLUGLINE_') || NOT_FOR_THE_SERVER.has(name)) continue;
    if (!CONFIG_OPTIONS.some((option) => option.name === name)) {
      throw new ConfigError(`${name}: there is no such setting.`);
    }
  }
  for (const key of Object.keys(flags)) {
    if (!CONFIG_OPTIONS.some((option) => option.key === key && option.flag !== undefined)) {
      throw new ConfigError(`${key}: there is no such flag.`);
    }
  }
}

/** The value itself is not repeated: it may be a secret, and this line goes to a log. */
function describeFirst(error: z.ZodError): string {
  const key = error.issues[0]?.path[0];
  const option = CONFIG_OPTIONS.find((candidate) => candidate.key === key);
  return option === undefined ? 'The configuration is not valid.' : `${option.name} is not valid. ${option.meaning}`;
}

function readTokens(
  algorithm: TokenConfig['algorithm'] | undefined,
  key: string | undefined,
  issuer: string | undefined,
  audience: string | undefined,
): TokenConfig | undefined {
  const given = { TOKEN_ALGORITHM: algorithm, TOKEN_KEY: key, TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 4) return undefined;
  if (algorithm === undefined || key === undefined || issuer === undefined || audience === undefined) {
    throw new ConfigError(`${missing.join(', ')} not set: the four TOKEN_ settings go together, all or none.`);
  }
  if (algorithm === 'HS256' && Buffer.byteLength(key) < 32) {
    throw new ConfigError('TOKEN_KEY is not valid. With HS256 it is a secret of at least 32 bytes.');
  }
  const pem = key.replaceAll('\\n', '\n');
  if (algorithm !== 'HS256' && !pem.includes('-----BEGIN PUBLIC KEY-----')) {
    throw new ConfigError(`TOKEN_KEY is not valid. With ${algorithm} it is a public key as PEM (BEGIN PUBLIC KEY).`);
  }
  return { algorithm, key: algorithm === 'HS256' ? key : pem, issuer, audience };
}

/** What other addresses can be made of by adding to it. */
function isPlace(text: string): boolean {
  const { username, password } = new URL(text);
  return !/[?#]/.test(text) && username === '' && password === '';
}

function hasScheme(text: string, schemes: readonly string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol);
}

/** Origins are compared as text, so one that a browser would never send in that form is refused at the start. */
function readOrigins(text: string, context: z.RefinementCtx): AllowedOrigins {
  if (text.trim() === '*') return '*';
  const origins = text.split(',').map((part) => part.trim());
  for (const origin of origins) {
    if (!hasScheme(origin, ['http:', 'https:']) || new URL(origin).origin !== origin) {
      context.addIssue({ code: 'custom', message: 'not an origin' });
    }
  }
  return origins;
}

function readPushServices(text: string, context: z.RefinementCtx): readonly string[] {
  if (text.trim() === 'none') return [];
  const services = text.split(',').map((part) => part.trim());
  if (!services.every(isPushServiceName)) context.addIssue({ code: 'custom', message: 'not a host or an origin' });
  return services;
}

const PROXY_RANGES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

function readProxies(text: string, context: z.RefinementCtx): readonly string[] {
  if (text.trim() === 'none') return [];
  const proxies = text.split(',').map((part) => part.trim());
  for (const proxy of proxies) {
    const [address = '', bits, ...rest] = proxy.split('/');
    const family = isIP(address);
    const isRange = bits === undefined || isPrefixLength(bits, family === 4 ? 32 : 128);
    if (!PROXY_RANGES.has(proxy) && (family === 0 || !isRange || rest.length > 0)) {
      context.addIssue({ code: 'custom', message: 'not an address, a range or a name of one' });
    }
  }
  return proxies;
}

/** A range of all addresses is none for `proxy-addr`: believing everyone is believing nobody. */
function isPrefixLength(text: string, most: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= most;
}
