import { DamagedData } from './damaged-data.js';
import {
  type DataPages,
  type MetaPage,
  numberAt,
  pageNumberOf,
  TREE_HEAD,
  type TreeHead,
  transactionOf,
  treeHeadAt,
} from './data-pages.js';
import { type EntryVisit, type PageRegister, TreeWalk } from './tree-walk.js';

/** What a table's record must be. Throws `DamagedData`. The buffers hold it during the call only. */
type RecordCheck = (key: Buffer, record: Buffer) => void;

/** The flag of a node that holds the head of a table. */
const IS_TABLE = 0x02;
/**
 * The flags of the list of free pages: that its keys are numbers (0x08), and in the same place, of the environment,
 * that it is a file and not a directory (0x4000).
 */
const FREE_FLAGS = 0x4008;
/** Pages that one transaction may have taken at the end of the file and given back before they were written: 1 GiB. */
const UNWRITTEN = 1 << 18;

/**
 * Goes through the whole file before LMDB is let near it: each page in use is where the one above says, of the kind,
 * age, order and number that it says, used once and not free; and each record passes a check of the caller's. So a
 * bit that is another than LMDB wrote is found wherever it stands in what can ever be read, and one that stands in
 * a page that nobody uses does no harm. Every method throws `DamagedData`.
 */
export class DataInspection {
  readonly #pages: DataPages;
  readonly #meta: MetaPage;
  readonly #register: PageRegister;

  /** @param last the last transaction that counted, where something beside the file tells it. */
  constructor(pages: DataPages, last: number | undefined) {
    this.#pages = pages;
    pages.readAhead();
    this.#meta = newestMeta(pages, last);
    if (this.#meta.lastPage >= pages.count + UNWRITTEN) {
      throw new DamagedData(`the file ends long before page ${this.#meta.lastPage}`);
    }
    this.#register = registerOf(this.#meta.lastPage + 1);
    this.#register.take(0, 2);
  }

  /** The last transaction that the file has. */
  get transaction(): number {
    return this.#meta.transaction;
  }

  /** The tables by name. */
  tables(): ReadonlyMap<string, TreeHead> {
    const heads = new Map<string, TreeHead>();
    this.#walk('the list of tables', this.#meta.main, 0, (key, value, flags) => {
      // The name is stored with the 0 that ends it.
      if (flags !== IS_TABLE || value.length !== TREE_HEAD || key.at(-1) !== 0) {
        throw new DamagedData('the list of tables has an entry that is none');
      }
      heads.set(key.toString('latin1', 0, key.length - 1), treeHeadAt(value, 0));
    });
    return heads;
  }

  records(table: string, head: TreeHead, check: RecordCheck): void {
    this.#walk(`the table ${table}`, head, 0, (key, value, flags) => {
      if (flags !== 0) throw new DamagedData(`the table ${table} has a record of an unknown kind`);
      check(key, value);
    });
  }

  /** To be asked when all tables were gone through: a page of theirs that counts as free would be written over. */
  freePages(): void {
    this.#walk('the list of free pages', this.#meta.free, FREE_FLAGS, (key, list) => {
      const length = list.length < 8 ? -1 : numberAt(list, 0);
      if (key.length !== 8 || length < 0 || length * 8 + 8 > list.length) {
        throw new DamagedData('the list of free pages has an entry that is none');
      }
      for (let index = 1; index <= length; index += 1) {
        const number = list.readBigInt64LE(index * 8);
        if (number === 0n) continue; // an empty place
        if (number > 0n) {
          this.#register.take(numberAt(list, index * 8), 1);
          continue;
        }
        // So many pages in a row, from the number on that comes next.
        index += 1;
        if (index > length) throw new DamagedData('the list of free pages breaks off');
        this.#register.take(numberAt(list, index * 8), Number(-number));
      }
    });
  }

  #walk(name: string, head: TreeHead, flags: number, visit: EntryVisit): void {
    if (head.flags !== flags) throw new DamagedData(`${name} has a head that cannot be`);
    const compare = flags === FREE_FLAGS ? byNumber : Buffer.compare;
    TreeWalk.run(this.#pages, this.#register, { name, head, compare, transaction: this.#meta.transaction }, visit);
  }
}

/**
 * The state that LMDB will take: the later transaction's. Both meta pages are held against the trees that begin
 * with them, which bear their transaction's number as well: else one wrong bit in that number could make the state
 * before the last commit the newest, whole in itself and without what was acknowledged since.
 *
 * The former page may belong to nothing: LMDB leaves it so where it could not write the page to its end. What tells
 * this from a wrong bit is that no later transaction counted.
 */
function newestMeta(pages: DataPages, last: number | undefined): MetaPage {
  const metas = [pages.meta(0), pages.meta(1)] as const;
  const later = metas[0].transaction >= metas[1].transaction ? 0 : 1;
  const [newest, former] = later === 0 ? metas : [metas[1], metas[0]];
  // LMDB looks at both for these, whichever is the newer.
  if (former.free.flags !== newest.free.flags) throw new DamagedData('the meta pages are of two environments');
  if (newest.transaction % 2 !== later || former.transaction !== Math.max(0, newest.transaction - 1)) {
    throw new DamagedData('the meta pages do not follow one another');
  }
  requireOwnTree(pages, newest);
  if (last !== newest.transaction) requireOwnTree(pages, former);
  return newest;
}

function requireOwnTree(pages: DataPages, { main, transaction }: MetaPage): void {
  if (main.root === -1 && transaction === 0) return; // from before the first transaction
  if (main.root === -1) throw new DamagedData('a meta page begins nothing');
  const page = Buffer.alloc(pages.pageSize);
  pages.read(main.root, 1, page);
  if (pageNumberOf(page) !== main.root || transactionOf(page) !== transaction) {
    throw new DamagedData('a meta page is not of the state that it begins');
  }
}

function registerOf(pages: number): PageRegister {
  const taken = new Uint8Array(pages);
  return {
    take(page, count) {
      if (page + count > pages) throw new DamagedData(`page ${page + count - 1} is behind the last`);
      for (let each = page; each < page + count; each += 1) {
        if (taken[each] === 1) throw new DamagedData(`page ${each} is in use twice`);
        taken[each] = 1;
      }
    },
  };
}

function byNumber(one: Buffer, other: Buffer): number {
  if (one.length !== 8 || other.length !== 8) return 0;
  return numberAt(one, 0) - numberAt(other, 0);
}
