import type { DeskEntry } from '@slugline/client/protocol';
import type { Command } from './command.js';

/** In a command's path, and as its `entryId`: the entry that the command makes which it comes `after`. */
export const MADE = ':made';

/**
 * A command as it is sent once the server has answered the one that it comes after: upon the entry as that left it, so that
 * what a colleague does in between is not taken for seen.
 */
export function uponAnswer(command: Command, answer: unknown): Command {
  const { entry }: { readonly entry?: DeskEntry } = Object(answer);
  if (entry === undefined) return command;
  const { id, version } = entry;
  return { ...command, path: command.path.replace(MADE, id), entryId: id, ifMatch: version, base: entry };
}
