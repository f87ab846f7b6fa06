import type { DeskEntry, DeskStory } from '@slugline/client/protocol';
import type { Request, Response } from 'express';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { callerOf } from '../access/authenticate.js';
import { hasRole, requireRole } from '../access/policy.js';
import { audited } from '../audit/audited.js';
import { Failure, isFailure } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { Metrics } from '../metrics.js';
import type { Receipt, StoryStore } from '../store/story-store.js';
import { commandTime } from '../story/command-time.js';
import type { CommandContext, Decision } from '../story/decision.js';
import { invalidInput } from '../story/input-errors.js';
import { noQuery, parseInput } from '../story/requests.js';
import { afterLostRace } from './lost-race.js';
import { expectedVersion, idempotencyOf } from './preconditions.js';
import { readBody } from './read-body.js';
import { timedCommit } from './timed-commit.js';

/** For commands that say everything in their path. A body, should one come, must at least hold nothing. */
export const noBody = z.strictObject({}).optional();

/** What a route adds to the way that all commands go. */
export interface Command<Schema extends z.ZodType, Current extends Dated, Form> {
  /** What the body must be. */
  readonly body: Schema;
  /** The stream that is written to. */
  readonly stream: (input: z.output<Schema>) => string;
  /** What the command decides upon, fresh from the store. Rejects where it is not for the caller. */
  readonly read: (input: z.output<Schema>) => Promise<Current>;
  /** Whose version `If-Match` speaks of; absent where nothing exists yet. */
  readonly upon?: (current: Current) => DeskEntry | DeskStory;
  /** Who may ask. Default: editors. Where contributors may, `decide` looks at `mayPublish`. */
  readonly role?: 'contributor';
  readonly decide: (current: Current, input: z.output<Schema>, context: CommandContext) => Decision<Form>;
  readonly answer: Answer<Form>;
}

/** What is there may tell when it came to be so. */
interface Dated {
  readonly changedAt?: string;
}

interface Answer<Form> {
  /** Field of the answer that holds the object. */
  readonly field: 'story' | 'entry';
  /** Present where the command adds something: the answer is then 201, and this is where to see it. */
  readonly location?: (form: Form) => string;
}

interface Versioned {
  readonly version: number;
}

export interface CommandParts {
  readonly store: StoryStore;
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** What takes somebody else than who wrote it. Default: nothing. */
  readonly secondPerson?: 'breaking' | 'none';
}

/**
 * The way of every command: who is it → what do they ask → may they, so often → decide → commit, unless it was done
 * before → answer.
 * Nothing is half-done: until the one commit there is nothing to undo, and after it only the answer is left.
 */
export async function carryOut<Schema extends z.ZodType, Current extends Dated, Form extends Versioned>(
  { store, limits, metrics, secondPerson }: CommandParts,
  req: Request,
  res: Response,
  command: Command<Schema, Current, Form>,
): Promise<void> {
  const caller = callerOf(req);
  const actor = requireRole(caller, command.role ?? 'editor');
  const rights = { actor, mayPublish: hasRole(caller, 'editor'), secondPerson: secondPerson === 'breaking' };
  const ifMatch = expectedVersion(req);
  if (ifMatch !== undefined && command.upon === undefined) {
    throw invalidInput([{ field: 'If-Match', message: 'is for commands that change an object, not for new ones' }]);
  }
  parseInput(noQuery, req.query, 'query');
  const body = await readBody(req, res);
  const input = parseInput(command.body, body);
  const stream = command.stream(input);
  const idempotency = idempotencyOf(req, body);

  const outcome = await decideAndCommit().catch(orAsBefore);
  sendReceipt(res, outcome, command.answer);

  /**
   * The commit itself finds a command that was done before; this is for one that can no longer be decided. One that
   * came too often has to come back: looking for what it did would cost what the limit is there to save.
   */
  async function orAsBefore(error: unknown): Promise<Outcome<Form>> {
    if (idempotency === undefined || !isFailure(error)) throw error;
    if (error.code === 'store_unavailable' || error.details.limit !== undefined) throw error;
    if (error.code === 'story_restricted') throw error;
    const kept = await store.receipt(stream, idempotency);
    if (kept === undefined) throw error;
    return replayOf(kept);
  }

  async function decideAndCommit(): Promise<Outcome<Form>> {
    for (let tries = 1; ; tries += 1) {
      // Asked in one go with the first read, so that the limits cost no time of their own.
      const allowed = tries === 1 ? limits.command(actor.keyId, stream) : undefined;
      const [current] = await Promise.all([command.read(input), allowed]);
      const upon = command.upon?.(current);
      if (ifMatch !== undefined && upon !== undefined && ifMatch !== upon.version) {
        const message = `The object is at version ${upon.version}, not ${ifMatch}.`;
        throw new Failure('version_conflict', message, { currentVersion: upon.version, current: upon });
      }
      const now = commandTime(store.now(), current.changedAt);
      const { expected, writes, outbox, answer } = command.decide(current, input, { ...rights, now, newId: nanoid });
      const text = JSON.stringify(answer);
      const commit = audited({ stream, at: now, expected, writes, outbox, answer: text }, { by: actor });
      try {
        const receipt = await timedCommit(
          store,
          metrics,
          idempotency === undefined ? commit : { ...commit, idempotency },
        );
        return receipt.replayed ? replayOf<Form>(receipt) : { receipt, form: answer, text };
      } catch (error) {
        // An If-Match that no longer holds is found by the next read.
        await afterLostRace(error, tries);
      }
    }
  }
}

/** A command's receipt, with the object that it came to and that object's JSON text. */
interface Outcome<Form> {
  readonly receipt: Receipt;
  readonly form: Form;
  readonly text: string;
}

/** The object's text was kept with the receipt: a retry gets the same bytes as the first time. */
function replayOf<Form>(receipt: Receipt): Outcome<Form> {
  const text = receipt.answer ?? 'null';
  return { receipt, form: JSON.parse(text), text };
}

function sendReceipt<Form extends Versioned>(
  res: Response,
  { receipt, form, text }: Outcome<Form>,
  { field, location }: Answer<Form>,
): void {
  if (location !== undefined) res.status(201).location(location(form));
  if (receipt.replayed) res.set('Idempotency-Replayed', 'true');
  res.set({ 'Cache-Control': 'no-store', ETag: `"${form.version}"` });
  res.type('json').send(`{"${field}":${text},"position":${JSON.stringify(receipt.positions.public)}}`);
}
