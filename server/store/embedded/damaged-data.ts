/** The data is not what was written. The message says what is wrong, in words that follow "damaged:". */
export class DamagedData extends Error {
  override readonly name = 'DamagedData';
}
