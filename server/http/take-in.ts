import type { DeskEntry, Origin, Position } from '@slugline/client/protocol';
import { nanoid } from 'nanoid';
import type { Caller } from '../access/access.js';
import { requireDesk, requireRole } from '../access/policy.js';
import { audited } from '../audit/audited.js';
import { commandTime } from '../story/command-time.js';
import { type IgnoredFor, type Outcome, takeItem } from '../story/ingest/take-item.js';
import { isRecall, namesOf, type WireItem } from '../story/ingest/wire-item.js';
import { deskEntry, deskStory } from '../story/stored.js';
import type { CommandParts } from './carry-out.js';
import { giveNames, type ItemPlace, readNames, rememberRecall } from './item-names.js';
import { afterLostRace } from './lost-race.js';
import { ownPlace } from './own-item.js';
import { timedCommit } from './timed-commit.js';

/** What became of an item. */
export interface TakenIn {
  readonly guid: string;
  readonly outcome: Outcome;
  /** `own`: it is an entry of this server, which came back. */
  readonly reason?: IgnoredFor | 'own';
  /** Where its entry is; absent where there is none. */
  readonly slug?: string;
  readonly entryId?: string;
  readonly version?: number;
  /** Where the story's public edition stands with the item in it. */
  readonly position?: Position;
}

/**
 * Takes an item of a wire in: what is known of it → decide → name the entry → commit. The name is committed before the
 * entry, and by itself, since an item may come under another name and to another story later: what crashes between the
 * two leaves a name for an entry that the next try makes. Doing all of it twice changes nothing.
 *
 * @param wanted the story for an item that is new; else its slugline names it.
 */
export async function takeIn(parts: CommandParts, caller: Caller, item: WireItem, wanted?: string): Promise<TakenIn> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryToTakeIn(parts, caller, item, wanted, tries);
    } catch (error) {
      await afterLostRace(error, tries);
    }
  }
}

async function tryToTakeIn(
  parts: CommandParts,
  caller: Caller,
  sent: WireItem,
  wanted: string | undefined,
  tries: number,
): Promise<TakenIn> {
  const { store, limits, metrics } = parts;
  const actor = requireRole(caller, 'editor');
  const known = await readNames(store, namesOf(sent));
  const slug = known.place?.slug ?? wanted ?? sent.slug;
  if (tries === 1) await limits.command(actor.keyId, slug);
  const item = withoutEarlyNotice(sent, store.now());
  const own = known.place === undefined ? await ownPlace(store, item) : undefined;
  if (own !== undefined) return { guid: item.guid, outcome: 'ignored', reason: 'own', ...own };
  const entryId = known.place?.entryId ?? nanoid();
  const view = slug === undefined ? undefined : await store.object(slug, 'desk', entryId);
  const story = view?.header && deskStory(view.header);
  if (story !== undefined) requireDesk(caller, story);
  const entry = view?.object && deskEntry(view.object);
  const now = commandTime(store.now(), view?.changedAt);
  // To alert readers is no item's decision, so that none of them takes a second person.
  const context = { actor, mayPublish: true, secondPerson: false, now, newId: () => entryId };
  const taken = takeItem({ slug, story, entry, recall: known.recall }, item, context);
  const { guid } = item;

  if ('reason' in taken) return { guid, ...taken, ...(entry && found(entry)) };
  if ('remember' in taken) {
    await rememberRecall(store, known, taken.remember);
    const { place } = known;
    // Whoever made the entry meanwhile may not have seen the withdrawal.
    const made = place && (await store.object(place.slug, 'desk', place.entryId))?.object;
    return made === undefined ? { guid, outcome: taken.outcome } : takeIn(parts, caller, item);
  }

  const { outcome, decision } = taken;
  const { expected, writes, outbox, answer } = decision;
  const place: ItemPlace = { slug: answer.slug, entryId };
  await giveNames(store, known, place);
  if (writes.length === 0) {
    const head = await store.head(place.slug, 'public');
    return { guid, outcome, ...found(answer), ...(head && { position: head.position }) };
  }
  const commit = audited({ stream: place.slug, at: now, expected, writes, outbox }, { by: actor });
  const receipt = await timedCommit(store, metrics, commit);
  if (outcome === 'created') {
    // Whoever withdrew the item meanwhile may not have seen the entry.
    const { recall } = await readNames(store, namesOf(item));
    if (recall !== undefined && recall.digest !== known.recall?.digest) {
      return takeIn(parts, caller, recallOf(item, recall));
    }
  }
  return { guid, outcome, ...found(answer), position: receipt.positions.public };
}

/** A withdrawal counts at once, but its notice is not to be seen before the item's embargo is over. */
function withoutEarlyNotice(item: WireItem, now: number): WireItem {
  const { embargoedUntil, notice: _unsaid, ...unspoken } = item;
  const isEarly = embargoedUntil !== undefined && Date.parse(embargoedUntil) > now;
  return isEarly && isRecall(item) ? unspoken : item;
}

function found({ slug, id, version }: DeskEntry) {
  return { slug, entryId: id, version };
}

function recallOf({ altIds, header }: WireItem, { guid, version, versionCreated, pubStatus }: Origin): WireItem {
  return {
    guid,
    altIds,
    ...(version !== undefined && { version }),
    ...(versionCreated !== undefined && { versionCreated }),
    pubStatus,
    isCorrection: false,
    header,
    content: {},
  };
}
