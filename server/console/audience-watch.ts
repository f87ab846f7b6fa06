import type { Audience, EntryReach } from '@slugline/client/protocol';
import { type Api, ApiFailure } from './api.js';
import { Emitter } from './emitter.js';

/** Milliseconds between two looks, while the page is looked at. */
const EVERY_MS = 3_000;

/** Who reads a story now, and how far its newest entries came. */
export class AudienceWatch extends Emitter {
  /** Absent until it is known, and where it cannot be asked for. */
  audience: Audience | undefined;
  readonly #api: Api;
  readonly #path: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #isAsking = false;

  constructor(api: Api, slug: string) {
    super();
    this.#api = api;
    this.#path = `/v1/stories/${slug}/audience`;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    void this.#look();
  }

  /** Of an entry's newest version that was counted. */
  reachOf(entryId: string): EntryReach | undefined {
    return this.audience?.entries.find((reach) => reach.entryId === entryId);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (document.hidden || this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.audience = await this.#api.call<Audience>({ path: this.#path });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      // A figure that is old would be taken for one of now.
      this.audience = undefined;
    } finally {
      this.#isAsking = false;
    }
    this.emit();
  }
}
