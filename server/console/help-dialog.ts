import { html, type TemplateResult } from 'lit';
import { CONTROL, hasSingleKeys, setSingleKeys } from './keyboard.js';
import { Modal } from './modal.js';

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Anywhere in a story',
    [
      [`${CONTROL} Enter`, 'Publish what is written, or save the change'],
      [`${CONTROL} S`, 'Save a draft now; it is saved by itself while you pause'],
      ['Alt B', 'Breaking: alert everybody who asked for it'],
      ['Alt K', 'Key event'],
      ['Esc', 'Leave an edit; what you wrote stays'],
    ],
  ],
  [
    'Where nothing is typed',
    [
      ['N', 'Write something new'],
      ['B', 'Breaking'],
      ['K', 'Key event'],
      ['/', 'Search the timeline'],
      ['?', 'This list'],
    ],
  ],
  [
    'On an entry of the timeline',
    [
      ['↑ ↓', 'The entry above or below'],
      ['Enter', 'Edit'],
      ['C', 'Correct, and tell readers'],
      ['P', 'Pin, or take the pin away'],
      ['H', 'Hold, release or cancel'],
    ],
  ],
];

/** What the keyboard does here. */
class HelpDialog extends Modal {
  protected override heading(): string {
    return 'Keys';
  }

  protected override content(): TemplateResult {
    return html`<div class="keys">
        ${KEYS.map(
          ([where, keys]) =>
            html`<section>
              <h3>${where}</h3>
              <dl>${keys.map(([key, does]) => html`<div><dt>${key.split(' ').map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl>
            </section>`,
        )}
      </div>
      <label class="switch">
        <input type="checkbox" .checked=${hasSingleKeys()}
          @change=${({ target }: Event) => setSingleKeys(target instanceof HTMLInputElement && target.checked)}>
        Single letters do something
      </label>`;
  }
}

customElements.define('help-dialog', HelpDialog);
