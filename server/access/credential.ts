import { createHash, timingSafeEqual } from 'node:crypto';
import { customAlphabet } from 'nanoid';

/** Letters and digits only: a key survives a double click, a shell and a URL, and `_` parts it without doubt. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** An id that is no secret: of a key, a session, a member. */
export const newShortId = customAlphabet(ALPHABET, 12);
/** 43 characters of 62 hold 256 bits. */
const newSecret = customAlphabet(ALPHABET, 43);

/** What a credential is, by its first letters: an API key, a session, a link to sign in with once. */
export type CredentialKind = 'sl' | 'ss' | 'si';

const CREDENTIAL = /^(sl|ss|si)_([A-Za-z0-9]{8,32})_([A-Za-z0-9]{32,128})$/;

/** A credential as its holder has it: `<kind>_<id>_<secret>`. */
export interface Credential {
  readonly id: string;
  readonly text: string;
}

export function newCredential(kind: CredentialKind = 'sl', id = newShortId()): Credential {
  return { id, text: `${kind}_${id}_${newSecret()}` };
}

/** `undefined` when the text is not of the form `<kind>_<id>_<secret>`. */
export function readCredential(text: string, kind: CredentialKind = 'sl'): Credential | undefined {
  const [, found, id] = CREDENTIAL.exec(text) ?? [];
  return id === undefined || found !== kind ? undefined : { id, text };
}

/** Whether it is of the form of an API key. */
export function isCredentialForm(text: string): boolean {
  return readCredential(text) !== undefined;
}

/**
 * What is stored of a credential. A plain SHA-256 is enough, since the secret is 256 random bits: there is nothing to
 * guess, so slowing the guesser down buys nothing and would cost every request.
 */
export function credentialDigest(credential: Credential): string {
  return createHash('sha256').update(credential.text).digest('hex');
}

/** Compares in constant time, so that the answer's timing tells nothing about the stored digest. */
export function matchesDigest(credential: Credential, digest: string): boolean {
  return timingSafeEqual(Buffer.from(credentialDigest(credential), 'hex'), Buffer.from(digest, 'hex'));
}
