import { html, nothing, type TemplateResult } from 'lit';
import type { Command } from './command.js';
import type { Source } from './emitter.js';
import { LightElement } from './light-element.js';
import type { Hindrance, Outbox } from './outbox.js';
import { counted, exactTime } from './words.js';

const WHY: Readonly<Record<Hindrance, string>> = {
  none: 'being sent',
  unreachable: 'waiting for the network',
  busy: 'waiting: the server is busy',
  'signed-out': 'waiting until you sign in',
};

/** What was given and is not durable yet, and what the server would not do. */
class OutboxStatus extends LightElement {
  static override properties = { outbox: { attribute: false } };
  declare outbox: Outbox;

  protected override sources(): readonly Source[] {
    return [this.outbox];
  }

  protected override render(): TemplateResult {
    const { waiting, hindrance, commands } = this.outbox;
    const refused = commands.filter(({ refusal }) => refusal !== undefined);
    if (commands.length === 0) return html`<p class="outbox is-empty">All is sent</p>`;
    const text = [
      waiting.length > 0 ? `${counted(waiting.length, 'change')} ${WHY[hindrance]}` : '',
      refused.length > 0 ? `${figureOf(refused)} refused` : '',
    ];
    return html`<details class="menu outbox ${refused.length > 0 ? 'is-refused' : 'is-waiting'}">
      <summary>${text.filter(Boolean).join(', ')}</summary>
      <ul>${commands.map((command) => this.#command(command))}</ul>
    </details>`;
  }

  #command(command: Command): TemplateResult {
    const { id, says, at, tried, refusal } = command;
    const mayBeTakenBack = refusal !== undefined || (!tried && this.outbox.sending !== id);
    return html`<li>
      <p><b>${says}</b> <span class="soft">${exactTime(at)}</span></p>
      ${
        refusal === undefined
          ? nothing
          : html`<p class="trouble">${refusal.text}</p>
              ${wordsOf(command).map((words) => html`<p class="soft" dir="auto">${words}</p>`)}`
      }
      ${
        mayBeTakenBack
          ? html`<button type="button" class="small" @click=${() => this.outbox.takeBack(id)}>
              ${refusal === undefined ? 'Take back' : 'Dismiss'}
            </button>`
          : nothing
      }
    </li>`;
  }
}

/** What somebody wrote into what no composer takes up, such as a header: it is to be had here until it is dismissed. */
function wordsOf({ draft, body }: Command): readonly string[] {
  return draft === undefined ? textsIn(body) : [];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Object.values(Object(value)).flatMap(textsIn);
}

const figureOf = (refused: readonly Command[]): string => String(refused.length);

customElements.define('outbox-status', OutboxStatus);
