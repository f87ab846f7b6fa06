import { LitElement, type PropertyValues } from 'lit';
import type { Source } from './emitter.js';

/**
 * A part of the console. It stands in the page itself, with no shadow root around it: labels, headings and focus are the
 * page's, and one style sheet is all that there is.
 */
export abstract class LightElement extends LitElement {
  #ends: (() => void)[] = [];
  #heard: readonly Source[] = [];
  #unhear: readonly (() => void)[] = [];

  protected override createRenderRoot(): this {
    return this;
  }

  /** What is shown with, for as long as the element is in the page. */
  protected sources(): readonly Source[] {
    return [];
  }

  /** Done when the element leaves the page. */
  protected untilGone(end: () => void): void {
    this.#ends.push(end);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#hear(this.sources());
  }

  protected override update(changed: PropertyValues): void {
    if (this.isConnected) this.#hear(this.sources());
    super.update(changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#hear([]);
  }

  /** Sources may be others than they were: what has them was given another one of its kind. */
  #hear(sources: readonly Source[]): void {
    const { length } = this.#heard;
    if (length === sources.length && sources.every((source, at) => source === this.#heard[at])) return;
    for (const end of this.#unhear) end();
    this.#heard = sources;
    this.#unhear = sources.map((source) => source.subscribe(() => this.requestUpdate()));
  }
}
