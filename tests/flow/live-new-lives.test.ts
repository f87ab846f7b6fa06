import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../client-sdk/protocol/index.js';
import { commitOf, entryWrite, eventually, headerWrite, present, publishing } from '../contract/store-harness.js';
import { openStream } from '../helpers/event-stream.js';
import { doorsForTest, feedsForTest, listenTo, openFeed } from '../helpers/live-parts.js';
import { ModelStore, modelBase } from '../helpers/model-store.js';
import { unreliable } from '../helpers/unreliable-store.js';

const STORY = 'harbour-fire';
/** More than a feed begins with, so that who asks for all of them causes a read. */
const ENTRIES = 60;

/** A store that can be started again, and a story with one entry more than a feed begins with. */
async function storeWithLives() {
  const base = modelBase(() => randomUUID());
  const control = unreliable(new ModelStore(base));
  const { store } = control;
  const header = JSON.stringify({ slug: STORY, visibility: 'public', version: 1 });
  await store.commit(commitOf(STORY, [headerWrite('public', 1, header)]));
  const ids = Array.from({ length: ENTRIES }, (_, index) => `e${index}`);
  for (const some of [ids.slice(0, 30), ids.slice(30)]) {
    await store.commit(
      commitOf(
        STORY,
        some.map((id) => entryWrite('public', id)),
      ),
    );
  }
  const publish = async (id: string): Promise<Position> => (await store.commit(publishing(STORY, id))).positions.public;
  /** Publishes what no instance is told of. */
  const publishUnheard = async (...entries: readonly string[]): Promise<Position> => {
    const { fate } = control;
    control.fate = () => {};
    const positions: Position[] = [];
    for (const id of entries) positions.push(await publish(id));
    control.fate = fate;
    return present(positions.at(-1), 'a position');
  };
  /** The look that a feed takes soon after it began: from then on it knows only what it is told. */
  const firstLook = () => eventually('the first look at the head', () => control.reads.head > 0);
  return { base, control, publish, publishUnheard, firstLook };
}

/** A feed that gave out a page which it had not heard of, and a store that went back behind that page. */
async function goneBackBehindPage() {
  const { base, control, publishUnheard, firstLook } = await storeWithLives();
  const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
  const heard = listenTo(feed);
  await firstLook();
  const before = await publishUnheard('a');
  const older = base.data.copy();
  const given = await publishUnheard('b');
  expect((await feed.catchUp(undefined, ENTRIES)).position).toEqual(given);
  base.data = older;
  return { base, control, feed, heard, before, given };
}

describe('when the store begins a new epoch that continues the old one', () => {
  it('a stream that was begun ahead of its instance goes on in it, with nothing left out', async () => {
    const { base, control, publish, publishUnheard, firstLook } = await storeWithLives();
    const url = await doorsForTest(control.store);
    const early = await openStream(`${url}/v1/stories/${STORY}/stream`);
    await early.received(1);
    await firstLook();
    const { epoch, seq } = await publishUnheard('a', 'b');
    const late = await openStream(`${url}/v1/stories/${STORY}/stream?limit=${ENTRIES}`);
    await late.received(1);
    expect(late.events[0]).toMatchObject({ id: `${epoch}:${seq}`, event: 'reset' });

    base.data.life += 1;
    const next = await publish('c');
    expect(next.epoch).not.toBe(epoch);
    await late.received(2);
    await publish('d');
    await late.received(3);
    expect(late.events.slice(1)).toMatchObject([
      { id: `${next.epoch}:${seq + 1}`, event: 'change', data: { seq: seq + 1, afterEpoch: epoch } },
      { id: `${next.epoch}:${seq + 2}`, event: 'change', data: { seq: seq + 2 } },
    ]);
    // Seq 61 is where it began; the first of what it had not heard of leads it into the new epoch.
    await early.received(5);
    expect(early.events.slice(1).map(({ id }) => id.split(':')[1]?.split('-')[0])).toEqual(['62', '63', '64', '65']);
  });

  it('a page of an epoch that is over by the time it could be given is read again', async () => {
    const { base, control, publishUnheard, firstLook } = await storeWithLives();
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    await firstLook();
    base.data.life += 1;
    await publishUnheard('a');
    let next: Position | undefined;
    control.pageArrives = async () => {
      if (next !== undefined) return;
      base.data.life += 1;
      next = await publishUnheard('b');
    };
    const answer = await feed.catchUp(undefined, ENTRIES);
    expect(answer.position).toEqual(next);
    expect(feed.position.epoch).toBe(next?.epoch);
  });

  it('all start afresh where a second one follows and nobody was told of the first but who came since', async () => {
    const { base, control, publish, firstLook } = await storeWithLives();
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    const heard = listenTo(feed);
    await firstLook();
    const begun = feed.position;
    /** A commit of the desk's alone, which leads the public edition into the epoch and changes nothing in it. */
    const turn = async (id: string): Promise<void> => {
      base.data.life += 1;
      await control.store.commit(commitOf(STORY, [entryWrite('desk', id)]));
      await feed.catchUp({ epoch: 'nowhere', seq: 1 }, 30);
    };
    await turn('a');
    const between = feed.position;
    expect(between.epoch).not.toBe(begun.epoch);
    expect(await feed.catchUp(begun, 30)).toMatchObject({ reset: false, position: between });
    await turn('b');
    expect(heard.resets).toEqual([feed.position]);
    const next = await publish('c');
    await eventually('the change that follows', () => heard.changes.length > 0);
    expect(heard.changes[0]).toMatchObject({ ...next, after: next.seq - 1 });
    expect(heard.changes[0]).not.toHaveProperty('afterEpoch');
  });

  it('a reader who is ahead of the feed is answered with what is beyond it, and not sent back', async () => {
    const { base, control, publish, publishUnheard, firstLook } = await storeWithLives();
    const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
    await firstLook();
    const held = await publishUnheard('a', 'b');
    base.data.life += 1;
    const next = await publish('c');
    // For the tenth of a second until its next read the feed is in the new epoch, and where it was in the old one.
    await eventually('the feed to be in the new epoch', () => feed.position.epoch === next.epoch);
    const answer = await feed.catchUp(held, 30);
    expect(answer).toMatchObject({ reset: false, position: next });
    expect(answer.objects.map(({ objectId }) => objectId)).toEqual(['c']);
  });
});

it('a store that went back behind a page that was given out gets a new epoch, though the feed never came so far', async () => {
  const { feed, heard, before, given } = await goneBackBehindPage();
  // Who comes from nowhere makes the feed look at the store.
  const answer = await feed.catchUp({ epoch: 'nowhere', seq: 1 }, 30);
  expect(answer).toMatchObject({ reset: true, position: { seq: before.seq } });
  expect(answer.position.epoch).not.toBe(given.epoch);
  expect(heard.resets).toEqual([answer.position]);
  expect(await feed.catchUp(given, 30)).toMatchObject({ reset: true });
});

it('so does one that went back while that page was on its way to a feed which was in the epoch before', async () => {
  const { base, control, publishUnheard, firstLook } = await storeWithLives();
  const feed = await openFeed(feedsForTest(control.store, { headCheckMs: 60_000 }).feeds, STORY);
  const heard = listenTo(feed);
  await firstLook();
  base.data.life += 1;
  const before = await publishUnheard('a');
  const older = base.data.copy();
  const given = await publishUnheard('b');
  expect(given.epoch).not.toBe(feed.position.epoch);
  control.pageArrives = async () => {
    base.data = older;
  };
  expect((await feed.catchUp(undefined, ENTRIES)).position).toEqual(given);
  const answer = await feed.catchUp({ epoch: 'nowhere', seq: 1 }, 30);
  expect(answer).toMatchObject({ reset: true, position: { seq: before.seq } });
  expect(answer.position.epoch).not.toBe(given.epoch);
  expect(heard.resets.at(-1)).toEqual(answer.position);
});

it('an epoch that ended before what was given out of it is no history of those who hold that, though nothing follows', async () => {
  const { base, control, feed, heard, before, given } = await goneBackBehindPage();
  base.data.life += 1;
  // By another instance, which had come as far as that.
  await control.store.renewEpoch(STORY, given.epoch);
  const answer = await feed.catchUp({ epoch: 'nowhere', seq: 1 }, 30);
  expect(answer).toMatchObject({ reset: true, position: { seq: before.seq } });
  expect(heard.resets).toEqual([answer.position]);
});
