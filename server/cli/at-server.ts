import { type ApiClient, createApiClient } from './api-client.js';
import { type ApiFlags, apiTarget } from './api-options.js';
import { watchInterruption } from './interruption.js';

/**
 * Does some work at the running server that the flags name. Ctrl-C ends it, and nothing is tried twice. Rejects with
 * `UsageError` for a URL that is none.
 */
export async function atServer(flags: ApiFlags, work: (api: ApiClient) => Promise<void>): Promise<void> {
  const { signal } = watchInterruption();
  await work(createApiClient(apiTarget(flags), { signal }));
}
