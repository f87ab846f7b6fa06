import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file as the checks see it: its path from the root with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Names at the top of the repository, without what `.gitignore` keeps out. */
export function topLevelNames(): readonly string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.name !== '.git' && !ignored(entry.name, entry.isDirectory()))
    .map((entry) => entry.name);
}

/**
 * Every file that is part of the repository or would be with the next commit, by the end of its name. The tree is
 * walked and git is not asked, so that the checks also hold for a downloaded copy.
 */
export function sourceFiles(...endings: readonly string[]): readonly SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(path.join(ROOT, directory), { withFileTypes: true })) {
      if (entry.name === '.git' || ignored(entry.name, entry.isDirectory())) continue;
      const relative = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) walk(relative);
      else if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) {
        files.push({ path: relative, text: readText(relative) });
      }
    }
  };
  walk('');
  return files;
}

export function readText(relative: string): string {
  return readFileSync(path.join(ROOT, relative), 'utf8');
}

const IGNORE_PATTERNS = readFileSync(path.join(ROOT, '.gitignore'), 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Knows the two forms that our `.gitignore` has, `name/` and `*.ending`, and refuses others rather than guess. */
function ignored(name: string, isDirectory: boolean): boolean {
  return IGNORE_PATTERNS.some((pattern) => {
    if (/^[^*/]+\/$/.test(pattern)) return isDirectory && name === pattern.slice(0, -1);
    if (/^\*[^*/]+$/.test(pattern)) return name.endsWith(pattern.slice(1));
    throw new Error(`.gitignore has a form that this check cannot read: ${pattern}`);
  });
}
