import { LIMITS, type Source } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { LightElement } from './light-element.js';

const ROLES: Readonly<Record<Source['role'], string>> = {
  agency: 'Agency',
  official: 'Official',
  media: 'Media',
  witness: 'Witness',
  social: 'Social',
  own: 'Own',
};

/** From whom an entry has what it says. */
class SourceChips extends LightElement {
  static override properties = {
    named: { attribute: false },
    onChange: { attribute: false },
    kind: { state: true },
  };
  declare named: readonly Source[];
  declare onChange: (sources: readonly Source[]) => void;
  declare kind: Source['role'];

  constructor() {
    super();
    this.kind = 'agency';
  }

  protected override render(): TemplateResult {
    return html`<div class="sources" role="group" aria-label="Sources">
      ${this.named.map(
        ({ name, role }, at) =>
          html`<span class="chip is-set"><span dir="auto">${name}</span> <span class="soft">${ROLES[role]}</span>
            <button type="button" class="cross" aria-label="Remove the source ${name}" @click=${() => this.#remove(at)}></button></span>`,
      )}
      ${
        this.named.length < LIMITS.sources
          ? html`<select aria-label="Kind of source" @change=${({ target }: Event) => this.#choose(target)}>
                ${(Object.keys(ROLES) as Source['role'][]).map(
                  (role) => html`<option value=${role} ?selected=${this.kind === role}>${ROLES[role]}</option>`,
                )}
              </select>
              <input name="source" aria-label="Source" placeholder="Source, then Enter" maxlength=${LIMITS.name} dir="auto"
                @keydown=${(event: KeyboardEvent) => this.#pressed(event)} @change=${({ target }: Event) => this.#add(target)}>`
          : nothing
      }
    </div>`;
  }

  #choose(target: EventTarget | null): void {
    const role = (Object.keys(ROLES) as Source['role'][]).find(
      (one) => target instanceof HTMLSelectElement && one === target.value,
    );
    this.kind = role ?? 'agency';
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    this.#add(event.target);
  }

  #add(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    const name = target.value.trim();
    target.value = '';
    if (name === '' || this.named.some((source) => source.name === name)) return;
    this.onChange([...this.named, { name, role: this.kind }]);
  }

  #remove(at: number): void {
    this.onChange(this.named.filter((_source, index) => index !== at));
    this.querySelector('input')?.focus();
  }
}

customElements.define('source-chips', SourceChips);
