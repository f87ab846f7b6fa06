import { expect, it } from 'vitest';
import { SlowReaders } from '../../server/live/slow-readers.js';
import { createMetrics } from '../../server/metrics.js';

it('waits for a thousand readers at a time, and ends with who has been waited for longest', async () => {
  const cut: number[] = [];
  const links = {
    name: 'socket',
    backlog: () => 100_000,
    cutOff: (member: number) => {
      cut.push(member);
      slow.forget(member);
    },
  } as const;
  const metrics = createMetrics();
  const slow: SlowReaders<number> = new SlowReaders(links, { bytes: 65_536, ms: 600_000 }, metrics);
  const waits = Array.from({ length: 1_003 }, (_, member) => slow.room(member));
  await Promise.all(waits.slice(0, 3));
  expect(cut).toEqual([0, 1, 2]);
  for (let member = 3; member < waits.length; member += 1) slow.forget(member);
  await Promise.all(waits);
  expect(cut).toHaveLength(3);
  expect((await metrics.slowReaders.get()).values).toMatchObject([
    { labels: { door: 'socket', outcome: 'closed' }, value: 3 },
  ]);
});
