import type { Addresses } from './addresses.js';

/** Who publishes, and where: what pages and feeds say of the server itself. */
export interface Site {
  readonly addresses: Addresses;
  /** SITE_NAME; absent: pages name no publisher. */
  readonly name: string | undefined;
  /** Whether readers can get alerts. */
  readonly sendsAlerts: boolean;
}

/** For formats that cannot do without a publisher: its name, else the name of the server. */
export function publisherOf({ name, addresses }: Site): string {
  return name ?? new URL(addresses.front).host;
}
