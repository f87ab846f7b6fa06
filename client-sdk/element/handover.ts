import type { PublicEntry, Story } from '../protocol/index.js';
import type { InitialSnapshot } from '../story/live-story.js';

/** What a server printed into the element for it to go on from. The SDK checks the snapshot. */
export interface Handover extends InitialSnapshot<Story, PublicEntry> {
  /** Pinned entries below what the snapshot holds. */
  readonly pinnedOlder?: readonly PublicEntry[];
}

/**
 * The handover, taken out of the page: what is withdrawn later must not stay behind in it. `undefined` where there is
 * none, or none that is JSON.
 */
export function takeHandover(element: Element): Handover | undefined {
  const script = element.querySelector(':scope > script[type="application/json"]');
  if (script === null) return undefined;
  script.remove();
  try {
    return JSON.parse(script.textContent ?? '');
  } catch {
    return undefined;
  }
}
