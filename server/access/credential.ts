import { createHash, timingSafeEqual } from 'node:crypto';
import { customAlphabet } from 'nanoid';

/** Letters and digits only: a key survives a double click, a shell and a URL, and `_` parts it without doubt. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const newKeyId = customAlphabet(ALPHABET, 12);
/** 43 characters of 62 hold 256 bits. */
const newSecret = customAlphabet(ALPHABET, 43);

const CREDENTIAL = /^sl_([A-Za-z0-9]{8,32})_([A-Za-z0-9]{32,128})$/;

/** An API key as its holder has it: `sl_<id>_<secret>`. */
export interface Credential {
  readonly id: string;
  readonly text: string;
}

export function newCredential(): Credential {
  const id = newKeyId();
  return { id, text: `sl_${id}_${newSecret()}` };
}

/** `undefined` when the text is not of the form `sl_<id>_<secret>`. */
export function readCredential(text: string): Credential | undefined {
  const id = CREDENTIAL.exec(text)?.[1];
  return id === undefined ? undefined : { id, text };
}

export function isCredentialForm(text: string): boolean {
  return CREDENTIAL.test(text);
}

/**
 * What is stored of a key. A plain SHA-256 is enough, since the secret is 256 random bits: there is nothing to
 * guess, so slowing the guesser down buys nothing and would cost every request.
 */
export function credentialDigest(credential: Credential): string {
  return createHash('sha256').update(credential.text).digest('hex');
}

/** Compares in constant time, so that the answer's timing tells nothing about the stored digest. */
export function matchesDigest(credential: Credential, digest: string): boolean {
  return timingSafeEqual(Buffer.from(credentialDigest(credential), 'hex'), Buffer.from(digest, 'hex'));
}
