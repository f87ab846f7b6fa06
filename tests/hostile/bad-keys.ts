/** Name, and what is handed in as a credential: over sockets that may be anything. */
type Named = readonly [name: string, credential: unknown];

const ZERO_WIDTH = '\u200b';
/** Letters that look like those of a key: Cyrillic, full width, with a combining mark. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['s', '\u0455'],
  ['l', '\u04cf'],
  ['s', '\uff53'],
  ['_', '\uff3f'],
  ['l', 'l\u0301'],
  ['s', '\u017f'],
];

/**
 * Credentials that are nearly a key which is in force, or no text at all. None may be taken for it, and none may
 * bring the server down.
 *
 * @param key `sl_<id>_<secret>`, in force.
 */
export function badKeys(key: string): readonly Named[] {
  const [prefix = '', id = '', secret = ''] = key.split('_');
  return [
    ...eachCharacter(key),
    ...surrounded(key),
    ...rearranged(prefix, id, secret),
    ...alike(key),
    ...encoded(key),
    ...noText(key),
  ];
}

/** The key with one character less, more, or another one, along its length. */
function eachCharacter(key: string): Named[] {
  const places = [0, 1, 2, 3, 7, key.indexOf('_', 3), key.indexOf('_', 3) + 1, key.length - 2, key.length - 1];
  return places.flatMap((at): Named[] => {
    const other = key[at] === 'z' ? 'y' : 'z';
    return [
      [`without character ${at}`, key.slice(0, at) + key.slice(at + 1)],
      [`with character ${at} twice`, key.slice(0, at + 1) + key.slice(at)],
      [`with another character ${at}`, key.slice(0, at) + other + key.slice(at + 1)],
    ];
  });
}

function surrounded(key: string): Named[] {
  const signs = ['\t', '\n', '\r\n', '\u0000', '\u00a0', '\ufeff', ZERO_WIDTH, '"', "'", '%', '=', '.', ',', ';', '\\'];
  return signs.flatMap((sign): Named[] => [
    [`after ${JSON.stringify(sign)}`, sign + key],
    [`before ${JSON.stringify(sign)}`, key + sign],
    [`with ${JSON.stringify(sign)} inside`, key.slice(0, 10) + sign + key.slice(10)],
  ]);
}

function rearranged(prefix: string, id: string, secret: string): Named[] {
  return [
    ['the prefix alone', `${prefix}_`],
    ['no secret', `${prefix}_${id}`],
    ['an empty secret', `${prefix}_${id}_`],
    ['no id', `${prefix}__${secret}`],
    ['id and secret exchanged', `${prefix}_${secret}_${id}`],
    ['two secrets', `${prefix}_${id}_${secret}_${secret}`],
    ['two ids', `${prefix}_${id}_${id}_${secret}`],
    ['no prefix', `${id}_${secret}`],
    ['another prefix', `sk_${id}_${secret}`],
    ['the prefix in upper case', `SL_${id}_${secret}`],
    ['the id in upper case', `${prefix}_${id.toUpperCase()}_${secret}`],
    ['the secret in another case', `${prefix}_${id}_${swapCase(secret)}`],
    ['a secret that is too short', `${prefix}_${id}_${secret.slice(0, 31)}`],
    ['a secret that is too long', `${prefix}_${id}_${'x'.repeat(129)}`],
    ['a secret of zeros', `${prefix}_${id}_${'0'.repeat(43)}`],
    ['an id that is too short', `${prefix}_a_${secret}`],
    ['an id that is too long', `${prefix}_${'a'.repeat(33)}_${secret}`],
    ['an id of objects', `${prefix}___proto___${secret}`],
    ['an id that is a name of objects', `${prefix}_constructor_${secret}`],
    ['an id that is another name of objects', `${prefix}_hasOwnProperty_${secret}`],
    ['an id of the header of keys', `${prefix}_@header_${secret}`],
    ['hyphens', `${prefix}-${id}-${secret}`],
    ['two keys', `${prefix}_${id}_${secret}${prefix}_${id}_${secret}`],
    ['two keys with a space', `${prefix}_${id}_${secret} ${prefix}_${id}_${secret}`],
    ['an SQL injection', `${prefix}_${id}' OR '1'='1_${secret}`],
    ['a pattern', `${prefix}_${id}_.*`],
    ['a digest', `${prefix}_${id}_${'a'.repeat(64)}`],
    ['8,000 characters', `${prefix}_${id}_${secret.repeat(200).slice(0, 8_000)}`],
  ];
}

function alike(key: string): Named[] {
  return LOOK_ALIKES.map(([letter, other]): Named => [`with ${other} for ${letter}`, key.replace(letter, other)]);
}

function encoded(key: string): Named[] {
  return [
    ['in base64', Buffer.from(key).toString('base64')],
    ['in hexadecimal', Buffer.from(key).toString('hex')],
    ['percent-encoded', key.replaceAll('_', '%5F')],
    ['backwards', [...key].toReversed().join('')],
    ['as JSON', JSON.stringify({ token: key })],
    ['with its scheme twice', `Bearer ${key}`],
  ];
}

/** Only sockets can bring these. */
function noText(key: string): Named[] {
  return [
    ['null', null],
    ['a number', 7],
    ['true', true],
    ['a list of it', [key]],
    ['an object of it', { token: key }],
    ['an object that would be it', { toString: key, length: key.length }],
    ['bytes of it', Buffer.from(key)],
    ['an empty list', []],
    ['a deep list', JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)],
  ];
}

function swapCase(text: string): string {
  return [...text].map((sign) => (sign === sign.toUpperCase() ? sign.toLowerCase() : sign.toUpperCase())).join('');
}
