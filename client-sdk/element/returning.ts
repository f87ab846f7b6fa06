/** Where a browser keeps what its reader saw of stories. */
export const VISITS = 'slugline:visits';

/** Whether the reader may have been here before. */
export function mayReturn(): boolean {
  try {
    return localStorage.getItem(VISITS) !== null;
  } catch {
    // Storage is forbidden here: every visit is the first.
    return false;
  }
}
