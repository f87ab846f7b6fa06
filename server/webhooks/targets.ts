import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Whom webhooks may call: whoever is on the public internet, anybody at all, or nobody. */
export const TARGETS = ['public', 'any', 'none'] as const;
export type Targets = (typeof TARGETS)[number];

const URL_MOST = 2_048;
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
/** Names that no public host has: what is behind them is somebody's own network, or nothing. */
const OWN_NAMES =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|arpa|test|invalid|onion|alt)$/;
/** Below it are the ports of services that speak no HTTP; 443 is the one that does. */
const FREE_PORTS_FROM = 1_024;

/**
 * What is wrong with a webhook's URL, in a sentence without its subject; `undefined` when it may be called as far as the
 * text tells. Where its name leads is looked at when it is called, each time: see `guardedLookup`.
 */
export function targetFault(text: string, targets: Targets): string | undefined {
  // What a URL's parser drops or mends could be read in another way by the next one.
  if (text.length > URL_MOST || !/^[!-~]+$/.test(text) || !URL.canParse(text)) {
    return `must be a URL of at most ${URL_MOST} visible ASCII characters`;
  }
  const { href, protocol, hostname, port, username, password, hash } = new URL(text);
  if (href !== text && href !== `${text}/`) return `must be written as URLs are: ${href.slice(0, 200)}`;
  if (username !== '' || password !== '') return 'must not hold a user or a password';
  if (hash !== '') return 'must not have a fragment';
  if (targets === 'any') return /^https?:$/.test(protocol) ? undefined : 'must begin with https:// or http://';
  if (protocol !== 'https:') return 'must begin with https://';
  if (port !== '' && Number(port) < FREE_PORTS_FROM) return `must be at port 443, or one from ${FREE_PORTS_FROM} up`;
  if (!HOST.test(hostname) || OWN_NAMES.test(hostname)) return 'must name a host of the public internet';
  return undefined;
}

/** IPv4: all of IANA's special-purpose registry, and an address at which a cloud tells its machines their secrets. */
const SPECIAL_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** IPv6: what is special among the addresses that are given out; all others are none. */
const GLOBAL_6: readonly [string, number] = ['2000::', 3];
const SPECIAL_6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3ffe::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, bits] of SPECIAL_4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_6) special.addSubnet(net, bits, 'ipv6');
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_6, 'ipv6');

/**
 * Whether an address is somebody's on the public internet. No address that holds another one (IPv4-mapped, 6to4, Teredo,
 * NAT64) is: what is in it would have to be looked at as well, and nobody's name leads there.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Told of a call that was not made, since the name leads where no webhook may go. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/**
 * Looks names up for connections, and refuses a name of which any address is not public. The connection is made to the
 * very addresses that were looked at here: a name that leads elsewhere at the next look has nothing to win.
 */
export function guardedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return answer(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return answer(new ForbiddenAddress('The name leads to an address that is not public.'), []);
      }
      if (options.all === true) return answer(null, addresses);
      return answer(null, first.address, first.family);
    });
  };
}
