import { BY_SERVER } from '../audit/audited.js';
import { ConfigError } from '../config.js';
import type { Logger } from '../logger.js';
import type { StoryStore } from '../store/story-store.js';
import { changeKeys, isStandingAdminKey, type KeyRecord, keyRecord } from './api-keys.js';
import { type Credential, credentialDigest, matchesDigest, newCredential, readCredential } from './credential.js';

/**
 * Sees to it that an admin key is in force: the operator's (`SLUGLINE_ADMIN_KEY`), else, in a store that has
 * none, a new one. Instances that start together on one store make one key between them.
 *
 * @returns the new key's text when one was made here, to be shown once.
 * @throws ConfigError when the operator's key names the id of another key.
 */
export async function ensureAdminKey(
  store: StoryStore,
  configured: string | undefined,
  logger: Logger,
): Promise<string | undefined> {
  const chosen = configured === undefined ? undefined : readCredential(configured);
  if (configured !== undefined && chosen === undefined) throw new ConfigError('SLUGLINE_ADMIN_KEY is not valid.');
  const credential = chosen ?? newCredential();
  const record = await changeKeys(
    store,
    ({ objects, inForce }) => {
      const known = objects.map(keyRecord).find((candidate) => candidate.id === credential.id);
      if (known !== undefined) return known;
      const admin = inForce.find(isStandingAdminKey);
      if (chosen === undefined && admin !== undefined) return admin;
      return { record: newRecord(credential, new Date(store.now()).toISOString()), version: 1 };
    },
    BY_SERVER,
  );
  if (chosen !== undefined) {
    if (!matchesDigest(chosen, record.digest) || record.role !== 'admin') {
      throw new ConfigError('SLUGLINE_ADMIN_KEY is not valid. Its id belongs to another key: choose another id.');
    }
    // A revoked key stays revoked, or a leaked one would come back with the next restart.
    if (record.revokedAt !== undefined) {
      logger.warn({ keyId: record.id }, 'SLUGLINE_ADMIN_KEY was revoked and opens nothing: remove or replace it');
    }
    return undefined;
  }
  return record.id === credential.id ? credential.text : undefined;
}

function newRecord(credential: Credential, createdAt: string): KeyRecord {
  return {
    id: credential.id,
    name: 'first admin key',
    role: 'admin',
    createdAt,
    digest: credentialDigest(credential),
  };
}
