/**
 * What a follower's browser is told by Web Push: the text of the encrypted message. It stands alone: whoever shows it
 * needs nothing else of the story. PROTOCOL.md, section 8.9, says how it comes and what replaces it.
 */
export interface Alert {
  /** `corrected` is news that says what was wrong; `withdrawn` stands in the place of one that is to be seen no more. */
  readonly kind: 'news' | 'corrected' | 'withdrawn';
  /** Names the entry: what comes later under the same takes the place of the earlier. 32 of A–Z, a–z, 0–9, - and _. */
  readonly tag: string;
  /** Grows by one with each message that takes the place of the last one, for the followers of one topic. */
  readonly round: number;
  /** When it came to be said. Under one `tag` the latest counts, also to who follows several topics. */
  readonly at: string;
  readonly slug: string;
  readonly entryId: string;
  /** At most 200 characters. */
  readonly title: string;
  /** At most 300 characters; absent where the title says all. */
  readonly body?: string;
  /** BCP 47, of title and body. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** When the entry was published. */
  readonly publishedAt: string;
}
