import { LIMITS } from '@slugline/client/protocol';
import { Failure } from '../errors.js';
import type { Commit } from './story-store.js';

/** Characters of a stream's, an object's or an order key's name. All are made by the server, of printable ASCII. */
const LONGEST_NAME = 100;
const NAME = /^[!-~]+$/;

/**
 * Whether a name can be one in a store. Reads ask it before they build a database key: names come from URLs, and
 * one that is too long for a key is simply not there.
 */
export function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

/**
 * Throws at anything in a commit that no store can keep: `entry_too_large`, or `invalid_input` for a name or
 * version that no caller should have let through. Stores call it before they begin, so that nothing that was
 * begun has to be undone for such a reason.
 */
export function checkCommit(commit: Commit): void {
  requireName(commit.stream);
  requireName(commit.at);
  for (const { objectId } of commit.expected) requireName(objectId);
  for (const write of commit.writes) {
    requireName(write.objectId);
    if (write.orderKey !== undefined) requireName(write.orderKey);
    if (!Number.isSafeInteger(write.version) || write.version < 1) {
      throw new Failure('invalid_input', `A version is a whole number from 1, not ${write.version}.`);
    }
    checkForm(write.form);
  }
  const key = commit.idempotency?.key;
  if (key !== undefined && (key.length === 0 || key.length > LIMITS.idempotencyKey)) {
    throw new Failure('invalid_input', `An idempotency key has 1 to ${LIMITS.idempotencyKey} characters.`);
  }
}

/** Throws `entry_too_large` for a form above `LIMITS.objectBytes`. */
export function checkForm(form: string): void {
  // UTF-8 takes at most three bytes per UTF-16 unit: almost every form is known to fit without being measured.
  if (form.length * 3 > LIMITS.objectBytes && Buffer.byteLength(form) > LIMITS.objectBytes) {
    throw new Failure('entry_too_large');
  }
}

function requireName(text: string): void {
  if (!isName(text)) {
    throw new Failure('invalid_input', `A name has 1 to ${LONGEST_NAME} printable ASCII characters.`);
  }
}
