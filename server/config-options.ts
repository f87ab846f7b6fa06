import { LOG_LEVELS } from './logger.js';
import { KNOWN_PUSH_SERVICES } from './push/push-services.js';
import { TARGETS } from './webhooks/targets.js';

/** Algorithms of reader tokens. */
export const TOKEN_ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;

/** One setting as `--help` and the README show it. */
interface ConfigOption {
  /** The flag's name as a command-line parser gives it (`dataDir`). */
  readonly key: string;
  /** Environment variable. */
  readonly name: string;
  /** `--data-dir <path>`; absent for secrets, since any user of the machine can read a command line. */
  readonly flag?: string;
  /** As shown; the value itself is in the schema. */
  readonly default: string;
  readonly meaning: string;
}

/**
 * The one list of settings, in the order in which `--help` and the README's table show them. What a value may be is
 * checked in `config.ts`.
 */
export const CONFIG_OPTIONS: readonly ConfigOption[] = [
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
    meaning:
      'Where readers reach this server, for links in pages and feeds. A path in it is one that the proxy in front takes away.',
  },
  {
    key: 'siteName',
    name: 'SITE_NAME',
    flag: '--site-name <text>',
    default: 'none',
    meaning: 'Who publishes here, as pages, feeds and search engines are to call it.',
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
  {
    key: 'metricsToken',
    name: 'METRICS_TOKEN',
    default: 'none',
    meaning:
      'With it, /metrics answers only who brings it as a Bearer token; 16–512 of A–Z, a–z, 0–9 and ._~+/-, then any =.',
  },
  {
    key: 'trustProxy',
    name: 'TRUST_PROXY',
    flag: '--trust-proxy <list>',
    default: 'loopback,linklocal,uniquelocal',
    meaning:
      'Peers whose X-Forwarded-For tells the reader’s address: loopback, linklocal, uniquelocal, addresses or CIDR ranges, comma-separated, or none.',
  },
  {
    key: 'maxConnections',
    name: 'MAX_CONNECTIONS',
    flag: '--max-connections <number>',
    default: '50000',
    meaning:
      'Sockets and streams open at a time on this instance, and as many long polls waiting; more are refused with too_many_connections.',
  },
  {
    key: 'maxConnectionsPerAddress',
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    flag: '--max-connections-per-address <number>',
    default: '1000',
    meaning: 'The same for one address (IPv6: one /64), 0 for no limit. Offices and mobile networks share addresses.',
  },
  {
    key: 'pollAbove',
    name: 'POLL_ABOVE',
    flag: '--poll-above <number>',
    default: '40000',
    meaning: 'Sockets and streams above which new readers are sent on to polling, 0 for never.',
  },
  {
    key: 'drainMs',
    name: 'DRAIN_MS',
    flag: '--drain-ms <number>',
    default: '10000',
    meaning:
      'Milliseconds over which readers are sent away when this instance is asked to stop, 0–300000; 0 is at once.',
  },
  {
    key: 'slowReaderBytes',
    name: 'SLOW_READER_BYTES',
    flag: '--slow-reader-bytes <number>',
    default: '1048576',
    meaning: 'Bytes that may wait for one reader before it is sent no more until it has caught up, 65536–16777216.',
  },
  {
    key: 'slowReaderMs',
    name: 'SLOW_READER_MS',
    flag: '--slow-reader-ms <number>',
    default: '30000',
    meaning:
      'Milliseconds in which a reader who is behind has to take what waits for it, else it is disconnected, 1000–600000.',
  },
  {
    key: 'commandsPerKey',
    name: 'COMMANDS_PER_KEY',
    flag: '--commands-per-key <number>',
    default: '6000',
    meaning: 'Commands (everything that writes) of one API key in a minute, on all instances together; 0 for no limit.',
  },
  {
    key: 'commandsPerStory',
    name: 'COMMANDS_PER_STORY',
    flag: '--commands-per-story <number>',
    default: '3000',
    meaning: 'Commands to one story in a minute, on all instances together; 0 for no limit.',
  },
  {
    key: 'requestsPerAddress',
    name: 'REQUESTS_PER_ADDRESS',
    flag: '--requests-per-address <number>',
    default: '6000',
    meaning: 'Requests, joins and connections from one address in a minute, on all instances together; 0 for no limit.',
  },
  {
    key: 'authFailuresPerAddress',
    name: 'AUTH_FAILURES_PER_ADDRESS',
    flag: '--auth-failures-per-address <number>',
    default: '30',
    meaning:
      'Bad keys and tokens from one address in a minute before they are answered too_many_requests; 0 for no limit.',
  },
  {
    key: 'subscriptionsPerAddress',
    name: 'SUBSCRIPTIONS_PER_ADDRESS',
    flag: '--subscriptions-per-address <number>',
    default: '60',
    meaning:
      'Readers of one address who may begin to get alerts in a minute, on all instances together; 0 for no limit.',
  },
  {
    key: 'picturesDir',
    name: 'PICTURES_DIR',
    flag: '--pictures-dir <path>',
    default: 'pictures in DATA_DIR',
    meaning:
      'Directory in which the desk’s pictures are kept. Instances must share it, by a network file system where they run on several machines.',
  },
  {
    key: 'pictureBytes',
    name: 'PICTURE_BYTES',
    flag: '--picture-bytes <number>',
    default: '20971520',
    meaning: 'Bytes of a picture, 1024–104857600; a larger one is refused.',
  },
  {
    key: 'pictureMegapixels',
    name: 'PICTURE_MEGAPIXELS',
    flag: '--picture-megapixels <number>',
    default: '80',
    meaning: 'Million pixels of a picture, 1–500; one with more is refused before it is decoded.',
  },
  {
    key: 'pushSubject',
    name: 'PUSH_SUBJECT',
    flag: '--push-subject <url>',
    default: 'PUBLIC_URL where it is https',
    meaning: 'Whom push services may ask about the alerts: mailto: or https: URL. Apple’s takes no alerts without it.',
  },
  {
    key: 'pushServices',
    name: 'PUSH_SERVICES',
    flag: '--push-services <list>',
    default: KNOWN_PUSH_SERVICES.join(','),
    meaning:
      'Hosts to which alerts may be sent (*. stands for any name below), or origins such as https://push.example:8443, comma-separated; none turns alerts off.',
  },
  {
    key: 'requireSecondPerson',
    name: 'REQUIRE_SECOND_PERSON',
    flag: '--require-second-person <what>',
    default: 'none',
    meaning: 'breaking: breaking news goes out by somebody else than who wrote it or edited it last; or none.',
  },
  {
    key: 'webhookTargets',
    name: 'WEBHOOK_TARGETS',
    flag: '--webhook-targets <name>',
    default: 'public',
    meaning: `Whom webhooks may call: ${TARGETS.join(', ')}. public is https to public addresses; any is also plain http and your own network; none keeps them and sends nothing.`,
  },
  {
    key: 'oidcIssuer',
    name: 'OIDC_ISSUER',
    flag: '--oidc-issuer <url>',
    default: 'none',
    meaning:
      'The sign-in service (OpenID Connect) of the desk’s members. The OIDC_ settings go together, with PUBLIC_URL.',
  },
  {
    key: 'oidcClientId',
    name: 'OIDC_CLIENT_ID',
    flag: '--oidc-client-id <text>',
    default: 'none',
    meaning: 'What the sign-in service calls this server.',
  },
  {
    key: 'oidcClientSecret',
    name: 'OIDC_CLIENT_SECRET',
    default: 'none',
    meaning: 'What this server shows the sign-in service.',
  },
  {
    key: 'oidcRoles',
    name: 'OIDC_ROLES',
    flag: '--oidc-roles <list>',
    default: 'none',
    meaning:
      'Roles by values of the claim: desk-admins=admin,desk=editor,stringers=contributor. Who has none is refused.',
  },
  {
    key: 'oidcRoleClaim',
    name: 'OIDC_ROLE_CLAIM',
    flag: '--oidc-role-claim <name>',
    default: 'groups',
    meaning: 'The claim of the ID token that says what somebody is; a path such as realm_access.roles too.',
  },
  {
    key: 'oidcScope',
    name: 'OIDC_SCOPE',
    flag: '--oidc-scope <list>',
    default: 'openid profile',
    meaning: 'What is asked of the sign-in service, parted by spaces; openid comes first.',
  },
];
