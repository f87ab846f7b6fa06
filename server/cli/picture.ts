import type { Command } from 'commander';
import { z } from 'zod';
import { isDigest } from '../pictures/picture-names.js';
import { type ApiFlags, addApiOptions } from './api-options.js';
import { atServer } from './at-server.js';
import { UsageError } from './failure-line.js';

export function addPictureCommand(program: Command): void {
  const picture = program
    .command('picture')
    .summary('remove pictures for good')
    .description('Pictures that the desk uploaded. It needs the key of an editor.')
    .addHelpText(
      'after',
      `
What is removed is off the disk in all its sizes, and its address answers that it is gone. The same picture is not taken
in again. Entries that show it stay as they are: edit them, or their readers see its description in an empty place.
Caches may have it for another hour, and nobody can take it back from those who saved it.

Examples:
  $ export SLUGLINE_KEY=sl_…                                  a key of an editor
  $ slugline picture remove https://live.example.org/pictures/Yt0qLw…/original.jpg`,
    );

  addApiOptions(
    picture
      .command('remove')
      .description('Removes pictures for good. It cannot be undone; a second time changes nothing.')
      .argument('<addresses...>', 'where they are, in whichever size: …/pictures/…/800.webp'),
  ).action((addresses: readonly string[], flags: ApiFlags) => {
    // All of them before the first one is removed.
    const digests = addresses.map(digestIn);
    return atServer(flags, async (api) => {
      for (const [at, digest] of digests.entries()) {
        await api.send({ method: 'DELETE', path: `/v1/pictures/${digest}` }, z.undefined());
        console.log(`removed ${addresses[at]}`);
      }
    });
  });
}

/** Whatever stands before it: readers may reach the server by another address than whoever removes a picture. */
function digestIn(address: string): string {
  const digest = /\/pictures\/([^/]+)\/[^/]+$/.exec(address)?.[1] ?? '';
  if (isDigest(digest)) return digest;
  throw new UsageError(`${address} is no address of a picture that was uploaded: those are …/pictures/…/original.jpg.`);
}
