import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
} from 'node:crypto';
import { TOKEN_ALGORITHMS } from '../../server/config-options.js';

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Makes signatures with one key, and knows what others may know of that key. */
export interface Signer {
  readonly algorithm: TokenAlgorithm;
  /** What the server is configured with: the shared secret, or the public key as PEM. */
  readonly tokenKey: string;
  /** The private or secret key. */
  readonly key: KeyObject;
  /** What anybody may have: absent where the key is a shared secret. */
  readonly publicKey?: KeyObject;
}

/** A signer of each algorithm that a server can be configured with, on keys made now. */
export function signersOfAllAlgorithms(): readonly Signer[] {
  return TOKEN_ALGORITHMS.map(newSigner);
}

export function newSigner(algorithm: TokenAlgorithm): Signer {
  if (algorithm === 'HS256') {
    const secret = `${Math.random().toString(36)} a secret that only the site and the server know`;
    return { algorithm, tokenKey: secret, key: createSecretKey(Buffer.from(secret)) };
  }
  const { publicKey, privateKey } = keyPair(algorithm);
  const tokenKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { algorithm, tokenKey, key: privateKey, publicKey };
}

function keyPair(algorithm: Exclude<TokenAlgorithm, 'HS256'>): KeyPairKeyObjectResult {
  switch (algorithm) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
  }
}

/** The bytes of a signature over `data` as any algorithm of RFC 7518 and RFC 8037 makes them. */
export function signatureOf(algorithm: string, key: KeyObject, data: string): Buffer {
  const bytes = Buffer.from(data);
  const digest = `sha${algorithm.slice(-3)}`;
  if (algorithm.startsWith('HS')) return createHmac(digest, key).update(bytes).digest();
  if (algorithm.startsWith('RS')) return sign(digest, bytes, key);
  if (algorithm.startsWith('PS')) {
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return sign(digest, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  }
  if (algorithm.startsWith('ES')) return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  return sign(null, bytes, key);
}

const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

/** A compact JWS of texts as they are, so that it may say what no library would. */
export function compact(header: string | Buffer, payload: string | Buffer, signed: (data: string) => Buffer): string {
  const data = `${base64url(header)}.${base64url(payload)}`;
  return `${data}.${base64url(signed(data))}`;
}
