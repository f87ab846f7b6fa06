import { setTimeout as delay } from 'node:timers/promises';
import type { EntryPage, Snapshot } from '@slugline/client/protocol';
import { onTestFinished } from 'vitest';
import type { History, SubscriberLog } from './checker/history.js';
import { formOfEntry, formOfStory } from './forms.js';

export interface WatchOptions {
  readonly url: string;
  readonly slug: string;
  /** Of the desk: its texts are this and a number, wherever they are printed. */
  readonly desk: string;
  /** Paths of everything that shows texts, asked anew before each round. */
  readonly paths: () => readonly string[];
  /** Milliseconds between two rounds (default 1,000). */
  readonly everyMs?: number;
}

/** Asks for all outputs of a story over and over, as a crowd would keep them in a cache, and notes which texts are in them. */
export interface EdgeWatch {
  /** Answers so far, by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Texts of the desk that were seen anywhere. */
  readonly texts: number;
  stop(): Promise<void>;
  /**
   * By output: how long after its withdrawal was acknowledged the text of an entry was still given to who asked for it
   * then. Milliseconds; below 0 where it never was.
   */
  lingering(): ReadonlyMap<string, number>;
}

interface Sighting {
  readonly path: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly texts: ReadonlySet<string>;
}

const ANSWER_MS = 10_000;

/** For one test. What the snapshot and pages of entries show is entered into the history too. */
export function watchEdge(history: History, options: WatchOptions): EdgeWatch {
  const { url, slug, desk, paths, everyMs = 1_000 } = options;
  const textsOfDesk = new RegExp(`\\b${desk} \\d+\\b`, 'g');
  const sightings: Sighting[] = [];
  const statuses: Record<number, number> = {};
  const logs = new Map<string, SubscriberLog>();
  let isOver = false;

  async function look(path: string): Promise<void> {
    const askedAt = history.now();
    const response = await fetch(url + path, { signal: AbortSignal.timeout(ANSWER_MS) });
    const body = await response.text();
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    sightings.push({ path, askedAt, answeredAt: history.now(), texts: new Set(body.match(textsOfDesk)) });
    if (new RegExp(`^/v1/stories/${slug}(?:/entries)?(?:\\?|$)`).test(path)) logPage(path, JSON.parse(body));
  }

  function logPage(path: string, page: Snapshot | EntryPage): void {
    const log = logs.get(path) ?? history.subscriber(`watch of ${path}`);
    logs.set(path, log);
    const { position, entries, older } = page;
    const forms = entries.map((entry) => formOfEntry(history, entry));
    if ('story' in page) forms.push(formOfStory(history, page.story));
    log.seen.push({ kind: 'page', whole: older === undefined, at: history.now(), position, forms });
  }

  async function work(): Promise<void> {
    while (!isOver) {
      const next = delay(everyMs);
      await Promise.all(paths().map(look));
      await next;
    }
  }

  let failed: unknown;
  const working = work().catch((error: unknown) => {
    failed = error;
  });
  const stop = async () => {
    isOver = true;
    await working;
  };
  onTestFinished(stop);

  return {
    statuses,
    get texts() {
      return new Set(sightings.flatMap(({ texts }) => [...texts])).size;
    },
    async stop() {
      await stop();
      if (failed !== undefined) throw new Error('an output could not be read', { cause: failed });
    },
    lingering() {
      const spans = withdrawnSpans(history);
      const longest = new Map<string, number>();
      for (const { path, askedAt, answeredAt, texts } of sightings) {
        const output = path.replace(/\?.*/, '');
        for (const { from, until, texts: gone } of spans) {
          // Asked before the entry began to come back, and answered after it, an output may rightly have it.
          const isThere = askedAt >= from && answeredAt < until && gone.some((text) => texts.has(text));
          longest.set(output, Math.max(longest.get(output) ?? -1, isThere ? askedAt - from : -1));
        }
      }
      return longest;
    },
  };
}

interface WithdrawnSpan {
  /** When the withdrawal was acknowledged, and when the entry began to come back. */
  readonly from: number;
  readonly until: number;
  /** All that the entry had ever said. */
  readonly texts: readonly string[];
}

/** A withdrawal that came again leaves the first span as it is: it began when readers were first not to see the text. */
function withdrawnSpans({ commands }: History): readonly WithdrawnSpan[] {
  return commands.flatMap(({ done, answeredAt }) => {
    if (done === undefined || done.form.text !== undefined) return [];
    const { id } = done.form;
    const ofEntry = commands.filter((one) => one.objectId === id || one.done?.form.id === id);
    const back = ofEntry.find(
      // One whose outcome is not known may have brought it back.
      (one) => one.sentAt > answeredAt && (one.outcome === 'unknown' || one.done?.form.text !== undefined),
    );
    const texts = ofEntry.flatMap(({ text }) => text ?? []);
    return [{ from: answeredAt, until: back?.sentAt ?? Number.POSITIVE_INFINITY, texts }];
  });
}
