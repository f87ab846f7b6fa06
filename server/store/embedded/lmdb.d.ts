import type { Key } from 'lmdb';

declare module 'lmdb' {
  /** The bytes that a key has in the file. lmdb exports it and leaves it out of its types. */
  export function keyValueToBuffer(key: Key): Buffer;
}
