import type { DeskEntry, DeskStory, Origin } from '@slugline/client/protocol';
import { Failure } from '../../errors.js';
import { correctEntry } from '../correct.js';
import { createStory } from '../create-story.js';
import type { CommandContext, Decision } from '../decision.js';
import { editEntry } from '../edit.js';
import { requireSense } from '../entry-rules.js';
import { withinBounds, withinStore } from '../entry-size.js';
import { entryWrites } from '../entry-writes.js';
import { invalidInput } from '../input-errors.js';
import { publishEntry } from '../publish.js';
import { createStoryRequest, parseInput, publishRequest } from '../requests.js';
import { scheduleNotes } from '../schedule-notes.js';
import { releaseEntry, withdrawEntry } from '../withdraw.js';
import { isPublished, NO_END } from '../workflow-rules.js';
import { correctionText } from './correction-texts.js';
import { isOlder, isRecall, originOf, type WireItem } from './wire-item.js';

/** What an item finds. */
export interface Known {
  readonly slug: string | undefined;
  readonly story: DeskStory | undefined;
  readonly entry: DeskEntry | undefined;
  /** A withdrawal of the item that came before any text of it. */
  readonly recall: Origin | undefined;
}

export type Outcome =
  | 'created'
  | 'updated'
  | 'corrected'
  | 'withheld'
  | 'released'
  | 'canceled'
  | 'unchanged'
  | 'ignored';

/** Why an item changed nothing and never will. */
export type IgnoredFor = 'older' | 'canceled';

export type Taken =
  | { readonly outcome: 'ignored'; readonly reason: IgnoredFor }
  /** There is nothing to withdraw yet: what may still come is to find this. */
  | { readonly outcome: 'withheld' | 'canceled'; readonly remember: Origin }
  | { readonly outcome: Outcome; readonly decision: Decision<DeskEntry> };

/**
 * What an item of a wire comes to. Like every command it is decided again, from fresh objects, when somebody was faster.
 *
 * @throws Failure what publishing, editing and withdrawing throw; `invalid_input` for a new item without a story.
 */
export function takeItem(known: Known, item: WireItem, context: CommandContext): Taken {
  return known.entry === undefined ? takeFirst(known, item, context) : takeNext(known.entry, known, item, context);
}

function takeFirst({ slug, story, recall }: Known, item: WireItem, context: CommandContext): Taken {
  if (recall !== undefined && isOlder(item, recall)) return { outcome: 'ignored', reason: 'older' };
  if (isRecall(item))
    return { outcome: item.pubStatus === 'withheld' ? 'withheld' : 'canceled', remember: originOf(item) };
  if (recall?.pubStatus === 'canceled') return { outcome: 'ignored', reason: 'canceled' };
  const embargo = embargoOf(item, context);
  const words = parseInput(publishRequest, item.content);
  const input = { ...words, origin: originOf(item), ...(embargo !== undefined && { embargoedUntil: embargo }) };
  if (story !== undefined) return { outcome: 'created', decision: publishEntry(story, input, context) };

  // Its header would tell what is under embargo: who opens it is the desk.
  const visibility = embargo === undefined ? 'public' : 'private';
  const created = createStory({ ...storyInput(slug, item), visibility }, context);
  const entry = publishEntry(created.answer, input, context);
  const decision = {
    expected: [...created.expected, ...entry.expected],
    writes: [...created.writes, ...entry.writes],
    outbox: [...created.outbox, ...entry.outbox],
    answer: entry.answer,
  };
  return { outcome: 'created', decision };
}

function takeNext(entry: DeskEntry, { story }: Known, item: WireItem, context: CommandContext): Taken {
  const origin = originOf(item);
  // Said once more, it says nothing about what the desk made of it since.
  if (entry.origin?.digest === origin.digest) return { outcome: 'unchanged', decision: nothing(entry) };
  if (entry.origin !== undefined && isOlder(item, entry.origin)) return { outcome: 'ignored', reason: 'older' };
  if (entry.status === 'canceled' && !isRecall(item)) return { outcome: 'ignored', reason: 'canceled' };
  if (isRecall(item)) return recall(entry, story, item, origin, context);
  return update(entry, story, item, origin, context);
}

function recall(
  entry: DeskEntry,
  story: DeskStory | undefined,
  { pubStatus, notice }: WireItem,
  origin: Origin,
  context: CommandContext,
): Taken {
  const outcome = pubStatus === 'withheld' ? 'withheld' : 'canceled';
  const isHeld = entry.status === 'withheld' && outcome === 'withheld';
  // A hold is lifted by whoever put it there, so that of the desk stays the desk's.
  if (entry.status === 'canceled' || (isHeld && !isWithheldByWire(entry))) {
    return { outcome, decision: noted(entry, { origin }, context) };
  }
  if (story === undefined || (isHeld && entry.notice?.text === notice)) {
    const { withdrew } = entry.origin ?? {};
    const kept = { ...origin, ...(withdrew !== undefined && { withdrew }) };
    return { outcome, decision: noted(entry, { origin: kept }, context) };
  }
  const withdrawn = { ...entry, origin: { ...origin, withdrew: entry.version + 1 } };
  const input = { status: outcome, ...(notice !== undefined && { notice }) } as const;
  return { outcome, decision: withdrawEntry(story, withdrawn, input, context) };
}

/** Whether the hold that an entry is under is the work of an item, and not of the desk. */
function isWithheldByWire({ status, origin, corrections }: DeskEntry): boolean {
  const withdrawal = corrections.find(({ kind }) => kind === 'withdrawn');
  return status === 'withheld' && withdrawal !== undefined && withdrawal.toVersion === origin?.withdrew;
}

function update(
  entry: DeskEntry,
  story: DeskStory | undefined,
  item: WireItem,
  origin: Origin,
  context: CommandContext,
): Taken {
  if (!isPublished(entry)) return updateUnseen(entry, item, origin, context);
  requireNoEmbargoOf(item, context);
  const fields = { ...item.content, origin };
  if (entry.status === 'withheld') {
    const next = withinBounds({ ...entry, ...fields });
    // The desk withheld it: the text is brought up to date, and stays where it is.
    if (!isWithheldByWire(entry)) return { outcome: 'updated', decision: noted(entry, fields, context) };
    requireSense(next);
    return { outcome: 'released', decision: releaseEntry(next, context) };
  }
  const text = correctionOf(entry, item, story?.language ?? 'en');
  if (text !== undefined) return { outcome: 'corrected', decision: correctEntry(entry, { text, ...fields }, context) };
  return { outcome: 'updated', decision: editEntry(entry, fields, context) };
}

/**
 * An entry that readers have not seen is brought up to date, and its embargo is what the item says. One that was only
 * waiting for that to end goes out as soon as the item has none; one that the desk took off the schedule stays there.
 */
function updateUnseen(entry: DeskEntry, item: WireItem, origin: Origin, context: CommandContext): Taken {
  const embargo = embargoOf(item, context);
  const { embargoedUntil: _former, ...kept } = { ...entry, ...item.content, origin };
  const isWaiting = embargo === undefined && entry.workflow === 'scheduled' && entry.publishAt === undefined;
  const next = withinBounds({
    ...kept,
    ...(embargo !== undefined && { embargoedUntil: embargo }),
    ...(isWaiting && { publishAt: context.now }),
  });
  requireSense(next);
  if (isWithheldByWire(entry)) return { outcome: 'released', decision: releaseEntry(next, context) };
  return { outcome: 'updated', decision: noteOf(entry, next, context) };
}

/** When the item's embargo ends, while it has not. */
function embargoOf({ embargoedUntil }: WireItem, { now }: CommandContext): string | undefined {
  return embargoedUntil !== undefined && embargoedUntil > now ? embargoedUntil : undefined;
}

/** Throws `item_embargoed`: what readers have cannot be brought up to a version that they are not to see. */
function requireNoEmbargoOf(item: WireItem, context: CommandContext): void {
  const embargo = embargoOf(item, context);
  if (embargo === undefined) return;
  if (embargo === NO_END) throw new Failure('item_embargoed', 'The item is under embargo until further notice.');
  const retryAfterSeconds = Math.ceil((Date.parse(embargo) - Date.parse(context.now)) / 1_000);
  throw new Failure('item_embargoed', `The item is under embargo until ${embargo}.`, { retryAfterSeconds });
}

/** What readers are to be told. A description of a correction may be repeated with every later version of the item. */
function correctionOf(entry: DeskEntry, { isCorrection, correction }: WireItem, language: string): string | undefined {
  if (correction === undefined) return isCorrection ? correctionText(language) : undefined;
  return entry.corrections.some(({ text }) => text === correction) ? undefined : correction;
}

/** For the desk alone: an entry that readers do not see stays unseen. */
function noted(entry: DeskEntry, fields: Partial<DeskEntry>, context: CommandContext): Decision<DeskEntry> {
  return noteOf(entry, { ...entry, ...fields }, context);
}

function noteOf(entry: DeskEntry, form: DeskEntry, { actor, now }: CommandContext): Decision<DeskEntry> {
  const next = withinStore({ ...form, version: entry.version + 1, updatedAt: now, updatedBy: actor });
  const writes = entryWrites(next, 'entry.updated', entry);
  return { ...nothing(entry), writes, outbox: scheduleNotes(next, entry), answer: next };
}

function nothing(entry: DeskEntry): Decision<DeskEntry> {
  return { expected: [{ objectId: entry.id, version: entry.version }], writes: [], outbox: [], answer: entry };
}

function storyInput(slug: string | undefined, { header, content }: WireItem) {
  if (slug === undefined) {
    throw invalidInput([
      {
        field: 'slugline',
        message: 'is required for a new item, with letters or digits in it, unless ?story= names one',
      },
    ]);
  }
  const { headline = content.headline ?? slug, ...rest } = header;
  return parseInput(createStoryRequest, { slug, headline, ...rest });
}
