import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentChanges } from '../../server/live/recent-changes.js';
import type { ChangedObject } from '../../server/store/change-text.js';

/** What may happen to a feed's ring: the stream goes on, or a read that reached back arrives, perhaps late. */
type Step =
  | { readonly kind: 'add'; readonly object: number }
  | { readonly kind: 'extend'; readonly back: number; readonly late: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), object: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('extend' as const), back: fc.nat(40), late: fc.nat(4) }) },
);

const changeOf = (object: number, seq: number, form = `"${object}@${seq}"`): ChangedObject => ({
  objectId: `o${object}`,
  seq,
  kind: 'entry.updated',
  at: '2026-03-01T09:00:00.000Z',
  form,
});

/** Net changes of a whole stream in `(from, to]`, as a store answers them. */
function netOf(stream: readonly ChangedObject[], from: number, to: number): ChangedObject[] {
  const newest = new Map(stream.filter(({ seq }) => seq <= to).map((change) => [change.objectId, change]));
  return [...newest.values()].filter(({ seq }) => seq > from).sort((a, b) => a.seq - b.seq);
}

describe('recent changes', () => {
  it('answer what the store would, or not at all, whatever was evicted and read back', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.integer({ min: 1, max: 6 }),
        fc.array(step, { maxLength: 80 }),
        (before, most, steps) => {
          const stream = Array.from({ length: before }, (_, index) => changeOf(index % 4, index + 1));
          const ring = new RecentChanges(stream.length, most);
          for (const happened of steps) {
            const head = stream.length;
            if (happened.kind === 'add') {
              const change = changeOf(happened.object, head + 1);
              stream.push(change);
              ring.add(change);
            } else {
              const to = Math.max(0, head - happened.late);
              const from = Math.max(0, to - happened.back);
              ring.extend(from, to, netOf(stream, from, to));
            }
            for (let since = 0; since <= stream.length; since += 1) {
              const answer = ring.since(since);
              if (answer !== undefined) expect(answer).toEqual(netOf(stream, since, stream.length));
            }
            expect(ring.since(stream.length)).toEqual([]);
            expect(ring.since(0)?.length ?? 0).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  it('reach back as far as they were read, as long as that is within their bounds', () => {
    const ring = new RecentChanges(10, 5);
    expect(ring.since(9)).toBeUndefined();
    ring.extend(6, 10, [changeOf(1, 8), changeOf(2, 10)]);
    expect(ring.since(6)?.map(({ seq }) => seq)).toEqual([8, 10]);
    expect(ring.since(5)).toBeUndefined();
  });

  it('hold a bounded amount of text', () => {
    const ring = new RecentChanges(0, 500);
    const form = JSON.stringify('x'.repeat(128 * 1024));
    for (let seq = 1; seq <= 100; seq += 1) ring.add(changeOf(seq, seq, form));
    const reach = Array.from({ length: 101 }, (_, seq) => seq).find((seq) => ring.since(seq) !== undefined) ?? 0;
    const held = (ring.since(reach) ?? []).reduce((text, object) => text + object.form.length, 0);
    expect(held).toBeGreaterThan(3 * 1024 * 1024);
    expect(held).toBeLessThanOrEqual(4 * 1024 * 1024);
    ring.add(changeOf(100, 101, '"short"'));
    expect(ring.since(100)?.map(({ form: text }) => text)).toEqual(['"short"']);
  });
});
