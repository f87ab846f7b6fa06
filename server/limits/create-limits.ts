import type { RateLimitName } from '@slugline/client/protocol';
import type { Config } from '../config.js';
import { Failure } from '../errors.js';
import type { Logger } from '../logger.js';
import { AddressTally } from './address-tally.js';
import type { Limits } from './limits.js';
import type { RateLimiter, RateLimiters, Standing } from './rate-limiter.js';

const WHAT: Readonly<Record<RateLimitName, string>> = {
  commands_per_key: 'commands with this API key',
  commands_per_story: 'commands to this story',
  requests_per_address: 'requests from this address',
  auth_failures_per_address: 'bad keys and tokens from this address',
  subscriptions_per_address: 'subscriptions to alerts from this address',
};

/** One limit of the configuration with what counts for it; absent where there is no limit. */
interface Bound<Counter> {
  readonly name: RateLimitName;
  readonly most: number;
  readonly counter: Counter;
}

/** The limits of one instance, as configured. Where a limit is 0 nothing is counted. */
export function createLimits(limiters: RateLimiters, rates: Config['rates'], logger: Logger): Limits {
  const asked = (name: RateLimitName, most: number): Bound<RateLimiter> | undefined =>
    most === 0 ? undefined : { name, most, counter: limiters.limiter(name, most) };
  const tallied = (name: RateLimitName, most: number): Bound<AddressTally> | undefined =>
    most === 0
      ? undefined
      : { name, most, counter: new AddressTally({ most, shared: limiters.shared?.(name, most), logger }) };

  const perKey = asked('commands_per_key', rates.commandsPerKey);
  const perStory = asked('commands_per_story', rates.commandsPerStory);
  const perAddress = tallied('requests_per_address', rates.requestsPerAddress);
  const failures = tallied('auth_failures_per_address', rates.authFailuresPerAddress);
  const subscriptions = tallied('subscriptions_per_address', rates.subscriptionsPerAddress);

  return {
    async command(keyId, stream) {
      // Both at once: they are two keys of a shared store, and waiting for one before the other would take twice as long.
      await Promise.all([takeFrom(perKey, keyId), stream === undefined ? undefined : takeFrom(perStory, stream)]);
    },
    request(address) {
      const refusal = tallyIn(perAddress, address);
      if (refusal !== undefined) throw refusal;
    },
    badCredential: (address) => tallyIn(failures, address),
    subscription(address) {
      const refusal = tallyIn(subscriptions, address);
      if (refusal !== undefined) throw refusal;
    },
    close() {
      perAddress?.counter.close();
      failures?.counter.close();
      subscriptions?.counter.close();
    },
  };
}

async function takeFrom(bound: Bound<RateLimiter> | undefined, subject: string): Promise<void> {
  if (bound === undefined) return;
  const standing = await bound.counter.take(subject);
  if (standing.taken > bound.most) throw tooMany(bound, standing);
}

function tallyIn(bound: Bound<AddressTally> | undefined, address: string): Failure | undefined {
  if (bound === undefined) return undefined;
  const standing = bound.counter.take(address);
  return standing.taken > bound.most ? tooMany(bound, standing) : undefined;
}

function tooMany({ name, most }: Bound<unknown>, { msLeft }: Standing): Failure {
  return new Failure('too_many_requests', `More than ${most} ${WHAT[name]} in a minute.`, {
    limit: name,
    retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)),
  });
}
