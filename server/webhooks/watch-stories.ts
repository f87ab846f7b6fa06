import type { StoryStore, StreamSummary } from '../store/story-store.js';
import { publicStoryOf } from '../story/stored.js';
import { ringTrail } from './move-trail.js';
import { readTrail, trailId } from './trail-record.js';
import { followsStory } from './trail-rules.js';
import { readMark, writeMark } from './watch-mark.js';
import { listWebhooks, type WebhookRecord } from './webhook-records.js';

/** Stories read at a time, newest change first. */
const PAGE = 20;
/** Milliseconds between two looks at all that changed lately, and what "lately" is. */
const DEEP_EVERY_MS = 60_000;
/** A store on a Cluster may list a change late, where a crash came in between; it puts that right within minutes. */
const LATE_MS = 15 * 60_000;
/** Stories of which it is remembered up to where they were looked at. */
const SEEN_MOST = 10_000;
/** Of no webhooks, as text. */
const NONE = '[]';

/**
 * Finds the stories that changed, and rings the trails from them to the webhooks. The store's own list of stories by their
 * newest change says where to look: a commit moves its story to the front, so there is no note that could be lost, and a
 * commit costs nothing more where there are no webhooks. How far the list was gone through is kept in the store, so that
 * what changed while no instance was up is found by the next one.
 */
export class StoryWatch {
  readonly #store: StoryStore;
  /** Positions up to which stories were looked at by this instance. */
  readonly #seen = new Map<string, string>();
  #webhooks = NONE;
  #deepAt = Number.NEGATIVE_INFINITY;

  constructor(store: StoryStore) {
    this.#store = store;
  }

  /** Whether there were any to be told at the last look. */
  get hasWebhooks(): boolean {
    return this.#webhooks !== NONE;
  }

  /** One look. Answers whether any trail was rung. */
  async look(): Promise<boolean> {
    const webhooks = (await listWebhooks(this.#store)).filter(({ disabledBecause }) => disabledBecause === undefined);
    const text = JSON.stringify(webhooks);
    const isNews = text !== this.#webhooks;
    // For a webhook that was made or changed nothing was looked at yet.
    if (isNews) this.#seen.clear();
    this.#webhooks = text;
    if (webhooks.length === 0) return false;
    if (!isNews && performance.now() - this.#deepAt < DEEP_EVERY_MS) return (await this.#goThrough(webhooks)).rang;
    const began = new Date(this.#store.now()).toISOString();
    const [oldest = began] = webhooks.map(({ since }) => since).sort();
    const mark = (await readMark(this.#store)) ?? oldest;
    const { rang, newest } = await this.#goThrough(webhooks, new Date(Date.parse(mark) - LATE_MS).toISOString());
    if (newest > mark) await writeMark(this.#store, began);
    this.#deepAt = performance.now();
    return rang;
  }

  /** @param back how far to go; absent: until a whole page holds nothing new. */
  async #goThrough(webhooks: readonly WebhookRecord[], back?: string): Promise<{ rang: boolean; newest: string }> {
    let rang = false;
    let newest = '';
    let before: string | undefined;
    do {
      const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
      const page = await this.#store.streams('public', query);
      const fresh = page.streams.filter((story) => this.#seen.get(story.stream) !== placeText(story));
      for (const story of fresh) {
        const rung = await Promise.all(webhooks.map((webhook) => this.#ring(webhook, story)));
        rang ||= rung.includes(true);
        if (story.changedAt > newest) newest = story.changedAt;
        if (this.#seen.size >= SEEN_MOST) this.#seen.clear();
        this.#seen.set(story.stream, placeText(story));
      }
      const last = page.streams.at(-1);
      const isFarEnough = back === undefined ? fresh.length === 0 : last !== undefined && last.changedAt < back;
      before = isFarEnough ? undefined : page.older;
    } while (before !== undefined);
    return { rang, newest };
  }

  async #ring(webhook: WebhookRecord, story: StreamSummary): Promise<boolean> {
    const { stream: slug, position, changedAt, header } = story;
    if (!followsStory(webhook, slug) || changedAt < webhook.since || header === undefined) return false;
    const trail = (await readTrail(this.#store, trailId(webhook.id, slug)))?.record;
    if (trail === undefined && publicStoryOf(header).visibility !== 'public') return false;
    const { cursor } = trail ?? {};
    if (cursor?.epoch === position.epoch && cursor.seq >= position.seq) return false;
    await ringTrail(this.#store, { webhookId: webhook.id, slug });
    return true;
  }
}

function placeText({ position }: StreamSummary): string {
  return `${position.epoch}:${position.seq}`;
}
