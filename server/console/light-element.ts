import { LitElement } from 'lit';
import type { Source } from './emitter.js';

/**
 * A part of the console. It stands in the page itself, with no shadow root around it: labels, headings and focus are the
 * page's, and one style sheet is all that there is.
 */
export abstract class LightElement extends LitElement {
  #ends: (() => void)[] = [];

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
    for (const source of this.sources()) this.untilGone(source.subscribe(() => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}
