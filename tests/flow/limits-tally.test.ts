import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { AddressTally } from '../../server/limits/address-tally.js';
import type { RateLimiter } from '../../server/limits/rate-limiter.js';
import { createLogger } from '../../server/logger.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function tally(most: number, shared?: RateLimiter): AddressTally {
  const counting = new AddressTally({ most, shared, logger: createLogger('silent') });
  onTestFinished(() => counting.close());
  return counting;
}

/** What all instances have counted together; `isAway` makes it reject. */
function sharedCount() {
  const told: number[] = [];
  const shared = {
    told,
    isAway: false,
    taken: 0,
    async take(_address: string, points = 1, windowMs = 0) {
      if (shared.isAway) throw new Error('away');
      told.push(points);
      shared.taken += points;
      return { taken: shared.taken, msLeft: windowMs };
    },
  };
  return shared;
}

it('holds no more addresses than it may: of a flood the oldest are forgotten first', () => {
  const counting = tally(2);
  const takenBy = (address: string) => counting.take(address).taken;
  takenBy('first');
  takenBy('first');
  for (let stranger = 0; stranger < 99_999; stranger += 1) takenBy(`10.${stranger}`);
  expect(takenBy('first')).toBe(3);
  takenBy('one more');
  expect(takenBy('10.99998')).toBe(2);
  expect(takenBy('first'), 'the first one begins anew').toBe(1);
});

it('tells the others once a second, and only of those who took a tenth of the limit', async () => {
  const shared = sharedCount();
  const counting = tally(100, shared);
  for (let point = 0; point < 9; point += 1) counting.take('reader');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shared.told).toEqual([]);
  for (let point = 0; point < 30; point += 1) counting.take('reader');
  expect(shared.told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shared.told).toEqual([39]);
  shared.taken = 99;
  for (let point = 0; point < 10; point += 1) counting.take('reader');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(counting.take('reader').taken, 'what others took counts here').toBeGreaterThan(100);
});

it('loses no point while the others cannot be told, and tells them later', async () => {
  const shared = sharedCount();
  shared.isAway = true;
  const counting = tally(20, shared);
  for (let point = 0; point < 12; point += 1) counting.take('reader');
  await vi.advanceTimersByTimeAsync(3_000);
  for (let point = 0; point < 8; point += 1) counting.take('reader');
  expect(counting.take('reader').taken).toBe(21);
  shared.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shared.told).toEqual([20]);
});

it('ends a window after a minute, though the others were told of it late', async () => {
  const shared = sharedCount();
  const counting = tally(10, shared);
  counting.take('reader');
  await vi.advanceTimersByTimeAsync(40_000);
  for (let point = 0; point < 9; point += 1) counting.take('reader');
  await vi.advanceTimersByTimeAsync(5_000);
  const { taken, msLeft } = counting.take('reader');
  expect([taken, Math.round(msLeft / 1_000)]).toEqual([11, 15]);
  await vi.advanceTimersByTimeAsync(15_001);
  expect(counting.take('reader').taken).toBe(1);
});
