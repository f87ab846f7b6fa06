import type { Position } from '@slugline/client/protocol';
import type { Head } from './story-store.js';

/**
 * The `seq` at which a position lies in the history that a head ends, or `undefined` where it is no part of it.
 *
 * A store that may have lost its newest commits (a Redis that was started again, say) numbers on from what is left,
 * under a new epoch, and remembers where the old one ended. Who stands there or before has lost nothing and goes on;
 * who stands beyond, or holds things `through` beyond, has changes that are no more, and by numbers alone would mistake
 * others for them.
 */
export function placeOf(
  held: Position,
  { position, continues = [] }: Pick<Head, 'position' | 'continues'>,
): number | undefined {
  const { epoch, seq, through = seq } = held;
  const run = [position, ...continues].find((known) => known.epoch === epoch);
  return run !== undefined && Math.max(seq, through) <= run.seq ? seq : undefined;
}
