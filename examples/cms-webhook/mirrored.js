import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Which entry mirrors which update of the CMS, and in which revision: kept in a file, so that a restart knows it.
 *
 * @param {string} path
 */
export async function openMirrored(path) {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const mirrored = new Map(JSON.parse(text));
  return {
    /** @returns {{entryId: string, revision: number} | undefined} */
    get: (updateId) => mirrored.get(updateId),
    /** Another file takes the place of the old one as a whole: a crash leaves one of both. */
    async set(updateId, known) {
      mirrored.set(updateId, known);
      await writeFile(`${path}.new`, JSON.stringify([...mirrored]));
      await rename(`${path}.new`, path);
    },
  };
}
