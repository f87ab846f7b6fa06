declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on an open file; false when someone else holds it. Closing the file lets go of it. */
  export function tryLock(fd: number): boolean;
}
