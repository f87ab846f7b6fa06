/**
 * Where a reader stands in one edition of one story.
 *
 * `seq` counts the edition's changes: 1, 2, 3 … without holes. `epoch` names the run of numbers that `seq`
 * belongs to. A store that lost or rewound its past starts a new epoch, so a position of the old one can no
 * longer be mistaken for a place in the new one: the server answers it with a reset.
 *
 * Worked example: a reader holds `{epoch: "a1", seq: 40}`. The store is restored from a copy that ended at 31
 * and moves on to 45 under epoch `b2`. Comparing numbers alone, the reader would resume at 41 and silently miss
 * the new 32–40. Comparing epochs, it is told to reset and receives a fresh snapshot at `{epoch: "b2", seq: 45}`.
 */
export interface Position {
  readonly epoch: string;
  /** A whole number ≥ 0; 0 is "before the first change". */
  readonly seq: number;
}

const POSITION_TEXT = /^([A-Za-z0-9_-]{1,64}):(0|[1-9][0-9]{0,15})$/;

/** `EPOCH:SEQ`, the form used in URLs, ETags and SSE ids. */
export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.seq}`;
}

/** Reads `EPOCH:SEQ`; `undefined` when the text is not of that form or `seq` is past the safe integers. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION_TEXT.exec(text);
  if (match === null) return undefined;
  const [, epoch, digits] = match;
  const seq = Number(digits);
  if (epoch === undefined || !Number.isSafeInteger(seq)) return undefined;
  return { epoch, seq };
}
