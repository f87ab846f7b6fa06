import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/**
 * The address under which a reader is counted, the same for plain requests, handshakes and upgrades: an IPv4 address
 * (`192.0.2.7`, also for `::ffff:192.0.2.7`) or the /64 of an IPv6 one (`2001:db8:0:1::/64`), since that is what one
 * household or server is given and may wander about in at will.
 */
export type ClientAddress = (request: IncomingMessage) => string;

/** Counted together: those whose connection was gone before anyone asked. */
const UNKNOWN = 'unknown';
const IPV4_MAPPED = [0, 0, 0, 0, 0, 0xffff];

/**
 * Reads `X-Forwarded-For` from its end for as long as proxies that may be believed wrote it, as Express does with the
 * same setting.
 *
 * @param trustProxy names and ranges as `proxy-addr` reads them; empty: the peer itself is the reader.
 */
export function clientAddressBehind(trustProxy: readonly string[]): ClientAddress {
  const trusts = proxyAddr.compile([...trustProxy]);
  return (request) => {
    // A proxy may pass on what a reader wrote in front of its own address: what is no address stands for nobody.
    const told = proxyAddr.all(request, trusts).findLast((address) => isIPv4(address) || isIPv6(address));
    return told === undefined ? UNKNOWN : countedAs(told);
  };
}

function countedAs(address: string): string {
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  if (IPV4_MAPPED.every((group, at) => groups[at] === group)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight groups of an IPv6 address in any of the forms of RFC 4291, section 2.2; a zone (`%eth0`) is left out. */
function groupsOf(address: string): readonly number[] {
  const [text = ''] = address.split('%');
  const [before = '', after] = text.split('::');
  const head = readGroups(before);
  const tail = readGroups(after ?? '');
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function readGroups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
