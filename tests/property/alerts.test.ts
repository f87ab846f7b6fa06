import { setImmediate as turn } from 'node:timers/promises';
import { BREAKING_SLUG, type DeskEntry } from '@slugline/client/protocol';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFailure } from '../../server/errors.js';
import { createLogger } from '../../server/logger.js';
import { createMetrics } from '../../server/metrics.js';
import { type AlertMessage, alertMessage } from '../../server/push/alert-message.js';
import { pendingWork } from '../../server/push/alert-record.js';
import type { Deliver } from '../../server/push/deliver.js';
import { followEntry, followStory } from '../../server/push/follow-story.js';
import { addFollower } from '../../server/push/followers.js';
import { startAlertSender } from '../../server/push/send-alerts.js';
import { correctEntry } from '../../server/story/correct.js';
import { createStory } from '../../server/story/create-story.js';
import type { CommandContext, Decision } from '../../server/story/decision.js';
import { editEntry } from '../../server/story/edit.js';
import { decodeNote } from '../../server/story/outbox-item.js';
import { patchStory } from '../../server/story/patch-story.js';
import { publicEntry, publicStory } from '../../server/story/public-form.js';
import { publishEntry } from '../../server/story/publish.js';
import { createStoryRequest, parseInput, publishRequest } from '../../server/story/requests.js';
import { deskEntry, deskStory } from '../../server/story/stored.js';
import { releaseEntry, withdrawEntry } from '../../server/story/withdraw.js';
import { eventually, present } from '../contract/store-harness.js';
import { ModelStore, modelBase } from '../helpers/model-store.js';

const SLUG = 'harbour-fire';
const logger = createLogger('silent');

/** What the desk may do to its one entry; `turns` lets that much of the sending happen in between. */
type Step =
  | { readonly does: 'mark' | 'unmark' | 'edit' | 'correct' | 'withhold' | 'cancel' | 'release' | 'hide' | 'show' }
  | { readonly does: 'note' | 'turns'; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constantFrom(
      ...(['mark', 'unmark', 'edit', 'edit', 'correct', 'withhold', 'release', 'release', 'hide', 'show'] as const),
    ),
  }),
  fc.constant<Step>({ does: 'cancel' }),
  { weight: 2, arbitrary: fc.record({ does: fc.constant('note' as const), count: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('turns' as const), count: fc.nat(12) }) },
);

interface Told {
  readonly follower: string;
  readonly message: AlertMessage & { readonly round: number };
}

/** A desk with one entry, whose notes are acted upon when the test says so, and two instances that send. */
async function openDesk(followers: number) {
  const base = modelBase(() => `epoch-${Math.random().toString(36).slice(2).padEnd(12, 'x')}`);
  const [store, second] = [new ModelStore(base), new ModelStore(base)];
  const told: Told[] = [];
  const notes: (() => Promise<void>)[] = [];
  const deliver: Deliver = async ({ id }, { payload }) => {
    told.push({ follower: id, message: JSON.parse(payload) });
    await turn();
    return { kind: 'taken' };
  };
  const senders = [store, second].map((own) =>
    startAlertSender({ store: own, deliver, isAlone: false, logger, metrics: createMetrics() }),
  );
  let clock = Date.now();
  const context = (): CommandContext => {
    clock += 1;
    const rights = { actor: { keyId: 'k', name: 'N' }, mayPublish: true, secondPerson: false };
    return { ...rights, now: new Date(clock).toISOString(), newId: () => 'e1' };
  };
  async function commit({ expected, writes, outbox }: Decision<unknown>): Promise<void> {
    await store.commit({ stream: SLUG, at: new Date(clock).toISOString(), expected, writes, outbox });
    for (const text of outbox) {
      const note = decodeNote(text);
      if (note?.topic === 'entry') notes.push(() => followEntry(store, SLUG, note.entryId));
      if (note?.topic === 'story') notes.push(() => followStory(store, SLUG));
    }
  }
  const story = async () => deskStory(present((await store.head(SLUG, 'desk'))?.header, 'the header'));
  const entry = async () => deskEntry(present((await store.object(SLUG, 'desk', 'e1'))?.object, 'the entry'));
  await commit(createStory(parseInput(createStoryRequest, { slug: SLUG, headline: 'Harbour fire' }), context()));
  const form = { endpoint: 'https://push.example/a', p256dh: 'p', auth: 'a', keyId: 'k' };
  for (let at = 0; at < followers; at += 1) {
    await addFollower(store, at % 2 === 0 ? SLUG : BREAKING_SLUG, `f${at}`, form);
  }
  await commit(publishEntry(await story(), parseInput(publishRequest, { headline: 'Words 0' }), context()));
  let words = 0;

  async function decide(does: Step['does']): Promise<Decision<unknown>> {
    const [now, current] = [await entry(), await story()];
    words += 1;
    const headline = `Words ${words}`;
    switch (does) {
      case 'mark':
      case 'unmark':
        return editEntry(now, { breaking: does === 'mark' }, context());
      case 'edit':
        return editEntry(now, { headline }, context());
      case 'correct':
        return correctEntry(now, { text: `Mistake ${words}`, headline }, context());
      case 'withhold':
        return withdrawEntry(current, now, { status: 'withheld', notice: `Notice ${words}` }, context());
      case 'cancel':
        return withdrawEntry(current, now, { status: 'canceled' }, context());
      case 'release':
        return releaseEntry(now, context());
      default:
        return patchStory(current, { visibility: does === 'hide' ? 'private' : 'public' }, context());
    }
  }

  return {
    store,
    told,
    entry,
    story,
    async take(next: Step): Promise<void> {
      if ('count' in next) {
        if (next.does === 'turns') for (let turns = 0; turns < next.count; turns += 1) await turn();
        // Late, out of order, and now and then twice.
        const note = notes[next.count];
        if (next.does === 'note' && note !== undefined) {
          if (next.count > 0) notes.splice(next.count, 1);
          await note();
          for (const sender of senders) sender.wake();
        }
        return;
      }
      const decided = await decide(next.does).catch((error: unknown) => {
        if (!isFailure(error)) throw error;
      });
      if (decided !== undefined) await commit(decided);
    },
    /** Acts upon every note and waits until nothing is left to send. */
    async settle(): Promise<void> {
      for (const note of notes.splice(0)) await note();
      for (const sender of senders) sender.wake();
      let left = 1;
      const look = async (): Promise<void> => {
        left = (await pendingWork(store, 100)).length;
        if (left > 0) setTimeout(look, 1);
      };
      void look();
      await eventually('nothing to be left to send', () => left === 0, 20_000);
    },
    close: () => Promise.all(senders.map((sender) => sender.close())),
  };
}

describe('alerts', () => {
  it('come to what the story says, whatever happens meanwhile and whoever sends', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.constantFrom(3, 240, 640), async (steps, followers) => {
        const desk = await openDesk(followers);
        onTestFinished(async () => void (await desk.close()));
        for (const next of steps) await desk.take(next);
        const [entry, story] = [await desk.entry(), await desk.story()];
        await desk.settle();
        await desk.close();
        const now = alertMessage(publicEntry(entry), publicStory(story));
        for (let at = 0; at < followers; at += 1) {
          const theirs = desk.told.filter(({ follower }) => follower === `f${at}`).map(({ message }) => message);
          expectInOrder(theirs);
          expectLast(theirs.at(-1), now, entry);
        }
      }),
      { numRuns: 60 },
    );
  });

  /** Replacements have greater numbers, so that a browser cannot take an older for a newer one. */
  function expectInOrder(messages: readonly Told['message'][]): void {
    for (const [at, { round, title, body }] of messages.entries()) {
      const before = messages[at - 1];
      if (before === undefined) continue;
      expect(round).toBeGreaterThanOrEqual(before.round);
      // Twice only what the desk stopped half way and took up again.
      if (round === before.round) expect({ title, body }).toEqual({ title: before.title, body: before.body });
    }
  }

  function expectLast(last: Told['message'] | undefined, now: AlertMessage, entry: DeskEntry): void {
    const isWanted = now.kind !== 'withdrawn' && entry.breaking;
    if (isWanted) {
      expect(last, 'who follows was told').toMatchObject({ kind: now.kind, title: now.title });
    } else if (now.kind === 'withdrawn') {
      // Nobody is left with a text that is no longer to be seen.
      if (last !== undefined) expect(last).toMatchObject({ kind: 'withdrawn', title: now.title });
    } else if (last !== undefined) {
      expect(last.kind).not.toBe('withdrawn');
    }
  }
});
