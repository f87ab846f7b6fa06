const { url } = import.meta;

/** Address of the server, without a slash at the end: this file is at `/console/assets/` of it, wherever it is mounted. */
export const home = new URL('../..', url).href.replace(/\/$/, '');
