import { setTimeout as delay } from 'node:timers/promises';

/** A door of readers who stay, and who can be asked to go on elsewhere. */
export interface DrainedDoor {
  /** Readers who are inside. */
  readonly size: number;
  /**
   * Asks this share (0–1) of those who were not asked yet to be gone within so many milliseconds. Called again and
   * again until nobody is left or the time is up; MAY end the connections of those who had theirs.
   */
  sendAway(share: number, withinMs: number): void;
}

/** Shares of the window: for load balancers to notice that this instance is not ready, … */
const NOTICE = 0.1;
/** … and for asking. The rest is for the last ones to go. */
const ASKING = 0.7;
/** Groups in which readers are asked: their moments within a group are their own to choose. */
const GROUPS = 20;
/** Milliseconds between two looks whether anybody is left. */
const TICK = 25;

/**
 * Empties the doors, which must be shut already, over a window: all readers at once would come down on the other
 * instances like a herd. Resolves when nobody is left, at the latest when the window has passed.
 */
export async function drain(doors: readonly DrainedDoor[], windowMs: number): Promise<void> {
  const began = performance.now();
  const isOver = () => performance.now() - began >= windowMs || doors.every(({ size }) => size === 0);
  const passes = async (ms: number) => {
    const until = performance.now() + ms;
    while (!isOver() && performance.now() < until) await delay(Math.min(TICK, ms));
  };

  await passes(windowMs * NOTICE);
  const groupMs = (windowMs * ASKING) / GROUPS;
  for (let group = 0; !isOver(); group += 1) {
    const share = 1 / Math.max(1, GROUPS - group);
    for (const door of doors) door.sendAway(share, Math.round(groupMs));
    await passes(groupMs);
  }
}
