import { z } from 'zod';
import { isCredentialForm } from './access/credential.js';
import { LOG_LEVELS, type LogLevel } from './logger.js';

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
  readonly allowedOrigins: AllowedOrigins;
  readonly logLevel: LogLevel;
  readonly adminKey: string | undefined;
  readonly tokens: TokenConfig | undefined;
  /** Milliseconds between two looks of a feed at the store's head. */
  readonly headCheckMs: number;
}

/** `*`, or origins as browsers send them (`https://news.example`). */
export type AllowedOrigins = '*' | readonly string[];

const TOKEN_ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;

/** What a reader token must be, all pinned: nothing in the token chooses how the token is checked. */
export interface TokenConfig {
  readonly algorithm: (typeof TOKEN_ALGORITHMS)[number];
  /** HS256: the shared secret, at least 32 bytes. Else: the public key as PEM (SPKI). */
  readonly key: string;
  readonly issuer: string;
  readonly audience: string;
}

/** A setting that the server cannot start with. The message is one line that names the setting and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One setting as `--help` and the README show it. */
export interface ConfigOption {
  /** Environment variable. */
  readonly name: string;
  /** `--data-dir <path>`; absent for secrets, since any user of the machine can read a command line. */
  readonly flag?: string;
  /** As shown; the value itself is in the schema. */
  readonly default: string;
  readonly meaning: string;
}

interface OptionSource extends ConfigOption {
  /** The flag's name as a command-line parser gives it (`dataDir`). */
  readonly key: string;
}

const OPTION_SOURCES: readonly OptionSource[] = [
  {
    key: 'port',
    name: 'PORT',
    flag: '--port <number>',
    default: '3000',
    meaning: 'Port to listen on; 0 picks a free one.',
  },
  {
    key: 'host',
    name: 'HOST',
    flag: '--host <address>',
    default: 'all interfaces',
    meaning: 'Address to listen on. Set 127.0.0.1 to be reached from this machine only.',
  },
  {
    key: 'dataDir',
    name: 'DATA_DIR',
    flag: '--data-dir <path>',
    default: './data',
    meaning: 'Directory of the embedded store. Not used with REDIS_URL.',
  },
  {
    key: 'redisUrl',
    name: 'REDIS_URL',
    flag: '--redis-url <url>',
    default: 'none',
    meaning:
      'redis://, redis+cluster:// or redis+sentinel:// URL (rediss… for TLS). With it, stories are kept in Redis and shared by all instances.',
  },
  {
    key: 'publicUrl',
    name: 'PUBLIC_URL',
    flag: '--public-url <url>',
    default: 'the address asked',
    meaning: 'Where readers reach this server, for links in pages.',
  },
  {
    key: 'allowedOrigins',
    name: 'ALLOWED_ORIGINS',
    flag: '--allowed-origins <list>',
    default: '*',
    meaning: 'Origins whose pages may use this server, comma-separated (https://news.example), or *.',
  },
  {
    key: 'logLevel',
    name: 'LOG_LEVEL',
    flag: '--log-level <level>',
    default: 'info',
    meaning: `One of ${LOG_LEVELS.join(', ')}.`,
  },
  {
    key: 'adminKey',
    name: 'SLUGLINE_ADMIN_KEY',
    default: 'made at first start',
    meaning: 'The first admin key: sl_<id>_<secret>, id of 8–32 and secret of 32–128 letters and digits.',
  },
  {
    key: 'tokenAlgorithm',
    name: 'TOKEN_ALGORITHM',
    flag: '--token-algorithm <name>',
    default: 'none',
    meaning: `How reader tokens (JWT) are signed: ${TOKEN_ALGORITHMS.join(', ')}. The four TOKEN_ settings go together.`,
  },
  {
    key: 'tokenKey',
    name: 'TOKEN_KEY',
    default: 'none',
    meaning: 'HS256: the shared secret, at least 32 bytes. Else the public key as PEM; \\n may stand for line ends.',
  },
  {
    key: 'tokenIssuer',
    name: 'TOKEN_ISSUER',
    flag: '--token-issuer <text>',
    default: 'none',
    meaning: 'The iss that reader tokens must have.',
  },
  {
    key: 'tokenAudience',
    name: 'TOKEN_AUDIENCE',
    flag: '--token-audience <text>',
    default: 'none',
    meaning: 'The aud that reader tokens must have.',
  },
  {
    key: 'headCheckMs',
    name: 'HEAD_CHECK_MS',
    flag: '--head-check-ms <number>',
    default: '2000',
    meaning: 'Milliseconds between two checks of a followed story against the store, 100–4000.',
  },
];

/** The one list of settings: `--help` and the README's table are made from it. */
export const CONFIG_OPTIONS: readonly ConfigOption[] = OPTION_SOURCES;

/** Variables with our prefix that are for the command line and the tests, not for the server. */
const NOT_FOR_THE_SERVER: ReadonlySet<string> = new Set([
  'SLUGLINE_URL',
  'SLUGLINE_KEY',
  'SLUGLINE_TOKEN',
  'SLUGLINE_NO_INSTALL',
  'SLUGLINE_REDIS_SERVER',
  'SLUGLINE_CHROMIUM',
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
    .refine((text) => hasScheme(text, ['http:', 'https:']))
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  allowedOrigins: z.string().transform(readOrigins).default('*'),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  adminKey: z.string().refine(isCredentialForm).optional(),
  tokenAlgorithm: z.enum(TOKEN_ALGORITHMS).optional(),
  tokenKey: z.string().optional(),
  tokenIssuer: z.string().optional(),
  tokenAudience: z.string().optional(),
  headCheckMs: wholeNumber(100, 4_000).default(2_000),
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
  for (const { key, name, flag } of OPTION_SOURCES) {
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
    allowedOrigins: rest.allowedOrigins,
    logLevel: rest.logLevel,
    adminKey: rest.adminKey,
    headCheckMs: rest.headCheckMs,
    tokens: readTokens(tokenAlgorithm, tokenKey, tokenIssuer, tokenAudience),
  };
}

function refuseUnknown(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string | undefined>>,
): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SLUGLINE_') || NOT_FOR_THE_SERVER.has(name)) continue;
    if (!OPTION_SOURCES.some((option) => option.name === name)) {
      throw new ConfigError(`${name}: there is no such setting.`);
    }
  }
  for (const key of Object.keys(flags)) {
    if (!OPTION_SOURCES.some((option) => option.key === key && option.flag !== undefined)) {
      throw new ConfigError(`${key}: there is no such flag.`);
    }
  }
}

/** The value itself is not repeated: it may be a secret, and this line goes to a log. */
function describeFirst(error: z.ZodError): string {
  const key = error.issues[0]?.path[0];
  const option = OPTION_SOURCES.find((candidate) => candidate.key === key);
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
