/**
 * URLs that a server which calls whatever an admin, or who got hold of their key, tells it to would call: in its own
 * network, in another scheme, or at a host that only looks like one of the public internet. Each is refused as it is read.
 */
export const BAD_URLS: readonly string[] = [
  // This machine, by name and in every spelling of its address that parsers know.
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'localhost.localdomain', 'ip6-localhost'].map(at),
  ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001'].map(
    at,
  ),
  ...[
    '2130706433',
    '017700000001',
    '0x7f.1',
    '0177.1',
    '127.0.0.01',
    '127.000.000.001',
    '１２７.0.0.1',
    '127。0。0。1',
  ].map(at),
  ...['0', '0.0.0.0', '0x0', '00', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::ffff:127.0.0.1]'].map(at),
  ...['[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[::1%25lo]'].map(at),
  // Its network.
  ...['10.0.0.1', '10.1', '012.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.1', '3232235521'].map(
    at,
  ),
  ...['169.254.169.254', '169.254.43518', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '100.64.0.1'].map(at),
  ...['[fd00::1]', '[fc00::1]', '[fe80::1]', '[fec0::1]', '[fd00:ec2::254]', '[ff02::1]', '[64:ff9b::10.0.0.1]'].map(
    at,
  ),
  ...['[64:ff9b:1::a00:1]', '[2002:7f00:1::1]', '[2002:a00:1::]', '[2001:0:7f00:1::]', '[::ffff:10.0.0.1]'].map(at),
  ...['metadata', 'metadata.google.internal', 'redis', 'router.local', 'printer.lan', 'wiki.corp', 'nas.home'].map(at),
  ...['db.intranet', 'host.private', '1.0.0.127.in-addr.arpa', 'a.home.arpa', 'x.onion', 'y.test', 'z.invalid'].map(at),
  // Addresses of nobody, and those of somebody in the place of a name.
  ...['255.255.255.255', '224.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '240.0.0.1'].map(at),
  ...['8.8.8.8', '134744072', '[2001:4860:4860::8888]', '[2001:db8::1]', '1.1.1.1'].map(at),
  // Other schemes.
  'http://cms.example.org/hook',
  'ftp://cms.example.org/hook',
  'file:///etc/passwd',
  'gopher://cms.example.org:6379/_FLUSHALL',
  'javascript:alert(1)',
  'data:text/plain,a',
  'wss://cms.example.org/hook',
  'blob:https://cms.example.org/a',
  'unix:/var/run/docker.sock',
  // Ports of other services.
  ...['22', '25', '80', '110', '389', '636', '993', '1023', '0'].map((port) => `https://cms.example.org:${port}/hook`),
  // Users, passwords and fragments.
  'https://user@cms.example.org/hook',
  'https://user:password@cms.example.org/hook',
  'https://:@cms.example.org/hook',
  'https://cms.example.org@127.0.0.1/hook',
  'https://127.0.0.1:443@localhost/hook',
  'https://cms.example.org/hook#part',
  // What one parser mends and the next reads in another way.
  'https:cms.example.org/hook',
  'https:/cms.example.org/hook',
  'https:///cms.example.org/hook',
  'https:\\\\cms.example.org\\hook',
  'https://cms.example.org\\@127.0.0.1/hook',
  'https://127.0.0.1\\@cms.example.org/hook',
  'https://cms.example.org%40127.0.0.1/hook',
  'https://cms.example.org%00.127.0.0.1/hook',
  'https://127.0.0.1#@cms.example.org/hook',
  'https://127.0.0.1?@cms.example.org/hook',
  ' https://cms.example.org/hook',
  'https://cms.example.org/hook ',
  'https://cms.exa\tmple.org/hook',
  'https://cms.exa\nmple.org/hook',
  'https://cms.example.org/hook\r\nHost: 127.0.0.1',
  'https://CMS.example.org/hook',
  'HTTPS://cms.example.org/hook',
  'https://cms.example.org:443/hook',
  'https://cms.example.org/a/../hook',
  'https://cms.example.org./hook',
  'https://cms.example.org。/hook',
  'https://ｃms.example.org/hook',
  'https://cms.example.org\u00ad/hook',
  'https://%63ms.example.org/hook',
  'https://cms..example.org/hook',
  'https://.example.org/hook',
  'https://-cms.example.org/hook',
  'https://cms_1.example.org/hook',
  'https://cms.example.1/hook',
  'https://cms.example.org/ä',
  `https://${'a'.repeat(64)}.example.org/hook`,
  `https://cms.example.org/${'a'.repeat(2_048)}`,
  '//cms.example.org/hook',
  '/hook',
  'cms.example.org/hook',
  'https://',
  'https://[::1/hook',
  '',
];

function at(host: string): string {
  return `https://${host}/hook`;
}

/** Addresses to which a name may lead: none of them is called, whatever the name. */
export const BAD_ADDRESSES: readonly string[] = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.8.8.8'],
  ...['168.63.129.16', '169.254.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.0.170'],
  ...['192.0.2.1', '192.31.196.1', '192.52.193.1', '192.88.99.1', '192.168.0.1', '192.168.255.255', '192.175.48.1'],
  ...['198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::2', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
  ...['::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '100:0:0:1::1'],
  ...['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:2::1', '2001:10::1', '2001:20::1', '2001:db8::1'],
  ...['2001:db8:ffff::1', '2002:7f00:1::1', '2002:808:808::1', '2620:4f:8000::1', '3ffe::1', '3fff::1', '4000::1'],
  ...['5f00::1', '8000::1', 'fc00::1', 'fd00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'],
  ...['ff02::1', 'ff0e::1', '2001:4860:4860::8888%eth0', 'no address', ''],
];

export const GOOD_URLS: readonly string[] = [
  'https://cms.example.org/hooks/slugline',
  'https://cms.example.org',
  'https://cms.example.org/',
  'https://cms.example.org:8443/hook?channel=news&key=a%2Fb',
  'https://xn--bcher-kva.example.org/hook',
  'https://127.0.0.1.nip.example/hook',
];

export const GOOD_ADDRESSES: readonly string[] = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.1', '100.63.255.255', '100.128.0.1', '126.255.255.255'],
  ...['128.0.0.1', '172.15.255.255', '172.32.0.1', '192.167.255.255', '192.169.0.1', '198.17.255.255', '198.20.0.1'],
  ...['223.255.255.255', '2001:4860:4860::8888', '2606:4700::1111', '2a00:1450:4001::1', '2001:200::1'],
];
