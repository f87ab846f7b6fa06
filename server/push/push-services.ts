/** The push services of Chrome and most others, Firefox, Windows and Apple. */
export const KNOWN_PUSH_SERVICES: readonly string[] = [
  'fcm.googleapis.com',
  '*.push.services.mozilla.com',
  '*.notify.windows.com',
  '*.push.apple.com',
];

const HOST = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/**
 * Whether a setting can name a push service: a host (`push.example`), all hosts below one (`*.push.example`), or an
 * origin as browsers write it (`https://push.example:8443`).
 */
export function isPushServiceName(text: string): boolean {
  if (HOST.test(text)) return true;
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/**
 * Whether alerts may be sent to an endpoint. An endpoint is a URL that a stranger tells the server to call, so it must be
 * one of a push service that the operator knows; nobody else's server, and nothing within the operator's own network, can
 * be reached by it. A list of hosts and not a look at the addresses behind any host: there are few push services, each
 * browser uses its maker's alone, and a name that resolves to another address at each look has nothing to win here.
 *
 * Hosts are for https at its own port. An origin is for whoever runs a push service of their own, at any port, and
 * without TLS where they say so.
 *
 * @param services names as `isPushServiceName` takes them.
 */
export function isEndpoint(text: string, services: readonly string[]): boolean {
  // What a URL's parser drops or mends could be read in another way by the next one.
  if (!/^[!-~]+$/.test(text) || !URL.canParse(text)) return false;
  const { href, origin, protocol, hostname, port, username, password, hash } = new URL(text);
  if (href !== text || username !== '' || password !== '' || hash !== '') return false;
  const isPlain = protocol === 'https:' && port === '';
  return services.some((service) => {
    if (service.includes('://')) return service === origin;
    if (!service.startsWith('*.')) return isPlain && hostname === service;
    return isPlain && hostname.endsWith(service.slice(1));
  });
}
