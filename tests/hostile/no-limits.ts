/** For servers whose guests are to be judged one by one and not as the flood that they come in. */
export const NO_LIMITS = {
  AUTH_FAILURES_PER_ADDRESS: '0',
  COMMANDS_PER_KEY: '0',
  COMMANDS_PER_STORY: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  REQUESTS_PER_ADDRESS: '0',
} as const;
