import type { Failure } from '../errors.js';

/**
 * How often something may be done, and by whom it is counted: commands by key and by story, everything by address,
 * bad credentials by address, and subscriptions to alerts by address. One object serves every door of an instance.
 */
export interface Limits {
  /**
   * One command. Rejects with `too_many_requests`; nothing else makes it reject. To be asked together with the
   * command's first read and waited for before its commit, so that it takes no time of its own.
   *
   * @param stream the story; absent for commands that are to none.
   */
  command(keyId: string, stream?: string): Promise<void>;

  /** One request, join or connection. Throws `too_many_requests`. */
  request(address: string): void;

  /**
   * One bad credential. Answers `too_many_requests` once there were too many, for the door to answer with in place of
   * its own refusal. A good credential is never counted, nor refused for the bad ones of its neighbours.
   */
  badCredential(address: string): Failure | undefined;

  /** One subscription to alerts: each is kept for good, and made by people. Throws `too_many_requests`. */
  subscription(address: string): void;

  close(): void;
}
