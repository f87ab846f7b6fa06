import { createHash } from 'node:crypto';

/**
 * One record of the audit log: one command that took effect. Records are numbered 1, 2, 3 … and each holds the hash of
 * the one before, so that none can be taken out, changed or moved without all that follow it being made anew.
 */
export interface AuditRecord {
  readonly number: number;
  /** Unique; a command has one record however often its note came. */
  readonly id: string;
  /** When the command took effect, ISO 8601 UTC. */
  readonly at: string;
  /** When it was recorded: a little later, and later by as long as the log could not be written. */
  readonly recordedAt: string;
  readonly by: { readonly name: string; readonly keyId?: string; readonly memberId?: string };
  /** `entry.published`, `key.revoked` … */
  readonly action: string;
  /** The story's slug; absent where it was about none. */
  readonly story?: string;
  readonly objects: readonly AuditedObject[];
  readonly about?: Readonly<Record<string, string | number | boolean | null>>;
  /** `hash` of the record before; 64 zeros in the first. */
  readonly previous: string;
  /** SHA-256, hexadecimal, of this record without `hash`, as canonical JSON (RFC 8785) in UTF-8. */
  readonly hash: string;
}

/** An object that got a new version. */
export interface AuditedObject {
  /** `story`, `entry`, `key`, `member` … */
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Each field that differs from the version before. Absent where the record would be too large, or none are kept. */
  readonly changes?: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: string;
  /** Absent: the field was not there. */
  readonly before?: FieldValue;
  /** Absent: the field is no more. */
  readonly after?: FieldValue;
}

/** A value as it is, or of a large one the digest of its canonical JSON, and how many bytes that has. */
export type FieldValue = { readonly value: unknown } | { readonly sha256: string; readonly bytes: number };

/** Where the log ends: what to note down, to find later that its end was cut off. */
export interface AuditHead {
  /** Of the newest record; 0: there is none. */
  readonly number: number;
  readonly hash: string;
}

/** What the first record follows. */
export const NO_RECORD: AuditHead = { number: 0, hash: '0'.repeat(64) };

/** The record, with its place in the chain. */
export function sealRecord(content: Omit<AuditRecord, 'number' | 'previous' | 'hash'>, after: AuditHead): AuditRecord {
  const record = { number: after.number + 1, ...content, previous: after.hash };
  return { ...record, hash: sha256(canonicalJson(record)) };
}

/** What a record's hash must be. Fields that a later version adds are part of it. */
export function hashOf({ hash: _, ...record }: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson(record));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted names and no space (RFC 8785): the same for everybody who holds the same values. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, held]) => held !== undefined)
    // By UTF-16 code units, as the RFC has it.
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, held]) => `${JSON.stringify(name)}:${canonicalJson(held)}`);
  return `{${fields.join(',')}}`;
}
