import type { Caller } from '../../../server/access/access.js';
import { Failure, isFailure } from '../../../server/errors.js';
import { currentEntry, currentStory } from '../../../server/http/current.js';
import type { Commit, Receipt, StoryStore } from '../../../server/store/story-store.js';
import { correctEntry } from '../../../server/story/correct.js';
import { createStory } from '../../../server/story/create-story.js';
import type { CommandContext, Decision } from '../../../server/story/decision.js';
import { editEntry } from '../../../server/story/edit.js';
import { patchStory } from '../../../server/story/patch-story.js';
import { pinEntry, unpinEntry } from '../../../server/story/pin.js';
import { publishEntry } from '../../../server/story/publish.js';
import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  parseInput,
  patchStoryRequest,
  publishRequest,
  withdrawalRequest,
} from '../../../server/story/requests.js';
import { publicEntryOf, publicStoryOf } from '../../../server/story/stored.js';
import { releaseEntry, withdrawEntry } from '../../../server/story/withdraw.js';
import { type Form, HEADER, type History } from '../checker/history.js';
import { formOfEntry, formOfStory } from '../forms.js';
import type { StoreLink } from './store-link.js';

export const SLUG = 'harbour-fire';
const ADMIN: Caller = { kind: 'key', keyId: 'k', name: 'An admin', role: 'admin' };

/** What an editor wants done. `id` is an entry's. */
export type Order =
  | { readonly to: 'create' }
  | { readonly to: 'publish' }
  | { readonly to: 'edit' | 'note' | 'correct' | 'release' | 'pin' | 'unpin'; readonly id: string }
  | { readonly to: 'withdraw'; readonly id: string; readonly status: 'withheld' | 'canceled' }
  | { readonly to: 'headline' }
  | { readonly to: 'show'; readonly visibility: 'public' | 'private' };

interface Sent {
  readonly order: Order;
  readonly key: string;
  /** What readers will see of it, if anything. Given out once. */
  readonly text: string | undefined;
  readonly at: number;
  isDone: boolean;
}

/** Tries against others who change the same object; see `carry-out.ts`. */
const TRIES = 8;

/**
 * The editors: each order is decided by the server's own functions and committed by way of one instance's store, as
 * a command over HTTP is. One whose answer was lost may be sent again under its key.
 */
export class Desk {
  readonly #history: History;
  readonly #sent = new Map<string, Sent>();
  /** Orders of which nobody knows whether they were done. */
  readonly #open: Sent[] = [];
  #count = 0;
  #under = 0;

  constructor(history: History) {
    this.#history = history;
  }

  /** Orders that are neither done nor refused nor given up. */
  get underWay(): number {
    return this.#under;
  }

  order(order: Order, by: StoreLink): Promise<void> {
    this.#count += 1;
    const sent: Sent = {
      order,
      key: `order-${this.#count}`,
      text: textOf(order, this.#count),
      at: this.#history.now(),
      isDone: false,
    };
    this.#sent.set(sent.key, sent);
    return this.#send(sent, by);
  }

  /** Sends one more time what is the longest unknown. */
  async retry(by: StoreLink): Promise<void> {
    const sent = this.#open.shift();
    if (sent !== undefined) await this.#send(sent, by);
  }

  /** The store went back to a time at which these were known; whatever else was done may be done again. */
  wentBackTo(keys: ReadonlyMap<string, unknown>): void {
    for (const sent of this.#sent.values()) sent.isDone &&= keys.has(sent.key);
  }

  /** To be told of each commit that takes effect. */
  committed(commit: Commit, { positions }: Receipt): void {
    const sent = this.#sent.get(commit.idempotency?.key ?? '');
    if (sent === undefined) return;
    if (sent.isDone) throw new Error(`${sent.key} took effect twice`);
    sent.isDone = true;
    const objectId = 'id' in sent.order ? sent.order.id : undefined;
    const isHeaders = ['create', 'headline', 'show', 'pin', 'unpin'].includes(sent.order.to);
    const writes = commit.writes.filter(({ edition }) => edition === 'public');
    const index = writes.findIndex((write) => (write.objectId === HEADER) === isHeaders);
    const write = writes[index];
    const { epoch, seq } = positions.public;
    const done = write && {
      form: this.#formOf(write.objectId, write.form),
      position: { epoch, seq: seq - writes.length + index + 1 },
    };
    this.#history.commands.push({
      by: 'the desk',
      sentAt: sent.at,
      answeredAt: this.#history.now(),
      outcome: 'ok',
      ...(isHeaders ? { objectId: HEADER } : objectId === undefined ? {} : { objectId }),
      ...(sent.text === undefined ? {} : { text: sent.text }),
      ...(done === undefined ? {} : { done }),
    });
  }

  async #send(sent: Sent, { store, gone }: StoreLink): Promise<void> {
    this.#under += 1;
    try {
      // To an editor an instance that dies is a connection that breaks.
      const broken = gone.then(() => Promise.reject(new Failure('store_unavailable')));
      await Promise.race([carryOut(sent, store), broken]);
    } catch (error) {
      if (isFailure(error, 'store_unavailable')) this.#open.push(sent);
      else if (!isFailure(error)) throw error;
      else if (!sent.isDone) this.#refused(sent);
    } finally {
      this.#under -= 1;
    }
  }

  #refused({ text, at }: Sent): void {
    const answeredAt = this.#history.now();
    this.#history.commands.push({
      by: 'the desk',
      sentAt: at,
      answeredAt,
      outcome: 'failed',
      ...(text === undefined ? {} : { text }),
    });
  }

  #formOf(objectId: string, form: string): Form {
    if (objectId === HEADER) return formOfStory(this.#history, publicStoryOf({ form }));
    return formOfEntry(this.#history, publicEntryOf({ form }));
  }
}

/** Desk-only text, by which it is known where it must not be. */
export const DESK_ONLY = 'desk-only';

function textOf({ to }: Order, count: number): string | undefined {
  return ['create', 'publish', 'edit', 'correct', 'headline'].includes(to) ? `news-${count}.` : undefined;
}

async function carryOut({ order, key, text }: Sent, store: StoryStore): Promise<void> {
  const idempotency = { key, fingerprint: key };
  for (let tries = 1; ; tries += 1) {
    try {
      const now = new Date(store.now()).toISOString();
      const context = {
        actor: { keyId: 'k', name: DESK_ONLY },
        mayPublish: true,
        secondPerson: false,
        now,
        newId: () => `entry-${key}`,
      };
      const { expected, writes, outbox, answer } = await decide(order, text ?? '', store, context);
      const commit = { stream: SLUG, at: now, idempotency, expected, writes, outbox, answer: JSON.stringify(answer) };
      await store.commit(commit);
      return;
    } catch (error) {
      if (!isFailure(error, 'version_conflict') || tries >= TRIES) throw error;
    }
  }
}

async function decide(
  order: Order,
  text: string,
  store: StoryStore,
  context: CommandContext,
): Promise<Decision<unknown>> {
  if (order.to === 'create') {
    return createStory(parseInput(createStoryRequest, { slug: SLUG, headline: text }), context);
  }
  if (!('id' in order)) {
    const { story } = await currentStory(ADMIN, store, SLUG);
    if (order.to === 'publish') {
      return publishEntry(story, parseInput(publishRequest, { headline: text, edNote: DESK_ONLY }), context);
    }
    const patch = order.to === 'headline' ? { headline: text } : { visibility: order.visibility };
    return patchStory(story, parseInput(patchStoryRequest, patch), context);
  }
  const { story, entry } = await currentEntry(ADMIN, store, SLUG, order.id);
  switch (order.to) {
    case 'edit':
      return editEntry(entry, parseInput(editRequest, { headline: text }), context);
    case 'note':
      return editEntry(entry, parseInput(editRequest, { edNote: `${DESK_ONLY} ${context.newId()}` }), context);
    case 'correct': {
      const correction = { text: `It was not so: ${text}`, headline: text };
      return correctEntry(entry, parseInput(correctionRequest, correction), context);
    }
    case 'withdraw':
      return withdrawEntry(story, entry, parseInput(withdrawalRequest, { status: order.status }), context);
    case 'release':
      return releaseEntry(entry, context);
    case 'pin':
      return pinEntry(story, entry, context);
    case 'unpin':
      return unpinEntry(story, order.id, context);
  }
}
