import { describe } from 'vitest';
import { describeAnnouncements } from './announcing.js';
import { describeCommits } from './committing.js';
import { describeDumps } from './dumping.js';
import { describeIdempotency } from './idempotency.js';
import { describeListing } from './listing.js';
import { describeOutbox } from './outbox.js';
import { describeReading } from './reading.js';
import { describeSharing } from './sharing.js';
import type { SharedStoreSetup, StoreSetup } from './store-harness.js';

/** What every `StoryStore` owes its users, whatever it is built on. Each test gets an empty store of its own. */
export function describeStoryStore(name: string, setup: StoreSetup): void {
  describe(name, () => {
    describeCommits(setup);
    describeIdempotency(setup);
    describeReading(setup);
    describeListing(setup);
    describeOutbox(setup);
    describeAnnouncements(setup);
    describeDumps(setup);
  });
}

/** As above, for a store that several processes have open at the same time. */
export function describeSharedStoryStore(name: string, setup: SharedStoreSetup): void {
  describeStoryStore(name, setup);
  describe(`${name}, shared`, () => describeSharing(setup));
}
