/**
 * What the instances on one store tell each other of themselves, for a while: who follows here, how far a change came,
 * who edits what. Nothing on it is durable and nothing is news: it is for figures that are wrong in a minute anyway, and
 * a store that loses all of it loses nothing that anybody was promised.
 *
 * Each instance has one note under a topic, which its next one replaces. Notes of an instance that is gone run out.
 */
export interface NoticeBoard {
  /** Names this instance among those on the board: another one after each start, and told to nobody outside as a secret. */
  readonly instance: string;

  /**
   * Puts up this instance's note. MUST be seen by all that `read` afterwards, and by none once it has run out. Rejects with
   * `store_unavailable`; the caller puts up the next one when its time comes.
   *
   * @param topic `A–Z a–z 0–9 : _ - @`, at most 200 characters.
   * @param text at most some kilobytes: it is kept in memory, and read whole.
   * @param keptMs milliseconds after which it is no longer read.
   */
  put(topic: string, text: string, keptMs: number): Promise<void>;

  /** The notes of all instances under a topic that have not run out, by instance. Rejects with `store_unavailable`. */
  read(topic: string): Promise<ReadonlyMap<string, string>>;
}
