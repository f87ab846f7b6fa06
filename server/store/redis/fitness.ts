import { nanoid } from 'nanoid';
import { Failure } from '../../errors.js';
import { texts } from './record-texts.js';
import type { RedisParts } from './redis-dump.js';
import type { Reply } from './redis-link.js';

/** Names tried on a Cluster, so that each of its masters is asked, users and versions being each node's own. */
const NAMES_ON_CLUSTER = 48;

/**
 * Whether a Redis is one that can be built on: lets us use, and knows, every command that the store needs, and throws
 * nothing away by itself: one that makes room by it would throw away news, or at least the receipts of commands. What it
 * refuses later, when it is full or its disk is, it refuses whole.
 *
 * Rejects with `invalid_input` and one line that says what is to be changed, and with `store_unavailable`.
 */
export async function requireFitness({ link, keys, scripts }: RedisParts): Promise<void> {
  const names = Array.from({ length: link.isCluster ? NAMES_ON_CLUSTER : 1 }, () => `@fitness-${nanoid()}`);
  const refused = new Set<string>();
  const evicting = new Set<string>();
  await link.run(async () => {
    const replies = await Promise.all(
      names.map((name) => {
        const { head, versions, outbox, revisionOrder, revisions } = keys.of(name);
        return link.script(
          scripts.fitness,
          [head, versions, revisionOrder, outbox, revisions],
          [link.isCluster ? 'SPUBLISH' : 'PUBLISH', keys.channel(name, 'public')],
        );
      }),
    );
    for (const reply of replies) {
      const [lines, policy]: readonly Reply[] = Array.isArray(reply) ? reply : [];
      for (const line of texts(lines)) refused.add(line ?? '');
      if (policy !== '') evicting.add(String(policy));
    }
  });
  if (refused.size > 0) {
    throw new Failure('invalid_input', `This Redis does not let us do what we need: ${[...refused].join('; ')}`);
  }
  const [policy] = evicting;
  if (policy === undefined) return;
  throw new Failure('invalid_input', `This Redis evicts keys (maxmemory-policy ${policy}): set it to noeviction.`);
}
