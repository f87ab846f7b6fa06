import { html, type TemplateResult } from 'lit';
import { home } from './home.js';
import { LightElement } from './light-element.js';

/** The story as readers have it, by the very element that they have. */
class ReaderPreview extends LightElement {
  static override properties = { slug: { attribute: false } };
  declare slug: string;

  protected override render(): TemplateResult {
    return html`<div class="pane-head">
        <h2>Readers</h2>
        <a href="${home}/s/${this.slug}" target="_blank" rel="noopener">Open their page</a>
      </div>
      <div class="scroller" tabindex="0" role="region" aria-label="The story as readers see it">
        <live-story slug=${this.slug} server=${home} heading-level="3" announce="off" keys="off" remember="off"
          links="server" document-title="off" hide="share"></live-story>
      </div>`;
  }
}

customElements.define('reader-preview', ReaderPreview);
