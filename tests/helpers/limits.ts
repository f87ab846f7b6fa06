/**
 * No limits of how often: everyone in a test comes from one address and by one key, so what is to limit one of many
 * would limit all. Tests of the limits set those that they are about.
 */
export const NO_LIMITS = {
  COMMANDS_PER_KEY: '0',
  COMMANDS_PER_STORY: '0',
  REQUESTS_PER_ADDRESS: '0',
  AUTH_FAILURES_PER_ADDRESS: '0',
  SUBSCRIPTIONS_PER_ADDRESS: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
} as const;

/** Limits that count and never refuse, where what they cost is to be measured. */
export const HIGH_LIMITS = {
  COMMANDS_PER_KEY: '100000000',
  COMMANDS_PER_STORY: '100000000',
  REQUESTS_PER_ADDRESS: '100000000',
  AUTH_FAILURES_PER_ADDRESS: '100000000',
  SUBSCRIPTIONS_PER_ADDRESS: '100000000',
  MAX_CONNECTIONS_PER_ADDRESS: '1000000',
} as const;
