import type { Operation } from './operation.js';
import { AUDITING } from './operations/auditing.js';
import { BREAKING_NEWS, FOLLOWING } from './operations/following.js';
import { ALERTS, KEYS } from './operations/managing.js';
import { DOCUMENTS, OPERATING } from './operations/operating.js';
import { PAGES_AND_FEEDS } from './operations/pages.js';
import { MEMBERS, SESSIONS } from './operations/people.js';
import { PICTURES } from './operations/pictures.js';
import { PUBLISHING } from './operations/publishing.js';
import { READING } from './operations/reading.js';
import { WEBHOOKS } from './operations/webhooks.js';
import { WIRES } from './operations/wires.js';

/**
 * Everything that a server answers at: what each door says of itself, in the order of the groups. A door that is not
 * here fails a test, and so does one here that no server has.
 */
export const OPERATIONS: readonly Operation[] = [
  ...READING,
  ...FOLLOWING,
  ...BREAKING_NEWS,
  ...PUBLISHING,
  ...PICTURES,
  ...WIRES,
  ...ALERTS,
  ...WEBHOOKS,
  ...KEYS,
  ...AUDITING,
  ...SESSIONS,
  ...MEMBERS,
  ...PAGES_AND_FEEDS,
  ...OPERATING,
  ...DOCUMENTS,
];
