import { createSecretKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { compact, newSigner, type Signer, signatureOf } from './signers.js';

export const ISSUER = 'news.example';
export const AUDIENCE = 'slugline';
/** The private story that each of these tokens is after. */
export const TARGET = 'secret-story';

type Claims = Readonly<Record<string, unknown>>;
/** Name, token. */
type Named = readonly [name: string, token: string];

const now = (): number => Math.floor(Date.now() / 1_000);

const goodClaims = (): Claims => ({ iss: ISSUER, aud: AUDIENCE, exp: now() + 600, stories: [TARGET] });

/** A token that opens the story, with claims or header fields replaced; `undefined` leaves one out. */
export function token(signer: Signer, claims: Claims = {}, header: Claims = {}): string {
  return raw(signer, JSON.stringify({ ...goodClaims(), ...claims }), header);
}

function raw(signer: Signer, payload: string | Buffer, header: Claims = {}): string {
  return compact(JSON.stringify({ alg: signer.algorithm, ...header }), payload, signedBy(signer));
}

const signedBy =
  ({ algorithm, key }: Signer) =>
  (data: string): Buffer =>
    signatureOf(algorithm, key, data);

/** Tokens that a server which pins its algorithm and key must refuse, whatever is configured. */
export function badTokens(signer: Signer): readonly Named[] {
  return [
    ...unsigned(signer),
    ...otherAlgorithms(signer),
    ...otherKeys(signer),
    ...brokenSignatures(signer),
    ...keysOfTheirOwn(signer),
    ...criticalHeaders(signer),
    ...wrongClaims(signer),
    ...ambiguous(signer),
    ...notCompact(signer),
  ];
}

function unsigned(signer: Signer): Named[] {
  const payload = JSON.stringify(goodClaims());
  const nothing = () => Buffer.alloc(0);
  const names = ['none', 'None', 'NONE', 'nOnE', ' none', 'none\u0000', ''];
  return [
    ...names.map(
      (alg): Named => [
        `alg ${JSON.stringify(alg)} unsigned`,
        compact(`{"alg":"${alg.replace('\u0000', '\\u0000')}"}`, payload, nothing),
      ],
    ),
    ['alg none with the right signature', compact('{"alg":"none"}', payload, signedBy(signer))],
    ['no alg', compact('{}', payload, signedBy(signer))],
    ['alg null', compact('{"alg":null}', payload, signedBy(signer))],
    ['alg a list of the right one', compact(JSON.stringify({ alg: [signer.algorithm] }), payload, signedBy(signer))],
    ['alg in lower case', compact(JSON.stringify({ alg: signer.algorithm.toLowerCase() }), payload, signedBy(signer))],
    ['alg with a space', compact(JSON.stringify({ alg: `${signer.algorithm} ` }), payload, signedBy(signer))],
    ['alg unknown', compact('{"alg":"XY999"}', payload, signedBy(signer))],
    ['the right alg unsigned', compact(JSON.stringify({ alg: signer.algorithm }), payload, nothing)],
  ];
}

/** The oldest trick among them: what is public of the key, taken for a shared secret. */
function otherAlgorithms(signer: Signer): Named[] {
  const payload = JSON.stringify(goodClaims());
  const by = (alg: string, key: KeyObject): string =>
    compact(JSON.stringify({ alg }), payload, (data) => signatureOf(alg, key, data));
  const confused = knownBytes(signer).flatMap(([form, bytes]) =>
    ['HS256', 'HS384', 'HS512']
      // With a shared secret HS256 is the right algorithm: then the others are confused with it.
      .filter((alg) => alg !== signer.algorithm)
      .map((alg): Named => [`${alg} with ${form} as its secret`, by(alg, createSecretKey(bytes))]),
  );
  const rsa =
    signer.algorithm === 'RS256' ? signer.key : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const related = ['RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg): Named => [alg, by(alg, rsa)]);
  const curves: Named[] = [
    ['ES256K', by('ES256K', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['ES256 over secp256k1', by('ES256', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['ES256 over P-384', by('ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['ES384', by('ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['EdDSA over Ed448', by('EdDSA', generateKeyPairSync('ed448').privateKey)],
  ];
  return [...confused, ...related, ...curves];
}

/** What an attacker may know, or guess that a careless server takes for a secret. */
function knownBytes({ tokenKey, publicKey }: Signer): readonly (readonly [string, Buffer])[] {
  if (publicKey === undefined) return [['the secret', Buffer.from(tokenKey)]];
  return [
    ['the PEM', Buffer.from(tokenKey)],
    ['the PEM without its last line end', Buffer.from(tokenKey.trimEnd())],
    ['the DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['the JWK', Buffer.from(JSON.stringify(publicKey.export({ format: 'jwk' })))],
  ];
}

function otherKeys(signer: Signer): Named[] {
  const empty = createSecretKey(Buffer.alloc(0));
  const payload = JSON.stringify(goodClaims());
  const withEmpty = (header: string): string => compact(header, payload, (data) => signatureOf('HS256', empty, data));
  return [
    ['another key of the same kind', token({ ...signer, key: newSigner(signer.algorithm).key })],
    ['an empty secret', withEmpty('{"alg":"HS256"}')],
    ['an empty file as its key', withEmpty('{"alg":"HS256","kid":"/dev/null"}')],
    ['an empty file as its key, by a way up', withEmpty('{"alg":"HS256","kid":"../../../../../../dev/null"}')],
    ['a key by an SQL injection', withEmpty(`{"alg":"HS256","kid":"x' UNION SELECT '' -- "}`)],
    ['a key by a command', withEmpty('{"alg":"HS256","kid":"|true"}')],
  ];
}

function brokenSignatures(signer: Signer): Named[] {
  const [header = '', payload = '', signature = ''] = token(signer).split('.');
  const other = token(signer, { stories: ['another-story'] }).split('.')[2] ?? '';
  const bytes = Buffer.from(signature, 'base64url');
  const data = `${header}.${payload}`;
  const withBytes = (changed: Buffer): string => `${data}.${changed.toString('base64url')}`;
  const flipped = Buffer.from(bytes);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  const tokens: Named[] = [
    ['a signature of another token', `${data}.${other}`],
    ['a signature short of one byte', withBytes(bytes.subarray(0, -1))],
    ['half a signature', withBytes(bytes.subarray(0, bytes.length / 2))],
    ['one byte of a signature', withBytes(bytes.subarray(0, 1))],
    ['a byte more of a signature', withBytes(Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['a signature twice', withBytes(Buffer.concat([bytes, bytes]))],
    ['a signature of zeros', withBytes(Buffer.alloc(bytes.length))],
    ['a signature of ones', withBytes(Buffer.alloc(bytes.length, 0xff))],
    ['a flipped bit', withBytes(flipped)],
    [
      'a payload exchanged under its signature',
      `${header}.${Buffer.from(JSON.stringify({ ...goodClaims(), stories: [TARGET, 'b'] })).toString('base64url')}.${signature}`,
    ],
  ];
  if (signer.algorithm !== 'ES256') return tokens;
  const der = sign('sha256', Buffer.from(data), { key: signer.key, dsaEncoding: 'der' });
  return [...tokens, ['a signature in DER', withBytes(der)]];
}

/** A key that the token brings along or points to, signed with that key. */
function keysOfTheirOwn(signer: Signer): Named[] {
  const attacker = newSigner(signer.algorithm);
  const jwk = (attacker.publicKey ?? attacker.key).export({ format: 'jwk' });
  const certificate = Buffer.from(JSON.stringify(jwk)).toString('base64');
  return [
    ['jwk', { jwk }],
    ['jwk and kid', { jwk: { ...jwk, kid: 'x' }, kid: 'x' }],
    ['jku', { jku: 'http://127.0.0.1:9/keys.json', kid: 'x' }],
    ['jku of the issuer', { jku: `https://${ISSUER}@evil.example/keys.json`, kid: 'x' }],
    ['x5u', { x5u: 'http://127.0.0.1:9/cert.pem' }],
    ['x5c', { x5c: [certificate] }],
    ['x5t', { x5t: Buffer.alloc(20).toString('base64url') }],
    ['kid that is a path', { kid: '../../../etc/hostname' }],
    ['kid that is an address', { kid: 'http://127.0.0.1:9/key' }],
    ['kid that is an object', { kid: { toString: 'x' } }],
    ['all of them', { jwk, jku: 'http://127.0.0.1:9/', x5u: 'http://127.0.0.1:9/', x5c: [certificate], kid: 'x' }],
  ].map(([name, header]): Named => [`${name} of a key of its own`, token(attacker, {}, Object(header))]);
}

/** RFC 7515, section 4.1.11: what must be understood and is not. Signed with the right key. */
function criticalHeaders(signer: Signer): Named[] {
  const claims = JSON.stringify(goodClaims());
  const header = JSON.stringify({ alg: signer.algorithm, crit: ['b64'], b64: false });
  const encodedHeader = Buffer.from(header).toString('base64url');
  const signature = signatureOf(signer.algorithm, signer.key, `${encodedHeader}.${claims}`).toString('base64url');
  return [
    ['crit of what nobody knows', token(signer, {}, { crit: ['urn:x'], 'urn:x': true })],
    ['crit of what is absent', token(signer, {}, { crit: ['urn:x'] })],
    ['crit empty', token(signer, {}, { crit: [] })],
    ['crit that is no list', token(signer, {}, { crit: 'exp' })],
    ['crit of exp', token(signer, {}, { crit: ['exp'], exp: now() + 600 })],
    ['crit of alg', token(signer, {}, { crit: ['alg'] })],
    ['b64 false over an encoded payload', token(signer, {}, { crit: ['b64'], b64: false })],
    ['b64 false over a plain payload', `${encodedHeader}.${claims}.${signature}`],
  ];
}

/** Signed with the right key, by a site that made a mistake or for another place or time. */
function wrongClaims(signer: Signer): Named[] {
  const cases: [string, Claims][] = [
    ['no exp', { exp: undefined }],
    ['exp null', { exp: null }],
    ['exp a text', { exp: String(now() + 600) }],
    ['exp a date', { exp: new Date(Date.now() + 600_000).toISOString() }],
    ['exp true', { exp: true }],
    ['exp in a list', { exp: [now() + 600] }],
    ['exp in an object', { exp: { valueOf: now() + 600 } }],
    ['exp 0', { exp: 0 }],
    ['exp negative', { exp: -(now() + 600) }],
    ['exp a second ago', { exp: now() - 1 }],
    ['exp a fraction ago', { exp: Date.now() / 1_000 - 0.01 }],
    ['exp long ago', { exp: 1 }],
    ['nbf in a minute', { nbf: now() + 60 }],
    ['nbf a text', { nbf: String(now() - 60) }],
    ['nbf null', { nbf: null }],
    ['iat a text', { iat: 'today' }],
    ['no iss', { iss: undefined }],
    ['another iss', { iss: 'elsewhere.example' }],
    ['iss in a list', { iss: [ISSUER] }],
    ['iss in upper case', { iss: ISSUER.toUpperCase() }],
    ['iss and more', { iss: `${ISSUER}.evil.example` }],
    ['iss with a space', { iss: `${ISSUER} ` }],
    ['iss in letters that look alike', { iss: 'n\u0435ws.example' }],
    ['no aud', { aud: undefined }],
    ['another aud', { aud: 'elsewhere' }],
    ['aud empty', { aud: [] }],
    ['aud others', { aud: ['elsewhere', 'slugline2'] }],
    ['aud in a list in a list', { aud: [[AUDIENCE]] }],
    ['aud an object', { aud: { [AUDIENCE]: true } }],
    ['aud a number', { aud: 1 }],
    ['no stories', { stories: undefined }],
    ['stories a text', { stories: TARGET }],
    ['stories null', { stories: null }],
    ['stories an object', { stories: { 0: TARGET, length: 1 } }],
    ['stories in a list in a list', { stories: [[TARGET]] }],
    ['stories of numbers', { stories: [1] }],
    ['stories of all', { stories: ['*'] }],
    ['stories by a pattern', { stories: ['secret-*'] }],
    ['a slug in upper case', { stories: [TARGET.toUpperCase()] }],
    ['a slug in letters that look alike', { stories: ['\u0455ecret-story'] }],
    ['a slug in full width', { stories: ['\uff53ecret-story'] }],
    ['a slug with a line end', { stories: [`${TARGET}\n`] }],
    ['a slug with a NUL', { stories: [`${TARGET}\u0000`] }],
    ['the keys of the server', { stories: ['@keys'] }],
    ['a slug by a way up', { stories: [`x/../${TARGET}`] }],
    ['101 stories', { stories: Array.from({ length: 101 }, (_, at) => `s${at}`) }],
    ['more than 8,192 characters', { padding: 'x'.repeat(8_192) }],
  ];
  return cases.map(([name, claims]): Named => [name, token(signer, claims)]);
}

/** What could be read in two ways. Signed with the right key. */
function ambiguous(signer: Signer): Named[] {
  const fields = (claims: Claims): string => JSON.stringify(claims).slice(1, -1);
  const claims = goodClaims();
  const late = { ...claims, exp: 1 };
  const header = `"alg":"${signer.algorithm}"`;
  const twice = (first: Claims, second: Claims): string => raw(signer, `{${fields(first)},${fields(second)}}`);
  const byHeader = (text: string): string => compact(text, JSON.stringify(claims), signedBy(signer));
  return [
    ['exp twice, the last one to come', twice(late, { exp: claims.exp })],
    ['exp twice, the first one to come', twice(claims, { exp: 1 })],
    ['stories twice', twice({ ...claims, stories: ['another-story'] }, { stories: [TARGET] })],
    ['iss twice', twice({ ...claims, iss: 'elsewhere.example' }, { iss: ISSUER })],
    ['aud twice, the same', twice(claims, { aud: AUDIENCE })],
    ['exp twice, once in escapes', raw(signer, `{${fields(late)},"\\u0065xp":${claims.exp}}`)],
    ['a name twice further down', raw(signer, `{${fields(claims)},"more":[{"a":1,"a":2}]}`)],
    [
      'exp under __proto__',
      raw(signer, `{${fields({ ...claims, exp: undefined })},"__proto__":{"exp":${claims.exp}}}`),
    ],
    ['exp beyond all numbers', raw(signer, `{${fields({ ...claims, exp: undefined })},"exp":1e400}`)],
    ['exp as NaN', raw(signer, `{${fields({ ...claims, exp: undefined })},"exp":NaN}`)],
    ['alg twice', byHeader(`{"alg":"none",${header}}`)],
    ['alg twice, the same', byHeader(`{${header},${header}}`)],
    [
      'bytes that are no UTF-8',
      raw(
        signer,
        Buffer.concat([Buffer.from(`{${fields(claims)},"x":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      ),
    ],
    ['a byte order mark', raw(signer, `\ufeff${JSON.stringify(claims)}`)],
    ['two objects', raw(signer, `${JSON.stringify(claims)}{}`)],
    ['claims in a list', raw(signer, JSON.stringify([claims]))],
    ['claims in a text', raw(signer, JSON.stringify(JSON.stringify(claims)))],
    ['claims null', raw(signer, 'null')],
    ['claims a number', raw(signer, '7')],
    ['no claims', raw(signer, '')],
    ['a token in a token', raw(signer, token(signer), { cty: 'JWT' })],
    ['a token under a name in a token', raw(signer, JSON.stringify({ jwt: token(signer) }), { cty: 'JWT' })],
  ];
}

function notCompact(signer: Signer): Named[] {
  const good = token(signer);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const jws = { payload, protected: header, signature };
  return [
    ['an empty text', ''],
    ['a word', 'hunter2'],
    ['two dots', '..'],
    ['two parts', `${header}.${payload}`],
    ['two parts and a dot', `${header}.${payload}.`],
    ['four parts', `${good}.${signature}`],
    ['five parts, as an encrypted one has', `${header}..${payload}.${signature}.${signature}`],
    ['two tokens', `${good},${good}`],
    ['a token with padding', `${good}=`],
    ['a token in quotes', `"${good}"`],
    ['a token with a line end in it', `${header}.\n${payload}.${signature}`],
    ['a token with a space in it', `${header} .${payload}.${signature}`],
    ['a token with a NUL at its end', `${good}\u0000`],
    ['a token with a letter that is none of base64', `${good}é`],
    ['a token in the other base64', Buffer.from(good).toString('base64')],
    ['a token as JSON', JSON.stringify(jws)],
    ['a token as JSON with several signatures', JSON.stringify({ payload, signatures: [jws] })],
    ['an object', '[object Object]'],
    ['undefined', 'undefined'],
  ];
}
