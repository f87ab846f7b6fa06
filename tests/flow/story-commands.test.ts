import { type DeskEntry, type DeskStory, LIMITS } from '@slugline/client/protocol';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../server/errors.js';
import { correctEntry } from '../../server/story/correct.js';
import { createStory } from '../../server/story/create-story.js';
import type { CommandContext, Decision } from '../../server/story/decision.js';
import { editEntry } from '../../server/story/edit.js';
import { encodeNote } from '../../server/story/outbox-item.js';
import { patchStory } from '../../server/story/patch-story.js';
import { pinEntry, unpinEntry } from '../../server/story/pin.js';
import { publicEntry } from '../../server/story/public-form.js';
import { publishEntry } from '../../server/story/publish.js';
import { createStoryRequest, parseInput, publishRequest } from '../../server/story/requests.js';
import { releaseEntry, withdrawEntry } from '../../server/story/withdraw.js';

const NOON = '2026-03-01T12:00:00.000Z';
const LATER = '2026-03-01T12:30:00.000Z';

function at(now: string, id = 'e1'): CommandContext {
  return { actor: { keyId: 'k1', name: 'Night desk' }, mayPublish: true, secondPerson: false, now, newId: () => id };
}

function aStory(fields: object = {}): DeskStory {
  const input = parseInput(createStoryRequest, { slug: 'harbour-fire', headline: 'Fire in the harbour', ...fields });
  return createStory(input, at(NOON)).answer;
}

function anEntry(fields: object = {}, id = 'e1'): DeskEntry {
  const input = parseInput(publishRequest, { headline: 'Two sheds are burning', ...fields });
  return publishEntry(aStory(), input, at(NOON, id)).answer;
}

function refusal(take: () => unknown): Failure {
  try {
    take();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('expected a refusal, and there was none');
}

const kinds = (decision: Decision<unknown>) => decision.writes.map(({ edition, kind }) => `${edition} ${kind}`);

describe('publishing', () => {
  test('neither expects nor writes the header, so that publishers do not wait for each other', () => {
    const decision = publishEntry(aStory(), parseInput(publishRequest, { headline: 'Smoke' }), at(LATER, 'e9'));
    expect(decision.expected).toEqual([{ objectId: 'e9', version: 0 }]);
    expect(decision.writes.map(({ objectId }) => objectId)).toEqual(['e9', 'e9']);
    expect(decision.writes[0]?.orderKey).toBe(`${LATER}~e9`);
  });

  test('is refused by a story that has ended, and by an entry that says nothing', () => {
    const flash = parseInput(publishRequest, { headline: 'Smoke' });
    expect(refusal(() => publishEntry(aStory({ status: 'ended' }), flash, at(LATER))).code).toBe('story_ended');
    const silence = parseInput(publishRequest, { urgency: 3 });
    expect(refusal(() => publishEntry(aStory(), silence, at(LATER))).details.errors).toEqual([
      { field: 'headline', message: expect.stringContaining('where there is no body') },
    ]);
  });
});

describe('editing', () => {
  test('what only the desk sees changes the desk edition alone', () => {
    const noted = editEntry(anEntry(), { edNote: 'Check the times' }, at(LATER));
    expect(kinds(noted)).toEqual(['desk entry.updated']);
    expect(noted.answer).toMatchObject({ version: 2, edNote: 'Check the times' });
    const published = editEntry(noted.answer, { headline: 'Three sheds are burning' }, at(LATER));
    expect(kinds(published)).toEqual(['public entry.updated', 'desk entry.updated']);
    expect(published.writes[0]?.form).not.toContain('Check the times');
  });

  test('what is so already writes nothing', () => {
    const entry = anEntry({ tags: ['fire'] });
    const same = editEntry(entry, { tags: ['fire'], located: null }, at(LATER));
    expect(same).toMatchObject({ writes: [], outbox: [], answer: entry });
  });

  test('cannot take away the last word, nor make an entry refer to itself', () => {
    const entry = anEntry();
    expect(refusal(() => editEntry(entry, { headline: null }, at(LATER))).code).toBe('invalid_input');
    const selfish = { relations: [{ rel: 'updates' as const, entryId: entry.id }] };
    expect(refusal(() => editEntry(entry, selfish, at(LATER))).details.errors?.[0]?.field).toBe('relations.0.entryId');
  });

  test('goes on after the story has ended', () => {
    const ended = aStory({ status: 'ended' });
    expect(editEntry(anEntry(), { urgency: 3 }, at(LATER)).answer.urgency).toBe(3);
    expect(correctEntry(anEntry(), { text: 'It was three.' }, at(LATER)).answer.version).toBe(2);
    expect(withdrawEntry(ended, anEntry(), { status: 'canceled' }, at(LATER)).answer.status).toBe('canceled');
  });

  test('tells @breaking when an entry stops being breaking', () => {
    const decision = editEntry(anEntry({ breaking: true }), { breaking: false }, at(LATER));
    expect(decision.outbox).toEqual([encodeNote({ topic: 'entry', entryId: 'e1' })]);
  });
});

describe('a correction', () => {
  test('tells readers what was wrong between which versions, newest first', () => {
    const once = correctEntry(anEntry(), { text: 'Two, not three.', urgency: 4 }, at(NOON)).answer;
    const twice = correctEntry(once, { text: 'The north quay, not the south.' }, at(LATER)).answer;
    expect(publicEntry(twice)).toMatchObject({
      urgency: 4,
      corrections: [
        { kind: 'corrected', text: 'The north quay, not the south.', at: LATER, fromVersion: 2, toVersion: 3 },
        { kind: 'corrected', text: 'Two, not three.', at: NOON, fromVersion: 1, toVersion: 2 },
      ],
    });
  });

  test('drops the oldest beyond as many as an entry may have', () => {
    let entry = anEntry();
    for (let n = 0; n <= LIMITS.corrections; n += 1) {
      entry = correctEntry(entry, { text: `Correction ${n}` }, at(LATER)).answer;
    }
    expect(entry.corrections).toHaveLength(LIMITS.corrections);
    expect(entry.corrections[0]?.text).toBe(`Correction ${LIMITS.corrections}`);
    expect(entry.corrections.at(-1)?.text).toBe('Correction 1');
  });
});

describe('a withdrawal', () => {
  test('leaves a tombstone with its notice, and unpins in the same commit', () => {
    const entry = anEntry({ breaking: true });
    const story = pinEntry(aStory(), entry, at(NOON)).answer;
    const decision = withdrawEntry(story, entry, { status: 'withheld', notice: 'Being checked.' }, at(LATER));
    expect(kinds(decision)).toEqual([
      'public entry.withheld',
      'desk entry.withheld',
      'public entry.unpinned',
      'desk entry.unpinned',
    ]);
    expect(JSON.parse(decision.writes[0]?.form ?? '')).toEqual({
      id: 'e1',
      slug: 'harbour-fire',
      version: 2,
      status: 'withheld',
      notice: { text: 'Being checked.', at: LATER },
      publishedAt: NOON,
      updatedAt: LATER,
    });
    expect(JSON.parse(decision.writes[2]?.form ?? '')).toMatchObject({ pinned: [], version: 3 });
    expect(decision.outbox).toEqual([encodeNote({ topic: 'entry', entryId: 'e1' })]);
    expect(decision.answer.headline).toBe('Two sheds are burning');
  });

  test('is on record at the desk, and not told to readers of the entry once it is back', () => {
    const withheld = withdrawEntry(aStory(), anEntry(), { status: 'withheld', notice: 'Being checked.' }, at(NOON));
    const { answer } = releaseEntry(withheld.answer, at(LATER));
    expect(answer.corrections).toMatchObject([{ kind: 'withdrawn', text: 'Being checked.', fromVersion: 1 }]);
    expect(publicEntry(answer)).toEqual({ ...publicEntry(anEntry()), version: 3, updatedAt: LATER });
  });

  test('may become final, and what is final stays so', () => {
    const withheld = withdrawEntry(aStory(), anEntry(), { status: 'withheld' }, at(NOON)).answer;
    const canceled = withdrawEntry(aStory(), withheld, { status: 'canceled' }, at(LATER)).answer;
    expect(canceled).toMatchObject({ status: 'canceled', version: 3 });
    const codes = [
      () => withdrawEntry(aStory(), canceled, { status: 'withheld' }, at(LATER)),
      () => editEntry(canceled, { urgency: 1 }, at(LATER)),
      () => correctEntry(canceled, { text: 'No.' }, at(LATER)),
      () => pinEntry(aStory(), canceled, at(LATER)),
      () => editEntry(withheld, { urgency: 1 }, at(LATER)),
      () => releaseEntry(canceled, at(LATER)),
      () => releaseEntry(anEntry(), at(LATER)),
    ].map((take) => refusal(take).code);
    const [notUsable, notWithheld] = ['entry_not_usable', 'entry_not_withheld'];
    expect(codes).toEqual([notUsable, notUsable, notUsable, notUsable, notUsable, notWithheld, notWithheld]);
  });

  test('repeated with the same notice writes nothing; with another it is told', () => {
    const withheld = withdrawEntry(aStory(), anEntry(), { status: 'withheld', notice: 'Wait.' }, at(NOON)).answer;
    const again = withdrawEntry(aStory(), withheld, { status: 'withheld', notice: 'Wait.' }, at(LATER));
    expect(again.writes).toEqual([]);
    const anew = withdrawEntry(aStory(), withheld, { status: 'withheld' }, at(LATER));
    expect(kinds(anew)).toEqual(['public entry.withheld', 'desk entry.withheld']);
    expect(anew.writes[0]?.form).not.toContain('Wait.');
  });
});

describe('pins', () => {
  test('stand newest first, once each, and no more than a story may have', () => {
    let story = aStory();
    for (let n = 0; n < LIMITS.pinned; n += 1) story = pinEntry(story, anEntry({}, `e${n}`), at(LATER)).answer;
    expect(story.pinned[0]).toBe(`e${LIMITS.pinned - 1}`);
    expect(pinEntry(story, anEntry({}, 'e0'), at(LATER)).writes).toEqual([]);
    expect(refusal(() => pinEntry(story, anEntry({}, 'one-more'), at(LATER))).code).toBe('too_many_pins');
    const unpinned = unpinEntry(story, 'e5', at(LATER));
    expect(kinds(unpinned)).toEqual(['public entry.unpinned', 'desk entry.unpinned']);
    expect(unpinned.answer.pinned).not.toContain('e5');
    expect(unpinEntry(story, 'elsewhere', at(LATER)).writes).toEqual([]);
  });
});

describe('the header', () => {
  test('ends with its coverage, and goes on without an end', () => {
    const ended = patchStory(aStory({ coverageEnd: '2026-03-01T18:00:00Z' }), { status: 'ended' }, at(LATER));
    expect(kinds(ended)).toEqual(['public story.ended', 'desk story.ended']);
    expect(ended.answer.coverageEnd).toBe(LATER);
    const reopened = patchStory(ended.answer, { status: 'live' }, at(LATER));
    expect(kinds(reopened)).toEqual(['public story.updated', 'desk story.updated']);
    expect(reopened.answer).not.toHaveProperty('coverageEnd');
    const until = patchStory(ended.answer, { status: 'live', coverageEnd: '2026-03-02T00:00:00.000Z' }, at(LATER));
    expect(until.answer.coverageEnd).toBe('2026-03-02T00:00:00.000Z');
  });

  test('keeps an end of coverage that is past or given', () => {
    const past = aStory({ coverageStart: '2026-03-01T09:00:00Z', coverageEnd: '2026-03-01T11:00:00Z' });
    expect(patchStory(past, { status: 'ended' }, at(LATER)).answer.coverageEnd).toBe('2026-03-01T11:00:00.000Z');
    const given = patchStory(aStory(), { status: 'ended', coverageEnd: '2026-03-01T12:10:00.000Z' }, at(LATER));
    expect(given.answer.coverageEnd).toBe('2026-03-01T12:10:00.000Z');
  });

  test('cannot end before it starts', () => {
    const early = { coverageEnd: '2026-02-01T00:00:00.000Z' };
    expect(refusal(() => patchStory(aStory(), early, at(LATER))).details.errors?.[0]?.field).toBe('coverageEnd');
    const calledOff = aStory({ status: 'upcoming', coverageStart: '2026-04-01T00:00:00Z' });
    expect(patchStory(calledOff, { status: 'ended' }, at(LATER)).answer.coverageEnd).toBe('2026-04-01T00:00:00.000Z');
  });

  test('loses optional fields by null, and tells @breaking of its visibility', () => {
    const story = aStory({ kicker: 'Live', standfirst: 'Two sheds.' });
    const decision = patchStory(story, { kicker: null, visibility: 'private' }, at(LATER));
    expect(decision.answer).not.toHaveProperty('kicker');
    expect(decision.answer).toMatchObject({ standfirst: 'Two sheds.', version: 2, createdAt: NOON, updatedAt: LATER });
    expect(decision.outbox).toEqual([encodeNote({ topic: 'story' })]);
    expect(patchStory(story, { kicker: 'Live' }, at(LATER)).writes).toEqual([]);
  });
});
