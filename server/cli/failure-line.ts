import { CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import { Interrupted } from './interruption.js';

/** A command that cannot be carried out, told in one line that says what to do. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** A command line that makes no sense. */
export class UsageError extends CommandError {}

/** 2 for a mistake in the command line or the settings, 1 for everything that went wrong later. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  // Asking for help or the version arrives here too, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

/** What to print of an error; `undefined` where everything has been said already. */
export function failureLine(error: unknown, debug: boolean): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (!(error instanceof Error)) return `slugline: ${String(error)}`;
  if (debug) return `slugline: ${error.stack ?? error.message}${causeOf(error)}`;
  return `slugline: ${oneLine(error.message)}`;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `\ncaused by: ${error.cause.stack ?? error.cause.message}` : '';
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
