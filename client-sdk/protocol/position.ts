/**
 * Where a reader stands in one edition of one story.
 *
 * `seq` counts the edition's changes: 1, 2, 3 … without holes. `epoch` names the run of numbers that `seq`
 * belongs to. A store that lost or rewound its past starts a new epoch, so a position of the old one can no
 * longer be mistaken for a place in the new one: unless it is part of what the new one continues, the server answers
 * it with a reset.
 *
 * Worked example: a reader holds `{epoch: "a1", seq: 40}`. The store is restored from a copy that ended at 31
 * and moves on to 45 under epoch `b2`. Comparing numbers alone, the reader would resume at 41 and silently miss
 * the new 32–40. Comparing epochs, it is told to reset and receives a fresh snapshot at `{epoch: "b2", seq: 45}`.
 */
export interface Position {
  readonly epoch: string;
  /** A whole number ≥ 0; 0 is "before the first change". */
  readonly seq: number;
  /**
   * Said by a reader whose forms are not all of `seq`, but some of them newer or older: it holds a whole state only
   * once it reaches this number, which is greater than `seq`. In the middle of a run of net changes that is the end
   * of the run; with an older page that was newer than the reader, the position of the page.
   */
  readonly through?: number;
}

const POSITION_TEXT = /^([A-Za-z0-9_-]{1,64}):(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/;

/** `EPOCH:SEQ` or `EPOCH:SEQ-THROUGH`, the form used in URLs, ETags and SSE ids. */
export function formatPosition({ epoch, seq, through }: Position): string {
  return through === undefined ? `${epoch}:${seq}` : `${epoch}:${seq}-${through}`;
}

/** Reads what `formatPosition` gives; `undefined` when the text is not of that form or a number is past the safe integers. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION_TEXT.exec(text);
  if (match === null) return undefined;
  const [, epoch, digits, end] = match;
  const seq = Number(digits);
  if (epoch === undefined || !Number.isSafeInteger(seq)) return undefined;
  if (end === undefined) return { epoch, seq };
  const through = Number(end);
  return Number.isSafeInteger(through) && through > seq ? { epoch, seq, through } : undefined;
}
