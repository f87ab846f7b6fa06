import { asyncApi, serversAt } from './asyncapi.js';
import { HOME } from './examples.js';
import { openApi } from './openapi.js';
import type { Operation } from './operation.js';
import { OPERATIONS } from './operations.js';

/** Of the protocol. Within it things are added, and none is taken away. */
const VERSION = '1';

/** What one server has: alerts have no doors where none are sent. */
export function operationsOf({ sendsAlerts }: { readonly sendsAlerts: boolean }): readonly Operation[] {
  return OPERATIONS.filter(({ group }) => sendsAlerts || group !== 'Alerts');
}

/** The documents that machines read, as JSON texts; `home` is where readers reach the server, without a slash at the end. */
export interface Documents {
  openApi(home: string): string;
  asyncApi(home: string): string;
}

/**
 * Made when first asked for, and once: making them takes a fifth of a second, which a start need not wait for. What differs
 * from request to request is where the server is.
 */
export function documentsOf(operations: readonly Operation[]): Documents {
  const openApiText = once(() => JSON.stringify(openApi(operations, VERSION)));
  const asyncApiText = once(() => JSON.stringify(asyncApi(VERSION)));
  return {
    openApi: (home) => placed(openApiText(), home),
    asyncApi: (home) => `{"servers":${JSON.stringify(serversAt(home))},${asyncApiText().slice(1)}`,
  };
}

/** A text that was made once, with the server's own address where the contract has that of its examples. */
export function placed(text: string, home: string): string {
  return text.replaceAll(HOME, () => home);
}

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
