import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A script that is sent by its digest and, where the server does not know it (any more), by its text. */
export interface LuaScript {
  readonly text: string;
  readonly sha1: string;
}

export interface LuaScripts {
  readonly commit: LuaScript;
  readonly read: LuaScript;
  readonly revisions: LuaScript;
  readonly dump: LuaScript;
  readonly restore: LuaScript;
  readonly renewEpoch: LuaScript;
  readonly unmarkOutbox: LuaScript;
  readonly fitness: LuaScript;
  readonly time: LuaScript;
  readonly board: LuaScript;
}

/** Reads the scripts that lie beside this file; the build puts them there in `dist` too. */
export async function loadLuaScripts(): Promise<LuaScripts> {
  const [commit, read, revisions, dump, restore, renewEpoch, unmarkOutbox, fitness, time, board] = await Promise.all([
    load('lives', 'commit'),
    load('read'),
    load('revisions'),
    load('dump'),
    load('lives', 'restore'),
    load('lives', 'renew_epoch'),
    load('unmark_outbox'),
    load('fitness'),
    load('time'),
    load('board'),
  ]);
  return { commit, read, revisions, dump, restore, renewEpoch, unmarkOutbox, fitness, time, board };
}

/** One script of several files, as Redis knows no imports. */
async function load(...names: readonly string[]): Promise<LuaScript> {
  const files = names.map((name) => readFile(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8'));
  const text = (await Promise.all(files)).join('');
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
