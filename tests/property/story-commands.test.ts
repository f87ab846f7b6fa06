import { isDeepStrictEqual } from 'node:util';
import {
  type DeskEntry,
  type DeskStory,
  type Edition,
  LIMITS,
  type PublicEntry,
  type Story,
} from '@slugline/client/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Failure } from '../../server/errors.js';
import { HEADER_ID, type Write } from '../../server/store/story-store.js';
import { correctEntry } from '../../server/story/correct.js';
import { createStory } from '../../server/story/create-story.js';
import type { CommandContext, Decision } from '../../server/story/decision.js';
import { editEntry } from '../../server/story/edit.js';
import { moveEntry, publishDue } from '../../server/story/move.js';
import { decodeNote } from '../../server/story/outbox-item.js';
import { patchStory } from '../../server/story/patch-story.js';
import { pinEntry, unpinEntry } from '../../server/story/pin.js';
import { publicEntry, publicStory } from '../../server/story/public-form.js';
import { publishEntry } from '../../server/story/publish.js';
import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  parseInput,
  patchStoryRequest,
  publishRequest,
  withdrawalRequest,
  workflowRequest,
} from '../../server/story/requests.js';
import { restoreEntry } from '../../server/story/restore.js';
import {
  deskEntrySchema,
  deskStorySchema,
  publicEntrySchema,
  storySchema,
  tombstoneSchema,
} from '../../server/story/schemas.js';
import { deskEntry, deskStory, publicEntryOf, publicStoryOf } from '../../server/story/stored.js';
import { discardEntry, releaseEntry, withdrawEntry } from '../../server/story/withdraw.js';
import { dueAt } from '../../server/story/workflow-rules.js';

/** Every word that an entry was ever given carries its number, so that it can be looked for afterwards. */
const word = (kind: 'news' | 'desk', entry: number, n: number) => `${kind}-${entry}-${n}.`;

const START = Date.parse('2026-03-01T09:00:00.000Z');

type Step = (story: ModelStory) => Decision<DeskEntry> | Decision<DeskStory>;

/** The objects of one story as a store would hold them, and everything that is checked at a commit. */
class ModelStory {
  readonly objects: Record<Edition, Map<string, Write>> = { public: new Map(), desk: new Map() };
  readonly ids: string[] = [];
  /** Every form that each entry had, oldest first. */
  readonly history = new Map<string, DeskEntry[]>();
  #clock = START;

  constructor() {
    const input = parseInput(createStoryRequest, { slug: 'harbour-fire', headline: 'Fire in the harbour' });
    this.commit(createStory(input, this.context()));
  }

  context(): CommandContext {
    const now = new Date(this.#clock).toISOString();
    return {
      actor: { keyId: 'k1', name: 'Night desk' },
      mayPublish: true,
      secondPerson: false,
      now,
      newId: () => `e${this.ids.length}`,
    };
  }

  get story(): DeskStory {
    return deskStory({ form: this.formOf('desk', HEADER_ID) });
  }

  entry(id: string): DeskEntry {
    return deskEntry({ form: this.formOf('desk', id) });
  }

  get entries(): DeskEntry[] {
    return this.ids.map((id) => this.entry(id));
  }

  formOf(edition: Edition, objectId: string): string {
    const write = this.objects[edition].get(objectId);
    if (write === undefined) throw new Error(`no ${objectId} in the ${edition} edition`);
    return write.form;
  }

  versionOf(objectId: string): number {
    return this.objects.desk.get(objectId)?.version ?? 0;
  }

  accepts(decision: Decision<unknown>): boolean {
    return decision.expected.every(({ objectId, version }) => this.versionOf(objectId) === version);
  }

  commit(decision: ReturnType<Step>): void {
    expect(this.accepts(decision), 'the decision expects the versions it was made of').toBe(true);
    const next = new Map(decision.writes.map((write) => [write.objectId, this.versionOf(write.objectId) + 1]));
    for (const write of decision.writes) {
      expect(write.version).toBe(next.get(write.objectId));
      expect(decision.expected.map(({ objectId }) => objectId)).toContain(write.objectId);
      if (write.objectId !== HEADER_ID && !this.ids.includes(write.objectId)) this.ids.push(write.objectId);
      const before = this.objects[write.edition].get(write.objectId);
      // Readers' entries stay where they are; the desk's come to their place when they are published, or are thrown away.
      if (before !== undefined && write.edition === 'public') expect(write.orderKey).toBe(before.orderKey);
      this.objects[write.edition].set(write.objectId, write);
      if (write.edition !== 'desk' || write.objectId === HEADER_ID) continue;
      this.history.set(write.objectId, [...(this.history.get(write.objectId) ?? []), this.entry(write.objectId)]);
    }
    for (const objectId of next.keys()) {
      // Whatever readers get, the desk has as well; the other way round only what readers see differs.
      const [first, second] = decision.writes.filter((write) => write.objectId === objectId);
      expect(second ?? first).toMatchObject({ edition: 'desk', kind: first?.kind });
    }
    const answered = 'id' in decision.answer ? this.entry(decision.answer.id) : this.story;
    expect(decision.answer, 'the answer is what the desk has now').toEqual(answered);
    this.#clock += 1_000;
  }
}

function checkEverythingHolds(model: ModelStory): void {
  const header: Story = publicStoryOf({ form: model.formOf('public', HEADER_ID) });
  expectExact(storySchema, header);
  expectExact(deskStorySchema, model.story);
  expect(header).toEqual(publicStory(model.story));
  expect(header.pinned.length).toBeLessThanOrEqual(LIMITS.pinned);
  expect(new Set(header.pinned).size).toBe(header.pinned.length);

  for (const desk of model.entries) {
    expectExact(deskEntrySchema, desk);
    if (desk.workflow !== 'published') {
      expect(model.objects.public.has(desk.id), 'what is not published has no public form').toBe(false);
      expect(header.pinned).not.toContain(desk.id);
      continue;
    }
    expect([desk.publishAt, desk.embargoedUntil, desk.workflowNote]).toEqual([undefined, undefined, undefined]);
    const form: PublicEntry = publicEntryOf({ form: model.formOf('public', desk.id) });
    expectExact(publicEntrySchema, form);
    // Only the desk may be ahead, and then by nothing that readers would see.
    expect({ ...form, version: desk.version, updatedAt: desk.updatedAt }).toEqual(publicEntry(desk));
    expect(form.version).toBeLessThanOrEqual(desk.version);
    expect(model.objects.desk.get(desk.id)?.orderKey).toBe(`${desk.publishedAt}~${desk.id}`);
    if (desk.status === 'usable') continue;
    expectExact(tombstoneSchema, form);
    expect(header.pinned).not.toContain(desk.id);
  }

  const seenByReaders = [...model.objects.public.values()].map(({ form }) => form).join('\n');
  expect(seenByReaders).not.toContain('desk-');
  for (const desk of model.entries) {
    const isSeen = desk.workflow === 'published' && desk.status === 'usable';
    if (!isSeen) expect(seenByReaders).not.toContain(`news-${desk.id.slice(1)}-`);
  }
}

/** The object is of the schema, and the schema would change nothing in it. */
function expectExact(schema: z.ZodType, form: unknown): void {
  expect(parseInput(schema, form)).toEqual(form);
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

const flags = { breaking: fc.boolean(), keyEvent: fc.boolean() };

/** Fields of a publication or an edit; `n` makes the words of each step its own. */
function newsFields(entry: number, n: number) {
  return fc.record(
    {
      ...flags,
      headline: fc.constant(word('news', entry, n)),
      body: fc.constantFrom([], [{ type: 'paragraph', content: [{ text: word('news', entry, n) }] }]),
      urgency: fc.integer({ min: 1, max: 9 }),
      verification: fc.constantFrom('confirmed', 'disputed'),
      located: fc.constant(word('news', entry, n)),
      tags: fc.constantFrom([], ['fire'], ['fire', word('news', entry, n)]),
      edNote: fc.constant(word('desk', entry, n)),
      relations: fc.constantFrom([], [{ rel: 'updates', entryId: 'e0' }]),
    },
    { requiredKeys: [] },
  );
}

const removals = fc.record(
  {
    headline: fc.constant(null),
    verification: fc.constant(null),
    located: fc.constant(null),
    edNote: fc.constant(null),
  },
  { requiredKeys: [] },
);

/** Times of the model's own calendar: a step takes a second. */
const soon = fc.integer({ min: 1, max: 25 }).map((seconds) => new Date(START + seconds * 1_000).toISOString());
const times = fc
  .record(
    { publishAt: fc.option(soon, { nil: null }), embargoedUntil: fc.option(soon, { nil: null }) },
    { requiredKeys: [] },
  )
  .filter((fields) => Object.keys(fields).length > 0);
const underway = fc.oneof(
  fc.constant({}),
  fc.constantFrom({ workflow: 'draft' }, { workflow: 'submitted' }),
  fc.record({ publishAt: soon, embargoedUntil: soon }, { requiredKeys: [] }),
);

/** One step of an editor: which entry (by order of publication), what, with which fields. */
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(5), fc.nat(1_000_000)).chain(([entry, n]) => {
  const on =
    (decide: (entry: DeskEntry, context: CommandContext, story: DeskStory) => ReturnType<Step>): Step =>
    (model) => {
      const id = model.ids[entry % Math.max(1, model.ids.length)];
      if (id === undefined) throw new Failure('entry_not_found');
      return decide(frozen(model.entry(id)), model.context(), frozen(model.story));
    };
  const edited = fc.oneof(
    fc.tuple(newsFields(entry, n), removals).map(([news, gone]) => ({ ...news, ...gone })),
    fc.constantFrom({ edNote: word('desk', entry, n) }, { edNote: null }),
  );
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(newsFields(0, n), underway)
        .map(([fields, more]): Step => publishing({ ...fields, ...more }, n)),
    },
    {
      weight: 4,
      arbitrary: edited.map((fields) =>
        on(({ id, ...rest }, context) => {
          const input = parseInput(editRequest, ownWords(fields, id));
          return editEntry(frozen({ id, ...rest }), frozen(input), context);
        }),
      ),
    },
    {
      weight: 2,
      arbitrary: edited.map((fields) =>
        on((current, context) => {
          const input = { text: `It was otherwise (${n}).`, ...ownWords(fields, current.id) };
          return correctEntry(current, frozen(parseInput(correctionRequest, input)), context);
        }),
      ),
    },
    {
      weight: 3,
      arbitrary: fc
        .record(
          {
            status: fc.constantFrom('withheld', 'withheld', 'canceled'),
            notice: fc.constantFrom('Taken back.', 'Wrong.'),
          },
          { requiredKeys: ['status'] },
        )
        .map((fields) =>
          on((current, context, story) =>
            withdrawEntry(story, current, parseInput(withdrawalRequest, fields), context),
          ),
        ),
    },
    { weight: 2, arbitrary: fc.constant(on((current, context) => releaseEntry(current, context))) },
    { weight: 1, arbitrary: fc.constant(on((current, context) => discardEntry(current, context))) },
    {
      weight: 5,
      arbitrary: fc
        .record(
          {
            to: fc.constantFrom('draft', 'submitted', 'published', 'published'),
            note: fc.constant(word('desk', entry, n)),
          },
          { requiredKeys: ['to'] },
        )
        .map((fields) =>
          on((current, context, story) => moveEntry(story, current, parseInput(workflowRequest, fields), context)),
        ),
    },
    {
      weight: 2,
      arbitrary: times.map((fields) =>
        on((current, context) => editEntry(current, parseInput(editRequest, fields), context)),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constant(
        on((current, context, story) => {
          const decision = publishDue(story, current, context);
          if (decision === undefined) throw new Failure('entry_not_usable');
          return decision;
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.nat().map(
        (at): Step =>
          (model) => {
            const id = model.ids[entry % Math.max(1, model.ids.length)] ?? '';
            const forms = model.history.get(id) ?? [];
            const revision = forms[at % Math.max(1, forms.length)];
            if (revision === undefined) throw new Failure('entry_not_found');
            return restoreEntry(frozen(model.entry(id)), frozen(revision), model.context());
          },
      ),
    },
    { weight: 3, arbitrary: fc.constant(on((current, context, story) => pinEntry(story, current, context))) },
    { weight: 1, arbitrary: fc.constant(on((current, context, story) => unpinEntry(story, current.id, context))) },
    {
      weight: 2,
      arbitrary: headerFields.map(
        (fields): Step =>
          (model) =>
            patchStory(frozen(model.story), frozen(parseInput(patchStoryRequest, fields)), model.context()),
      ),
    },
  );
});

const headerFields = fc.record(
  {
    headline: fc.constantFrom('Fire in the harbour', 'Fire out in the harbour'),
    standfirst: fc.constantFrom(null, 'Two sheds burned.'),
    status: fc.constantFrom('live', 'paused', 'ended'),
    visibility: fc.constantFrom('public', 'private'),
    coverageEnd: fc.constantFrom(null, '2026-03-02T00:00:00Z', '2026-02-01T00:00:00Z'),
    keyPoints: fc.constantFrom([], [{ text: 'No one was hurt' }]),
  },
  { requiredKeys: ['headline'] },
);

/** The fields with their words numbered for the entry that they go to. */
function ownWords(fields: object, id: string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(fields).replace(/(news|desk)-\d+-/g, `$1-${id.slice(1)}-`));
}

const publishing =
  (fields: object, n: number): Step =>
  (model) => {
    const id = `e${model.ids.length}`;
    const given = ownWords({ headline: word('news', 0, n), ...fields }, id);
    return publishEntry(frozen(model.story), frozen(parseInput(publishRequest, given)), model.context());
  };

/** The step's decision, or `undefined` where it is refused: then by a code that tells the editor what is wrong. */
function decide(model: ModelStory, take: Step): ReturnType<Step> | undefined {
  try {
    return take(model);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect([
      'entry_not_found',
      'story_ended',
      'entry_not_usable',
      'entry_not_withheld',
      'too_many_pins',
      'invalid_input',
      ...['entry_published', 'entry_not_published', 'embargoed'],
    ]).toContain(error.code);
    return undefined;
  }
}

describe('story commands', () => {
  test('keep versions, editions and tombstones right through any sequence of steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const model = new ModelStory();
        for (const take of steps) {
          const before = model.entries;
          const decision = decide(model, take);
          if (decision === undefined) continue;
          expect(take(model), 'the same decision from the same objects').toEqual(decision);
          if (decision.writes.length === 0) expect(decision.outbox).toEqual([]);
          model.commit(decision);
          checkEverythingHolds(model);
          checkNotes(decision, before, model);
          for (const past of before) {
            if (past.status === 'canceled') expect(model.entry(past.id)).toEqual(past);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('let readers’ pages never keep a withdrawn entry pinned, whoever of two editors is faster', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.array(fc.tuple(step, step), { maxLength: 8 }),
        (start, pairs) => {
          const model = new ModelStory();
          for (const take of start) commitIfDecided(model, take);
          for (const [one, other] of pairs) {
            // Both decide upon the same objects; the slower one decides again where the store would refuse it.
            const first = decide(model, one);
            const second = decide(model, other);
            if (first !== undefined) model.commit(first);
            if (second !== undefined && model.accepts(second)) model.commit(second);
            else commitIfDecided(model, other);
            checkEverythingHolds(model);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

function commitIfDecided(model: ModelStory, take: Step): void {
  const decision = decide(model, take);
  if (decision !== undefined) model.commit(decision);
}

/**
 * `@breaking` and alerts hear of an entry that is or was breaking or a key event, of every correction, withdrawal and
 * release, and of a story that changed its visibility.
 */
function checkNotes(decision: ReturnType<Step>, before: readonly DeskEntry[], model: ModelStory): void {
  const notes = decision.outbox.map(decodeNote);
  for (const { objectId, edition } of decision.writes) {
    if (objectId === HEADER_ID || edition !== 'desk') continue;
    const former = before.find(({ id }) => id === objectId);
    const entry = model.entry(objectId);
    const isReplanned = dueAt(entry) !== (former && dueAt(former));
    expect(notes.some((note) => note?.topic === 'schedule')).toBe(isReplanned);
    // Nobody hears of what is not published.
    const past = former?.workflow === 'published' ? former : undefined;
    const isMarked = (form?: DeskEntry) => form?.breaking === true || form?.keyEvent === true;
    const isTakenBack =
      past !== undefined && (past.status !== entry.status || past.corrections.length !== entry.corrections.length);
    const concerned = entry.workflow === 'published' && (isMarked(entry) || isMarked(past) || isTakenBack);
    expect(notes.some((note) => isDeepStrictEqual(note, { topic: 'entry', entryId: objectId }))).toBe(concerned);
  }
}
