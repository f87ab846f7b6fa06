import type { PublicEntry, Story } from '../protocol/index.js';
import type { InitialSnapshot } from '../story/live-story.js';

/**
 * The snapshot that a server printed into the element, for it to go on from. Taken out of the page: what is withdrawn
 * later must not stay behind in it. `undefined` where there is none, or none that is JSON; the SDK checks the rest.
 */
export function takeHandover(element: Element): InitialSnapshot<Story, PublicEntry> | undefined {
  const script = element.querySelector(':scope > script[type="application/json"]');
  if (script === null) return undefined;
  script.remove();
  try {
    return JSON.parse(script.textContent ?? '');
  } catch {
    return undefined;
  }
}
