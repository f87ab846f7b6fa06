/** What a disk, a copy that broke off or a stray write can do to a file. */
export interface Damage {
  /** For messages: enough to do it again to the same file. */
  readonly what: string;
  readonly content: Buffer;
}

type Random = () => number;
type Kind = (content: Buffer, random: Random) => Damage;

const PAGE = 4_096;
const SECTOR = 512;
/** Bytes from a meta page's beginning in which anything stands, and those of any page where its structure stands. */
const META_BYTES = 168;
const HEAD_BYTES = 160;

/** Each with how often it is chosen, of a hundred: the places on which most depends more often than chance would. */
const KINDS: readonly (readonly [share: number, kind: Kind])[] = [
  [40, (content, random) => flipped(content, upTo(random, content.length), random)],
  [15, (content, random) => flipped(content, upTo(random, 2) * PAGE + upTo(random, META_BYTES), random)],
  [
    15,
    (content, random) =>
      flipped(content, upTo(random, content.length / PAGE) * PAGE + upTo(random, HEAD_BYTES), random),
  ],
  [5, wiped],
  [5, misplaced],
  [20, cutShort],
];

/** Does one of them to a copy. */
export function damage(content: Buffer, random: Random): Damage {
  let chosen = random() * 100;
  for (const [share, kind] of KINDS) {
    chosen -= share;
    if (chosen < 0) return kind(content, random);
  }
  return cutShort(content, random);
}

/** One bit is another. */
function flipped(content: Buffer, at: number, random: Random): Damage {
  const copy = Buffer.from(content);
  const bit = upTo(random, 8);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return { what: `bit ${bit} of byte ${at % PAGE} of page ${Math.floor(at / PAGE)}`, content: copy };
}

/** A sector reads as zeros. */
function wiped(content: Buffer, random: Random): Damage {
  const sector = upTo(random, content.length / SECTOR);
  const copy = Buffer.from(content);
  copy.fill(0, sector * SECTOR, (sector + 1) * SECTOR);
  return { what: `sector ${sector} wiped`, content: copy };
}

/** A page was written in the place of another. */
function misplaced(content: Buffer, random: Random): Damage {
  const from = upTo(random, content.length / PAGE);
  const onto = upTo(random, content.length / PAGE);
  const copy = Buffer.from(content);
  content.copy(copy, onto * PAGE, from * PAGE, (from + 1) * PAGE);
  return { what: `page ${from} in the place of page ${onto}`, content: copy };
}

/** The end is missing: often little of it, sometimes all. */
function cutShort(content: Buffer, random: Random): Damage {
  const missing = random() < 0.5 ? upTo(random, 4 * PAGE) + 1 : upTo(random, content.length + 1);
  const length = Math.max(0, content.length - missing);
  return { what: `cut to ${length} bytes`, content: Buffer.from(content.subarray(0, length)) };
}

function upTo(random: Random, most: number): number {
  return Math.floor(random() * Math.floor(most));
}
