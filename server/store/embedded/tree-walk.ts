import { DamagedData } from './damaged-data.js';
import {
  type DataPages,
  kindOf,
  numberAt,
  PAGE_HEAD,
  PAGE_KINDS,
  pageNumberOf,
  type TreeHead,
  transactionOf,
} from './data-pages.js';

/** What is done with each entry of a tree. The buffers hold it during the call only. */
export type EntryVisit = (key: Buffer, value: Buffer, flags: number) => void;

/** A tree of the file, as one who looks at it must know it. */
export interface Tree {
  /** For messages. */
  readonly name: string;
  readonly head: TreeHead;
  readonly compare: (one: Buffer, other: Buffer) => number;
  /** No page of it is younger. */
  readonly transaction: number;
}

/** Levels of a tree: more than any that fits on a disk. */
const DEEPEST = 32;
/** Bytes before a node's key. */
const NODE_HEAD = 8;
/** The flag of a node whose value is in overflow pages, and the bytes that say in which. */
const BIG = 0x01;
const BIG_HEAD = 24;

/** A page as the one above describes it. */
interface Place {
  readonly page: number;
  readonly level: number;
  /** The keys in and below it stand from here on; `undefined` at the left end … */
  readonly from: Buffer | undefined;
  /** … to before here; `undefined` at the right end. */
  readonly to: Buffer | undefined;
  /** Who writes a page writes all pages above it anew: none is younger than the one that names it. */
  readonly transaction: number;
}

interface Node {
  readonly key: Buffer;
  readonly flags: number;
  /** Where the value stands in the page. */
  readonly valueAt: number;
  /** Length of the value, or in a branch the page that the node names. */
  readonly number: number;
}

type Counted = Pick<TreeHead, 'branchPages' | 'leafPages' | 'overflowPages' | 'entries'>;

/** Which pages of the file are spoken for. */
export interface PageRegister {
  /** Throws `DamagedData` when one of them is taken already, or is not there. */
  take(page: number, count: number): void;
}

/**
 * Goes through a tree of the file from its head to its last entry, and throws `DamagedData` at the first thing that
 * LMDB cannot have written: a page in a wrong place, of a wrong kind or too young, keys out of order or beyond the
 * bounds that the page above gives, nodes that overlap or leave a gap, counts that differ from the head's.
 */
export class TreeWalk {
  readonly #pages: DataPages;
  readonly #register: PageRegister;
  readonly #tree: Tree;
  readonly #visit: EntryVisit;
  /** The page under inspection on each level. */
  readonly #levels: Buffer[] = [];
  readonly #counted: { -readonly [Name in keyof Counted]: number };
  #big = Buffer.alloc(0);

  private constructor(pages: DataPages, register: PageRegister, tree: Tree, visit: EntryVisit) {
    this.#pages = pages;
    this.#register = register;
    this.#tree = tree;
    this.#visit = visit;
    this.#counted = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
  }

  static run(pages: DataPages, register: PageRegister, tree: Tree, visit: EntryVisit): void {
    new TreeWalk(pages, register, tree, visit).#run();
  }

  #run(): void {
    const { head, name, transaction } = this.#tree;
    if (head.depth > DEEPEST || (head.root === -1) !== (head.depth === 0)) {
      throw new DamagedData(`${name} has a head that cannot be`);
    }
    if (head.root !== -1) this.#page({ page: head.root, level: 1, from: undefined, to: undefined, transaction });
    for (const what of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (this.#counted[what] !== head[what]) {
        throw new DamagedData(`${name} has ${this.#counted[what]} ${what} and says ${head[what]}`);
      }
    }
  }

  #page(place: Place): void {
    this.#register.take(place.page, 1);
    const page = this.#buffer(place.level);
    this.#pages.read(place.page, 1, page);
    const isLeaf = place.level === this.#tree.head.depth;
    const transaction = transactionOf(page);
    const isExpected =
      pageNumberOf(page) === place.page && kindOf(page) === (isLeaf ? PAGE_KINDS.leaf : PAGE_KINDS.branch);
    if (!isExpected || transaction > place.transaction) {
      throw new DamagedData(`${this.#tree.name} has another page in the place of page ${place.page}`);
    }
    const nodes = this.#nodes(page, isLeaf, place);
    if (isLeaf) {
      this.#counted.leafPages += 1;
      this.#counted.entries += nodes.length;
      for (const node of nodes) this.#visit(node.key, this.#value(page, node), node.flags & ~BIG);
      return;
    }
    this.#counted.branchPages += 1;
    for (const [index, { key, number }] of nodes.entries()) {
      const from = index === 0 ? place.from : key;
      const to = index === nodes.length - 1 ? place.to : nodes[index + 1]?.key;
      this.#page({ page: number, level: place.level + 1, from, to, transaction });
    }
  }

  #nodes(page: Buffer, isLeaf: boolean, place: Place): readonly Node[] {
    const disorder = () => new DamagedData(`page ${place.page} of ${this.#tree.name} is not in order`);
    const room = page.length - PAGE_HEAD;
    // The list of nodes ends here; they themselves stand from there to the page's end.
    const listEnd = page.readUInt16LE(20);
    const nodesAt = page.readUInt16LE(22);
    if (listEnd % 2 !== 0 || listEnd < (isLeaf ? 2 : 4) || listEnd > nodesAt || nodesAt > room) throw disorder();

    const nodes: Node[] = [];
    let used = 0;
    let before: Buffer | undefined;
    for (let at = PAGE_HEAD; at < PAGE_HEAD + listEnd; at += 2) {
      const start = PAGE_HEAD + page.readUInt16LE(at);
      if (start < PAGE_HEAD + nodesAt || start % 2 !== 0 || start + NODE_HEAD > page.length) throw disorder();
      const flags = page.readUInt16LE(start + 4);
      const valueAt = start + NODE_HEAD + page.readUInt16LE(start + 6);
      const low = page.readUInt32LE(start);
      const end = valueAt + (isLeaf ? ((flags & BIG) === 0 ? low : BIG_HEAD) : 0);
      if (end > page.length) throw disorder();
      used += (end - start + 1) & ~1;
      const key = page.subarray(start + NODE_HEAD, valueAt);
      // The first key of a branch stands for all that is less; what is written there does not count.
      if (isLeaf || nodes.length > 0) {
        if (before !== undefined && this.#tree.compare(before, key) >= 0) throw disorder();
        if (place.from !== undefined && this.#tree.compare(place.from, key) > 0) throw disorder();
        if (place.to !== undefined && this.#tree.compare(key, place.to) >= 0) throw disorder();
        before = key;
      }
      nodes.push({ key, flags, valueAt, number: isLeaf ? low : flags * 0x1_0000_0000 + low });
    }
    if (used !== room - nodesAt) throw disorder();
    return nodes;
  }

  #value(page: Buffer, { flags, valueAt, number: length }: Node): Buffer {
    if ((flags & BIG) === 0) return page.subarray(valueAt, valueAt + length);
    const { name } = this.#tree;
    const first = numberAt(page, valueAt);
    const count = numberAt(page, valueAt + 16);
    const { pageSize } = this.#pages;
    // It may have more than it needs: a shorter value that one transaction wrote over a longer one.
    if (count < Math.ceil((PAGE_HEAD + length) / pageSize)) {
      throw new DamagedData(`${name} has a value that is longer than its pages`);
    }
    this.#register.take(first, count);
    this.#counted.overflowPages += count;
    if (this.#big.length < count * pageSize) this.#big = Buffer.alloc(count * pageSize);
    this.#pages.read(first, count, this.#big);
    const isExpected =
      pageNumberOf(this.#big) === first &&
      kindOf(this.#big) === PAGE_KINDS.overflow &&
      transactionOf(this.#big) === numberAt(page, valueAt + 8) &&
      this.#big.readUInt32LE(20) === count;
    if (!isExpected) throw new DamagedData(`${name} has another page in the place of page ${first}`);
    return this.#big.subarray(PAGE_HEAD, PAGE_HEAD + length);
  }

  #buffer(level: number): Buffer {
    const buffer = this.#levels[level] ?? Buffer.alloc(this.#pages.pageSize);
    this.#levels[level] = buffer;
    return buffer;
  }
}
