import { z } from 'zod';
import type { DoorName } from './reach.js';
import { newChange, type SentChange } from './story-reach.js';

/** What an instance tells the others of itself, as texts on the board. Another version may have written them. */

const count = z.int().min(0);
const counts = z.tuple([count, count, count]);
const readersNote = z.record(z.string(), counts);
const changesNote = z.array(
  z.object({
    seq: count,
    id: z.string(),
    version: count,
    at: z.number(),
    withdrawal: z.boolean(),
    there: counts,
    handed: counts,
    asked: count,
    confirmed: count,
    delays: z.array(count),
  }),
);

export const DOORS: readonly DoorName[] = ['socket', 'sse', 'poll'];

/** Readers of each story, by door in the order of `DOORS`. */
export type ReadersByStory = ReadonlyMap<string, readonly number[]>;

export function readersText(readers: ReadersByStory): string {
  return JSON.stringify(Object.fromEntries(readers));
}

/** An unreadable note tells of nobody. */
export function readReaders(text: string): ReadersByStory {
  const note = parsed(readersNote, text);
  return new Map(Object.entries(note ?? {}));
}

export function changesText(changes: readonly SentChange[]): string {
  return JSON.stringify(
    changes.map(({ seq, entryId, version, at, isWithdrawal, there, handed, asked, confirmed, delays }) => ({
      seq,
      id: entryId,
      version,
      at,
      withdrawal: isWithdrawal,
      there: DOORS.map((door) => there[door]),
      handed: DOORS.map((door) => handed[door]),
      asked,
      confirmed,
      delays: delays.toList(),
    })),
  );
}

/** Adds what the notes of several instances tell of each change, newest first. */
export function addUp(texts: Iterable<string>): readonly SentChange[] {
  const sums = new Map<string, SentChange>();
  for (const text of texts) {
    for (const { seq, id, version, at, withdrawal, there, handed, asked, confirmed, delays } of parsed(
      changesNote,
      text,
    ) ?? []) {
      const name = `${id} ${version}`;
      const sum = sums.get(name) ?? newChange({ seq, entryId: id, version, at, isWithdrawal: withdrawal });
      sums.set(name, sum);
      for (const [index, door] of DOORS.entries()) {
        sum.there[door] += there[index] ?? 0;
        sum.handed[door] += handed[index] ?? 0;
      }
      sum.asked += asked;
      sum.confirmed += confirmed;
      sum.delays.addAll(delays);
    }
  }
  return [...sums.values()].sort((a, b) => b.seq - a.seq);
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
