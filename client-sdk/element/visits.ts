import { VISITS } from './returning.js';

/** What a reader had seen of a story when they left it. */
export interface Visit {
  /** When, in milliseconds since 1970 by their own clock. */
  readonly at: number;
  /** Time of the newest change that they had seen, by the server's clock. */
  readonly newest: string;
}

/** Stories remembered; who was left longest ago is forgotten. */
const MOST = 50;
/** Milliseconds after which a visit is too long ago for "since you left" to mean anything. */
const OLD_MS = 7 * 24 * 3_600_000;

export function lastVisit(story: string): Visit | undefined {
  return visits().find(([name]) => name === story)?.[1];
}

export function rememberVisit(story: string, visit: Visit): void {
  const others = visits().filter(([name]) => name !== story);
  try {
    localStorage.setItem(VISITS, JSON.stringify([[story, visit], ...others].slice(0, MOST)));
  } catch {
    // Storage is forbidden here, or full: then the next visit is the first again.
  }
}

/** Latest first. */
function visits(): readonly (readonly [story: string, visit: Visit])[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(VISITS) ?? '[]');
    return Array.isArray(kept) ? kept.flatMap((one) => (isVisit(one) ? [[one[0], one[1]]] : [])) : [];
  } catch {
    return [];
  }
}

function isVisit(value: unknown): value is readonly [string, Visit] {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'object') return false;
  const { at, newest } = value[1] ?? {};
  return typeof at === 'number' && typeof newest === 'string' && Date.now() - at < OLD_MS;
}
