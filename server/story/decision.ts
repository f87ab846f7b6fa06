import type { Actor } from '@slugline/client/protocol';
import type { ExpectedVersion, Write } from '../store/story-store.js';

/**
 * What a command comes to: everything the store is to write, and nothing done yet. Commands are pure functions of
 * (current, input, context), so they are decided again, from fresh objects, when another editor was faster.
 */
export interface Decision<Answer> {
  readonly expected: readonly ExpectedVersion[];
  readonly writes: readonly Write[];
  /** Work for after the commit; see `outbox-item.ts`. */
  readonly outbox: readonly string[];
  /** The object in its desk form, for the answer to the one who asked. */
  readonly answer: Answer;
}

/** What a command may not find out for itself and stay pure. */
export interface CommandContext {
  readonly actor: Actor;
  /** Whether the actor decides what readers get; else they write, and submit what they wrote. */
  readonly mayPublish: boolean;
  /** Whether breaking news takes somebody else than who wrote it. */
  readonly secondPerson: boolean;
  /** ISO 8601 UTC with milliseconds. */
  readonly now: string;
  /** A fresh id; called only for objects that are created. */
  readonly newId: () => string;
}
