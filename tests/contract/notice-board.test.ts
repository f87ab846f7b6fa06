import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { memoryBoard } from '../../server/store/memory-board.js';
import type { NoticeBoard } from '../../server/store/notice-board.js';
import { openRedisStore } from '../../server/store/redis/redis-store.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';

/** Long enough for a note to be read on a busy machine. */
const LONG = 60_000;

describe('a board of notices', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  async function onRedis(): Promise<NoticeBoard> {
    const store = await openRedisStore({ url: redis.url });
    onTestFinished(() => store.close());
    return store.board;
  }

  it.each([
    ['in memory', async () => memoryBoard()],
    ['on Redis', onRedis],
  ])('%s shows the newest note of an instance until it runs out, each topic by itself', async (_where, open) => {
    const board = await open();
    await board.put('one', 'the first', LONG);
    await board.put('one', 'the second {"with": "spaces\nand lines"}', LONG);
    await board.put('other', 'elsewhere', LONG);
    expect([...(await board.read('one'))]).toEqual([[board.instance, 'the second {"with": "spaces\nand lines"}']]);
    expect([...(await board.read('nothing'))]).toEqual([]);
    await board.put('one', 'a moment', 1);
    await expect.poll(async () => (await board.read('one')).size, { message: 'the note to run out' }).toBe(0);
    expect((await board.read('other')).size).toBe(1);
  });

  it('on Redis shows the notes of all instances, and drops those of the ones that are gone', async () => {
    const [one, other] = [await onRedis(), await onRedis()];
    expect(one.instance).not.toBe(other.instance);
    await one.put('shared', 'of one', LONG);
    await other.put('shared', 'of other', LONG);
    const notes = { [one.instance]: 'of one', [other.instance]: 'of other' };
    expect(Object.fromEntries(await one.read('shared'))).toEqual(notes);
    expect(Object.fromEntries(await other.read('shared'))).toEqual(notes);
    // Nobody reads, and instances come and go: what they left does not gather.
    for (let gone = 1; gone <= 60; gone += 1) await redis.command('HSET', 'sl:board:shared', `gone-${gone}`, '1 left');
    await one.put('shared', 'of one again', LONG);
    expect(await redis.command('HLEN', 'sl:board:shared')).toBe(2);
    expect(Object.fromEntries(await other.read('shared'))).toEqual({ ...notes, [one.instance]: 'of one again' });
  });

  it('on Redis leaves nothing behind when its last note has run out', async () => {
    const board = await onRedis();
    await board.put('passing', 'a note', 20);
    await expect.poll(() => redis.command('EXISTS', 'sl:board:passing'), { message: 'the key to go' }).toBe(0);
  });
});
