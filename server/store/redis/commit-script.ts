import { type Edition, LIMITS } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import { Failure } from '../../errors.js';
import type { Commit } from '../story-store.js';
import { answerPart, type KeptReceipt, readReceipt } from './record-texts.js';
import type { RedisLink, Reply } from './redis-link.js';
import type { RedisKeys } from './stream-keys.js';

/** A command's receipt is kept as long as its key may be used again. */
const RECEIPT_LIFE_MS = LIMITS.idempotencyHours * 3_600_000;
/** A commit without a key leaves one too, for as long as a lost answer may make this process ask again. */
const ATTEMPT_LIFE_MS = 60_000;

/** `KEYS` and `ARGV` of `commit.lua`, which says what each is. */
export interface CommitCall {
  readonly keys: readonly string[];
  /**
   * To be asked for before each try, since each has an epoch of its own to begin: a try that was lost may have begun one on a
   * Redis that died, and the next one, on the Redis in its place, must not begin another history by the same name.
   */
  readonly args: () => readonly (string | number)[];
  /** Names this very commit: a receipt that bears it was written by it and not by an earlier one. */
  readonly attempt: string;
}

export function commitCall(commit: Commit, keys: RedisKeys, link: RedisLink): CommitCall {
  const { stream, at, idempotency, expected, writes, outbox = [], answer } = commit;
  const names = keys.of(stream);
  const attempt = nanoid();
  const parts = (edition: Edition): readonly string[] => {
    const { metas, forms, changes, order } = names.edition(edition);
    return [metas, forms, changes, order];
  };
  return {
    attempt,
    keys: [
      names.head,
      names.versions,
      names.outbox,
      names.revisionOrder,
      names.revisions,
      idempotency === undefined ? names.attempt(attempt) : names.receipt(idempotency.key),
      ...parts('public'),
      ...parts('desk'),
    ],
    args: () => [
      attempt,
      nanoid(),
      at,
      idempotency === undefined ? ATTEMPT_LIFE_MS : RECEIPT_LIFE_MS,
      idempotency?.fingerprint ?? '',
      answerPart(answer),
      link.isCluster ? 'SPUBLISH' : 'PUBLISH',
      keys.channel(stream, 'public'),
      keys.channel(stream, 'desk'),
      expected.length,
      ...expected.flatMap(({ objectId, version }) => [objectId, version]),
      writes.length,
      ...writes.flatMap((write) => [
        ...[write.edition, write.objectId, write.version, write.kind, write.orderKey ?? '', write.form],
      ]),
      outbox.length,
      ...outbox,
    ],
  };
}

/** The receipt of the commit, its own or that of an earlier one under the same key. */
export function readCommitReply(reply: Reply, commit: Commit): KeptReceipt {
  const [outcome, detail]: readonly Reply[] = Array.isArray(reply) ? reply : [];
  if (outcome === 'conflict') {
    throw new Failure('version_conflict', undefined, { currentVersion: Number(detail) });
  }
  const kept = readReceipt(String(detail));
  if (kept.fingerprint !== (commit.idempotency?.fingerprint ?? '')) throw new Failure('idempotency_key_reused');
  return kept;
}
