import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../server/config.js';
import { CONFIG_OPTIONS } from '../../server/config-options.js';

const ADMIN_KEY = `sl_firstadmin_${'s'.repeat(40)}`;
const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

const SIGN_IN = {
  OIDC_ISSUER: 'https://people.example/realms/desk',
  OIDC_CLIENT_ID: 'slugline',
  OIDC_CLIENT_SECRET: 'a secret',
  OIDC_ROLES: 'cn=desk=editor, chiefs=admin',
  OIDC_ROLE_CLAIM: 'realm_access.roles',
  OIDC_SCOPE: 'openid profile groups',
};

function refusal(env: Record<string, string>, flags: Record<string, string> = {}): string {
  try {
    loadConfig(env, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error(`accepted: ${JSON.stringify({ env, flags })}`);
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).toEqual({
      port: 3000,
      host: undefined,
      dataDir: './data',
      redisUrl: undefined,
      publicUrl: undefined,
      siteName: undefined,
      allowedOrigins: '*',
      logLevel: 'info',
      adminKey: undefined,
      tokens: undefined,
      headCheckMs: 2000,
      metricsToken: undefined,
      trustProxy: ['loopback', 'linklocal', 'uniquelocal'],
      connections: { most: 50_000, perAddress: 1_000, pollAbove: 40_000 },
      drainMs: 10_000,
      slowReaders: { bytes: 1_048_576, ms: 30_000 },
      rates: {
        commandsPerKey: 6_000,
        commandsPerStory: 3_000,
        requestsPerAddress: 6_000,
        authFailuresPerAddress: 30,
        subscriptionsPerAddress: 60,
      },
      push: {
        subject: undefined,
        services: ['fcm.googleapis.com', '*.push.services.mozilla.com', '*.notify.windows.com', '*.push.apple.com'],
      },
      secondPerson: 'none',
      webhookTargets: 'public',
      pictures: { directory: join('data', 'pictures'), bytes: 20_971_520, pixels: 80_000_000 },
      oidc: undefined,
    });
  });

  it('reads every setting from the environment', () => {
    const env = {
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: '/var/lib/slugline',
      REDIS_URL: 'rediss://user:pass@redis.example:6380/1',
      PUBLIC_URL: 'https://live.news.example/',
      SITE_NAME: 'The Norrvik Post',
      ALLOWED_ORIGINS: 'https://news.example, http://localhost:8080',
      LOG_LEVEL: 'warn',
      SLUGLINE_ADMIN_KEY: ADMIN_KEY,
      TOKEN_ALGORITHM: 'ES256',
      TOKEN_KEY: PUBLIC_KEY.replaceAll('\n', '\\n'),
      TOKEN_ISSUER: 'news.example',
      TOKEN_AUDIENCE: 'slugline',
      HEAD_CHECK_MS: '500',
      METRICS_TOKEN: 'scraper-of-the-newsroom',
      TRUST_PROXY: 'loopback, 10.0.0.0/8, 2001:db8::1',
      MAX_CONNECTIONS: '2000',
      MAX_CONNECTIONS_PER_ADDRESS: '0',
      POLL_ABOVE: '1500',
      DRAIN_MS: '30000',
      SLOW_READER_BYTES: '65536',
      SLOW_READER_MS: '5000',
      COMMANDS_PER_KEY: '0',
      COMMANDS_PER_STORY: '120',
      REQUESTS_PER_ADDRESS: '600',
      AUTH_FAILURES_PER_ADDRESS: '5',
      SUBSCRIPTIONS_PER_ADDRESS: '7',
      PICTURES_DIR: '/srv/pictures',
      PICTURE_BYTES: '1048576',
      PICTURE_MEGAPIXELS: '12',
      PUSH_SUBJECT: 'mailto:desk@news.example',
      PUSH_SERVICES: 'fcm.googleapis.com, *.push.example, http://127.0.0.1:8080',
      REQUIRE_SECOND_PERSON: 'breaking',
      WEBHOOK_TARGETS: 'any',
      ...SIGN_IN,
    };
    expect(Object.keys(env).sort()).toEqual(CONFIG_OPTIONS.map((option) => option.name).sort());
    expect(loadConfig(env)).toEqual({
      port: 0,
      host: '127.0.0.1',
      dataDir: '/var/lib/slugline',
      redisUrl: env.REDIS_URL,
      publicUrl: 'https://live.news.example',
      siteName: 'The Norrvik Post',
      allowedOrigins: ['https://news.example', 'http://localhost:8080'],
      logLevel: 'warn',
      adminKey: ADMIN_KEY,
      tokens: { algorithm: 'ES256', key: PUBLIC_KEY, issuer: 'news.example', audience: 'slugline' },
      headCheckMs: 500,
      metricsToken: 'scraper-of-the-newsroom',
      trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::1'],
      connections: { most: 2_000, perAddress: 0, pollAbove: 1_500 },
      drainMs: 30_000,
      slowReaders: { bytes: 65_536, ms: 5_000 },
      rates: {
        commandsPerKey: 0,
        commandsPerStory: 120,
        requestsPerAddress: 600,
        authFailuresPerAddress: 5,
        subscriptionsPerAddress: 7,
      },
      push: {
        subject: 'mailto:desk@news.example',
        services: ['fcm.googleapis.com', '*.push.example', 'http://127.0.0.1:8080'],
      },
      secondPerson: 'breaking',
      webhookTargets: 'any',
      pictures: { directory: '/srv/pictures', bytes: 1_048_576, pixels: 12_000_000 },
      oidc: {
        issuer: 'https://people.example/realms/desk',
        clientId: 'slugline',
        clientSecret: 'a secret',
        home: 'https://live.news.example',
        scope: 'openid profile groups',
        roleClaim: 'realm_access.roles',
        roles: new Map([
          ['cn=desk', 'editor'],
          ['chiefs', 'admin'],
        ]),
      },
    });
  });

  it('names the site itself to push services where it is reached by https, and sends no alerts where none are wanted', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://live.news.example/' }).push.subject).toBe('https://live.news.example');
    expect(loadConfig({ PUBLIC_URL: 'http://localhost:3000' }).push.subject).toBeUndefined();
    expect(loadConfig({ PUSH_SERVICES: 'none' }).push.services).toEqual([]);
  });

  it('lets a flag win over its variable, and takes an empty variable for an absent one', () => {
    expect(loadConfig({ PORT: '4000', DATA_DIR: '' }, { port: '5000', logLevel: undefined })).toMatchObject({
      port: 5000,
      dataDir: './data',
      logLevel: 'info',
    });
  });

  it('takes a sign-in service whole or not at all, over TLS, and with the address to send people back to', () => {
    const whole = { ...SIGN_IN, PUBLIC_URL: 'https://live.news.example' };
    const { OIDC_CLIENT_SECRET: _, OIDC_ROLES: __, ...part } = whole;
    expect(refusal(part)).toMatch(/^OIDC_CLIENT_SECRET, OIDC_ROLES not set/);
    expect(refusal(SIGN_IN)).toMatch(/^PUBLIC_URL not set/);
    for (const issuer of [
      'http://people.example',
      'people.example',
      'https://people.example/?a=b',
      'ftp://x.example',
    ]) {
      expect(refusal({ ...whole, OIDC_ISSUER: issuer })).toMatch(/^OIDC_ISSUER is not valid/);
    }
    expect(loadConfig({ ...whole, OIDC_ISSUER: 'http://127.0.0.1:9' }).oidc?.issuer).toBe('http://127.0.0.1:9');
    for (const roles of ['desk', 'desk=reader', '=editor', 'desk=editor,', 'desk=owner']) {
      expect(refusal({ ...whole, OIDC_ROLES: roles })).toMatch(/^OIDC_ROLES is not valid/);
    }
    expect(refusal({ ...whole, OIDC_SCOPE: 'profile' })).toMatch(/^OIDC_SCOPE is not valid/);
  });

  it('offers no flag for secrets, since any user of the machine can read a command line', () => {
    const withoutFlag = CONFIG_OPTIONS.filter(({ flag }) => flag === undefined);
    expect(withoutFlag.map(({ name }) => name)).toEqual([
      'SLUGLINE_ADMIN_KEY',
      'TOKEN_KEY',
      'METRICS_TOKEN',
      'OIDC_CLIENT_SECRET',
    ]);
    expect(refusal({}, { tokenKey: 'x' })).toBe('tokenKey: there is no such flag.');
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', '3000.5'],
    ['HOST', 'two words'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'http://localhost'],
    ['PUBLIC_URL', 'live.news.example'],
    ['PUBLIC_URL', 'ftp://live.news.example'],
    ['PUBLIC_URL', 'https://live.news.example/?'],
    ['PUBLIC_URL', 'https://desk@live.news.example/'],
    ['SITE_NAME', 'two\nlines'],
    ['ALLOWED_ORIGINS', 'https://news.example/'],
    ['ALLOWED_ORIGINS', 'https://news.example,*'],
    ['ALLOWED_ORIGINS', 'HTTPS://News.example'],
    ['ALLOWED_ORIGINS', 'news.example'],
    ['LOG_LEVEL', 'loud'],
    ['SLUGLINE_ADMIN_KEY', 'sl_short_short'],
    ['SLUGLINE_ADMIN_KEY', `sl_firstadmin_${'-'.repeat(40)}`],
    ['HEAD_CHECK_MS', '0'],
    ['HEAD_CHECK_MS', '60000'],
    ['METRICS_TOKEN', 'short'],
    ['PUSH_SUBJECT', 'desk@news.example'],
    ['PUSH_SUBJECT', 'http://news.example'],
    ['PUSH_SUBJECT', 'mailto:'],
    ['PUSH_SERVICES', '*'],
    ['PUSH_SERVICES', '*.com.'],
    ['PUSH_SERVICES', 'localhost'],
    ['PUSH_SERVICES', '127.0.0.1'],
    ['PUSH_SERVICES', 'push.example:8443'],
    ['PUSH_SERVICES', 'https://push.example/'],
    ['PUSH_SERVICES', 'ftp://push.example'],
    ['PUSH_SERVICES', 'push.example,,push.apple.com'],
    ['SUBSCRIPTIONS_PER_ADDRESS', '-1'],
    ['TRUST_PROXY', 'everyone'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['MAX_CONNECTIONS', '0'],
    ['SLOW_READER_BYTES', '1'],
    ['COMMANDS_PER_KEY', 'many'],
  ])('refuses %s=%s in one line that names it and does not repeat the value', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} is not valid\\. .+`));
    expect(message).not.toContain('\n');
    if (name === 'SLUGLINE_ADMIN_KEY') expect(message).not.toContain(value);
  });

  it('refuses a variable with our prefix that it does not know, but not those of the command line', () => {
    expect(refusal({ SLUGLINE_ADMINKEY: ADMIN_KEY })).toBe('SLUGLINE_ADMINKEY: there is no such setting.');
    expect(() => loadConfig({ SLUGLINE_NO_INSTALL: '1', PATH: '/bin' })).not.toThrow();
  });

  it('takes the four token settings together or not at all, each of them sound', () => {
    const tokens = { TOKEN_ALGORITHM: 'HS256', TOKEN_KEY: 'k'.repeat(32), TOKEN_ISSUER: 'i', TOKEN_AUDIENCE: 'a' };
    expect(loadConfig(tokens).tokens).toEqual({ algorithm: 'HS256', key: 'k'.repeat(32), issuer: 'i', audience: 'a' });
    expect(refusal({ TOKEN_ALGORITHM: 'HS256', TOKEN_KEY: 'k'.repeat(32) })).toMatch(
      /^TOKEN_ISSUER, TOKEN_AUDIENCE not/,
    );
    expect(refusal({ ...tokens, TOKEN_KEY: 'k'.repeat(31) })).toMatch(/at least 32 bytes/);
    expect(refusal({ ...tokens, TOKEN_ALGORITHM: 'none' })).toMatch(/^TOKEN_ALGORITHM is not valid/);
    expect(refusal({ ...tokens, TOKEN_ALGORITHM: 'RS256' })).toMatch(/public key as PEM/);
  });
});
