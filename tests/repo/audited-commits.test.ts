import { expect, it } from 'vitest';
import { nodesOf } from './imports.js';
import { type SourceFile, sourceFiles } from './source-tree.js';

/** Whoever commits here tells the audit log of it, but for these: nobody's command is behind what they write, or another commit tells of it. */
const UNAUDITED: Readonly<Record<string, string>> = {
  'server/http/timed-commit.ts': 'takes the commits of others',
  'server/http/item-names.ts': 'names of a wire’s items; the entry’s own commit tells of the item',
  'server/audit/audit-log.ts': 'is the log',
  'server/oidc/sign-in.ts': 'that an attempt is over; the session’s own commit tells of it',
  'server/live/breaking.ts': '@breaking follows from stories',
  'server/schedule/follow-entry.ts': 'the schedule follows from entries',
  'server/push/follow-story.ts': 'alerts follow from stories',
  'server/push/send-alerts.ts': 'how far an alert has come',
  'server/push/followers.ts': 'readers who follow, of whom nothing is to be kept',
  'server/push/push-keys.ts': 'made by the server, once',
  'server/webhooks/watch-mark.ts': 'how far stories were looked through',
  'server/webhooks/dead-letters.ts': 'go with their webhook, whose removal is told of',
};

const COMMITS = new Set(['commit', 'timedCommit']);

function callsIn(file: SourceFile): ReadonlySet<string> {
  const names = nodesOf(file).flatMap((node) => {
    if (node.type !== 'CallExpression') return [];
    const { callee } = node as { callee?: { name?: unknown; property?: { name?: unknown } } };
    const name = callee?.property?.name ?? callee?.name;
    return typeof name === 'string' ? [name] : [];
  });
  return new Set(names);
}

function isSilent(file: SourceFile): boolean {
  const calls = callsIn(file);
  return [...COMMITS].some((name) => calls.has(name)) && !calls.has('audited');
}

it('every commit of a command is told of in the audit log', () => {
  const silent = sourceFiles('.ts').filter((file) => /^server\/(?!store\/)/.test(file.path) && isSilent(file));
  expect(silent.map(({ path }) => path).sort()).toEqual(Object.keys(UNAUDITED).sort());
});

it('would notice one that is not', () => {
  const path = 'server/http/sample.ts';
  expect(isSilent({ path, text: 'await parts.store.commit({ stream, writes });' })).toBe(true);
  expect(isSilent({ path, text: 'await timedCommit(store, metrics, commit);' })).toBe(true);
  expect(isSilent({ path, text: 'await store.commit(audited(commit, { by }));' })).toBe(false);
});
