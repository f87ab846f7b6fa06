import type { Position, PublicEntry, Story } from '@slugline/client/protocol';
import { type RawForm, SEEN_KINDS, type SeenKind } from './messages.js';

/** What the readers of a process saw, each form kept once: thousands of them see the same. */
export class SharedForms {
  readonly forms: RawForm[] = [];
  readonly epochs: string[] = [];
  readonly #known = new Map<string, number>();

  ofEntry(entry: PublicEntry): number {
    const { id, version, status, publishedAt } = entry;
    const headline = 'headline' in entry && entry.headline !== undefined ? { headline: entry.headline } : {};
    return this.#keep(`${id} ${version}`, { kind: 'entry', id, version, status, publishedAt, ...headline });
  }

  ofStory({ slug, version, headline }: Story): number {
    return this.#keep(`@${slug} ${version}`, { kind: 'story', version, headline });
  }

  epoch(epoch: string): number {
    const known = this.epochs.indexOf(epoch);
    return known === -1 ? this.epochs.push(epoch) - 1 : known;
  }

  #keep(key: string, form: RawForm): number {
    // One version may come with two contents: that is for the checker to find, so the content is part of the key.
    const whole = `${key} ${JSON.stringify(form)}`;
    const known = this.#known.get(whole);
    if (known !== undefined) return known;
    this.#known.set(whole, this.forms.length);
    return this.forms.push(form) - 1;
  }
}

/** One reader's log, as numbers. */
export class ReaderLog {
  readonly numbers: number[] = [];
  readonly #shared: SharedForms;

  constructor(shared: SharedForms) {
    this.#shared = shared;
  }

  add(kind: SeenKind, { epoch, seq }: Position, seen: Seen): void {
    const forms = seen.entries.map((entry) => this.#shared.ofEntry(entry));
    if (seen.story !== undefined) forms.unshift(this.#shared.ofStory(seen.story));
    const at = performance.timeOrigin + performance.now();
    const after = seen.after ?? -1;
    this.numbers.push(at, SEEN_KINDS.indexOf(kind), this.#shared.epoch(epoch), seq, after, forms.length, ...forms);
  }
}

interface Seen {
  readonly story?: Story | undefined;
  readonly entries: readonly PublicEntry[];
  readonly after?: number | undefined;
}
