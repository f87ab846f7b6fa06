import { Failure } from '../../errors.js';

interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** Which Redis to talk to, and how. */
export type RedisTarget = Credentials &
  (
    | { readonly kind: 'single'; readonly address: RedisAddress; readonly db: number }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisAddress[];
        readonly master: string;
        readonly db: number;
        /** Of the sentinels themselves, where they ask for one. */
        readonly sentinelPassword?: string;
      }
  );

/**
 * Reads a Redis URL:
 *
 * - `redis://[user:password@]host[:6379][/db]`: one server;
 * - `redis+cluster://[user:password@]host[:6379],host[:6379]…`: a Redis Cluster (7.0 or newer), of which any nodes
 *   may be named, the others are found;
 * - `redis+sentinel://[user:password@]host[:26379],host[:26379]…/master-name[?db=0][&sentinelPassword=…]`: the
 *   master that the sentinels name.
 *
 * With `rediss` in the place of `redis` every link is TLS; authorities beyond Node's own come by
 * `NODE_EXTRA_CA_CERTS`. The user may be left out (`:password@`), user and password are percent-decoded, and an
 * IPv6 host stands in brackets. Anything else throws `invalid_input` with what is allowed, never with the password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = URL_FORM.exec(url);
  if (match?.groups === undefined) {
    throw refused('it must begin with redis://, rediss://, redis+cluster:// or redis+sentinel:// and name a host');
  }
  const { tls, kind = 'single', user, hosts = '', path = '', query = '' } = match.groups;
  const credentials: Credentials = { tls: tls !== undefined, ...parseUser(user) };
  const parameters = new URLSearchParams(query);
  const addresses = hosts.split(',').map((host) => parseAddress(host, kind === 'sentinel' ? 26_379 : 6_379));
  const [address] = addresses;

  if (kind === 'cluster') {
    if (path !== '') throw refused('a cluster has no databases: leave out what follows the hosts');
    allowParameters(parameters, []);
    return { kind, nodes: addresses, ...credentials };
  }
  if (kind === 'sentinel') {
    if (path === '' || path.includes('/')) throw refused('the master’s name must follow the sentinels: …/mymaster');
    allowParameters(parameters, ['db', 'sentinelPassword']);
    const sentinelPassword = parameters.get('sentinelPassword') ?? undefined;
    return {
      kind,
      sentinels: addresses,
      master: decoded(path),
      db: parseDatabase(parameters.get('db') ?? ''),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...credentials,
    };
  }
  if (address === undefined || addresses.length > 1) {
    throw refused('several hosts make sense with redis+cluster:// or redis+sentinel:// only');
  }
  allowParameters(parameters, []);
  return { kind: 'single', address, db: parseDatabase(path), ...credentials };
}

const URL_FORM =
  /^redis(?<tls>s)?(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^@/?#]*)@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;
const ADDRESS_FORM = /^(?:\[(?<ipv6>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/;

function parseUser(text: string | undefined): Pick<Credentials, 'username' | 'password'> {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  if (colon < 0 || colon === text.length - 1) throw refused('what stands before @ must be user:password or :password');
  const username = decoded(text.slice(0, colon));
  return { password: decoded(text.slice(colon + 1)), ...(username === '' ? {} : { username }) };
}

function parseAddress(text: string, defaultPort: number): RedisAddress {
  const groups = ADDRESS_FORM.exec(text)?.groups;
  const host = groups?.ipv6 ?? groups?.name;
  const port = groups?.port === undefined ? defaultPort : Number(groups.port);
  if (host === undefined || port < 1 || port > 65_535) {
    // Not repeated: with a password that should have been percent-encoded, part of it stands here.
    throw refused('each host must be of the form host or host:port, and user and password percent-encoded');
  }
  return { host, port };
}

function parseDatabase(text: string): number {
  if (!/^\d{0,4}$/.test(text)) throw refused('the database must be a whole number');
  return Number(text);
}

function allowParameters(parameters: URLSearchParams, allowed: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (!allowed.includes(name)) throw refused(`the parameter "${name}" is not known here`);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('user, password and names must be percent-encoded');
  }
}

function refused(reason: string): Failure {
  return new Failure('invalid_input', `The Redis URL cannot be used: ${reason}.`);
}
