import { keyValueToBuffer } from 'lmdb';
import { Failure } from '../../errors.js';
import { DamagedData } from './damaged-data.js';
import { DataInspection } from './data-inspection.js';
import { DataPages } from './data-pages.js';
import { FORMAT, STORE_TABLE, TABLE_NAMES } from './keys.js';
import { Seal } from './seal.js';

/** Format 1 had no seals, and a table of another name in the place of `STORE_TABLE`. */
const STORE_TABLE_OF_FORMAT_1 = 'meta';

/**
 * Sees to it that a data file is whole, to its last record, before LMDB opens it. Costs one reading of the file.
 * Answers the last transaction that it has. Throws `DamagedData`, a `Failure` for data of another format, or what
 * the system says of a file that cannot be read and written.
 *
 * @param last the last transaction that counted, where something beside the file tells it.
 */
export function requireSoundData(path: string, last: number | undefined): number {
  const pages = DataPages.open(path);
  if (pages === undefined) {
    if (last !== undefined && last > 0) throw new DamagedData('the file is empty');
    return 0;
  }
  try {
    const inspection = new DataInspection(pages, last);
    inspect(inspection);
    return inspection.transaction;
  } finally {
    pages.close();
  }
}

function inspect(inspection: DataInspection): void {
  const tables = inspection.tables();
  if (tables.has(STORE_TABLE_OF_FORMAT_1)) throw anotherFormat(1);
  const store = tables.get(STORE_TABLE);
  if (store !== undefined) {
    const seal = new Seal(STORE_TABLE);
    const formatKey = keyValueToBuffer('format');
    inspection.records(STORE_TABLE, store, (key, record) => {
      const row = seal.open(key, record);
      if (formatKey.equals(key) && row !== FORMAT) throw anotherFormat(row);
    });
  }
  for (const [name, head] of tables) {
    if (name === STORE_TABLE) continue;
    if (!TABLE_NAMES.includes(name)) throw new DamagedData('it has a table of an unknown name');
    // That table is made last: without it a crash came before there was anything to keep.
    if (store === undefined && head.entries > 0) throw new DamagedData(`the table ${STORE_TABLE} is missing`);
    const seal = new Seal(name);
    inspection.records(name, head, (key, record) => seal.check(key, record));
  }
  const missing = TABLE_NAMES.find((name) => !tables.has(name));
  if (store !== undefined && missing !== undefined) throw new DamagedData(`the table ${missing} is missing`);
  inspection.freePages();
}

function anotherFormat(format: unknown): Failure {
  return new Failure(
    'store_unavailable',
    `The data is of format ${format}, and this version of Slugline reads ${FORMAT}: \`slugline export\` it with the ` +
      'version that wrote it, and `slugline import` it into a new directory.',
  );
}
