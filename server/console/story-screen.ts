import type { DeskEntry } from '@slugline/client/protocol';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { linkTo } from './address.js';
import { announce } from './announcer.js';
import type { Command } from './command.js';
import type { Source } from './emitter.js';
import { altKey, commandKey, isPublishKey, isSaveKey } from './keyboard.js';
import { LightElement } from './light-element.js';
import type { Done } from './outbox.js';
import type { Member } from './session.js';
import { StoryDesk, type Workplace } from './story-desk.js';
import type { EntryAct } from './timeline.js';
import { NO_ROOM } from './words.js';
import './article-dialog.js';
import './composer.js';
import './conflict-dialog.js';
import './history-dialog.js';
import './reader-preview.js';
import './recall-dialog.js';
import './story-head.js';
import './timeline.js';
import './withdraw-dialog.js';

const PANES = { write: 'Write', timeline: 'Timeline', preview: 'Readers' } as const;
type Pane = keyof typeof PANES;

/** Where all panes stand side by side, as `story.css` has it. */
const WIDE = '(width >= 68rem)';

type Front =
  | { readonly kind: 'withdraw' | 'history' | 'recall'; readonly entry: DeskEntry }
  | { readonly kind: 'article' }
  | { readonly kind: 'conflict'; readonly command?: Command };

/** One screen to run a story: what is written, what is on the desk, and what readers see, side by side. */
class StoryScreen extends LightElement {
  static override properties = {
    workplace: { attribute: false },
    member: { attribute: false },
    slug: { attribute: false },
    pane: { state: true },
    front: { state: true },
    done: { state: true },
  };
  declare workplace: Workplace;
  declare member: Member;
  declare slug: string;
  /** Which part a narrow window shows. */
  declare pane: Pane;
  /** The window in front. */
  declare front: Front | undefined;
  /** What the server said last. */
  declare done: string | undefined;
  #desk: StoryDesk | undefined;
  #ends: (() => void)[] = [];

  constructor() {
    super();
    this.pane = 'write';
  }

  protected override sources(): readonly Source[] {
    return [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const press = (event: KeyboardEvent) => this.#pressed(event);
    addEventListener('keydown', press);
    this.untilGone(() => removeEventListener('keydown', press));
    this.untilGone(() => this.#close());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('slug') && !changed.has('workplace')) return;
    const { outbox } = this.workplace;
    const isOnceMore = this.#desk?.slug === this.slug && this.#desk.outbox === outbox;
    const former = isOnceMore ? this.#desk : undefined;
    this.#close(isOnceMore);
    const desk = new StoryDesk(this.slug, this.workplace, former);
    this.#desk = desk;
    this.#ends = [
      desk.live.subscribe(() => this.#changed()),
      outbox.onDone((done) => this.#wasDone(done)),
      outbox.onRefused((command) => this.#wasRefused(command)),
    ];
    if (isOnceMore) return;
    this.done = undefined;
    this.front = undefined;
    // On a wide screen the composer is there, and who comes here comes to write; on a phone the keyboard would cover it all.
    if (matchMedia(WIDE).matches) void this.updateComplete.then(() => this.#write());
  }

  protected override render(): TemplateResult | typeof nothing {
    const desk = this.#desk;
    if (desk === undefined) return nothing;
    const { live } = desk;
    if (live.status === 'refused' && live.story === undefined) {
      return html`<main id="main" class="stories" tabindex="-1">
        <h1>There is no such story</h1>
        <p>It does not exist, or not for you. <a href=${linkTo({ screen: 'stories' })}>All stories</a></p>
      </main>`;
    }
    return html`<main id="main" class="story-screen" tabindex="-1" data-pane=${this.pane}>
      <story-head .desk=${desk} .mayEdit=${this.#mayEdit()} .done=${this.done}
        .onArticle=${() => this.#show({ kind: 'article' })}></story-head>
      <section class="pane pane-timeline" aria-label="Timeline">
        <desk-timeline .desk=${desk} .mayEdit=${this.#mayEdit()}
          .onAct=${(act: EntryAct, entry: DeskEntry) => this.#act(act, entry)}></desk-timeline>
      </section>
      <section class="pane pane-write" aria-label="Composer">
        <entry-composer .desk=${desk} .mayPublish=${this.#mayEdit()} .onCompare=${() => this.#show({ kind: 'conflict' })}
          .onTakeUp=${(command: Command) => this.#takeUp(command)}>
        </entry-composer>
      </section>
      <section class="pane pane-preview" aria-label="What readers see">
        <reader-preview .slug=${this.slug}></reader-preview>
      </section>
      <nav class="panes" aria-label="Parts of this screen">
        ${(Object.keys(PANES) as Pane[]).map(
          (name) =>
            html`<button type="button" aria-pressed=${this.pane === name} @click=${() => this.#turn(name)}>${PANES[name]}</button>`,
        )}
      </nav>
      ${this.#inFront(desk)}
    </main>`;
  }

  #inFront(desk: StoryDesk): TemplateResult | typeof nothing {
    const { front } = this;
    const close = () => this.#show(undefined);
    switch (front?.kind) {
      case 'withdraw':
        return html`<withdraw-dialog .desk=${desk} .entry=${front.entry} .onClose=${close}></withdraw-dialog>`;
      case 'history':
        return html`<history-dialog .desk=${desk} .entry=${front.entry} .onClose=${close}></history-dialog>`;
      case 'recall':
        return html`<recall-dialog .api=${desk.api} .entry=${front.entry} .onClose=${close}></recall-dialog>`;
      case 'article':
        return html`<article-dialog .workplace=${this.workplace} .slug=${this.slug} .onClose=${close} .onDone=${close}></article-dialog>`;
      case 'conflict':
        return html`<conflict-dialog .desk=${desk} .command=${front.command} .onClose=${close}></conflict-dialog>`;
      default:
        return nothing;
    }
  }

  #mayEdit(): boolean {
    return this.member.role === 'editor' || this.member.role === 'admin';
  }

  /** @param goesOn what is written is taken over by another desk. */
  #close(goesOn = false): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    if (goesOn) this.#desk?.leave();
    else this.#desk?.close();
    this.#desk = undefined;
  }

  #changed(): void {
    document.title = `${this.#desk?.live.story?.headline ?? this.slug} · Desk`;
    this.requestUpdate();
  }

  #wasDone({ command, tookMs }: Done): void {
    if (command.slug !== this.slug) return;
    this.done = `Done: ${command.says}, ${tookMs < 10_000 ? `${tookMs} ms` : 'after a wait'}`;
    announce(`Done: ${command.says}`);
  }

  #wasRefused(command: Command): void {
    if (command.slug !== this.slug) return;
    announce(`Refused: ${command.says}. ${command.refusal?.text ?? ''}`);
    // What is in front may be written into. The composer offers what was refused, whenever that is closed.
    if (this.front === undefined) this.#takeUp(command);
  }

  /** What was refused is in the composer again, with the reason, where that has room for it. */
  #takeUp(command: Command): void {
    const { id, draft, base, correction, refusal } = command;
    const desk = this.#desk;
    const composer = this.querySelector('entry-composer');
    if (desk === undefined || composer === null || draft === undefined) return;
    if (refusal?.code === 'version_conflict') {
      this.#show({ kind: 'conflict', command });
      return;
    }
    if (!desk.hasRoomFor(command)) return;
    desk.writing.takeUp(draft, base, correction);
    composer.trouble = refusal?.text;
    desk.outbox.takeBack(id);
  }

  #show(front: Front | undefined): void {
    this.front = front;
  }

  #turn(pane: Pane): void {
    this.pane = pane;
  }

  #act(act: EntryAct, entry: DeskEntry): void {
    const desk = this.#desk;
    if (desk === undefined) return;
    if (act === 'hold') this.#show({ kind: 'withdraw', entry });
    else if (act === 'history' || act === 'recall') this.#show({ kind: act, entry });
    else if (act === 'pin') this.#pin(desk, entry);
    else if (desk.isUnderWay(entry.id)) this.done = 'A change of this entry is on its way: wait until it is there.';
    else {
      desk.writing.open(entry, act === 'correct');
      this.#write();
    }
  }

  #pin(desk: StoryDesk, entry: DeskEntry): void {
    const isPinned = desk.live.story?.pinned.includes(entry.id) ?? false;
    if (desk.pin(entry, !isPinned)) return;
    this.done = NO_ROOM;
    announce(NO_ROOM);
  }

  #write(): void {
    this.pane = 'write';
    const composer = this.querySelector('entry-composer');
    void Promise.all([this.updateComplete, composer?.updateComplete]).then(() => composer?.write());
  }

  #pressed(event: KeyboardEvent): void {
    const desk = this.#desk;
    if (desk === undefined) return;
    const composer = this.querySelector('entry-composer');
    const { writing } = desk;
    const letter = altKey(event) ?? commandKey(event);
    const acts: Readonly<Record<string, () => void>> = {
      b: () => writing.change({ breaking: !writing.draft.breaking }),
      k: () => writing.change({ keyEvent: !writing.draft.keyEvent }),
      ...(!event.altKey && {
        n: () => {
          writing.openNew();
          this.#write();
        },
        '/': () => {
          this.pane = 'timeline';
          void this.updateComplete.then(() => this.querySelector('desk-timeline')?.search());
        },
      }),
    };
    if (isPublishKey(event)) {
      event.preventDefault();
      void composer?.publish();
    } else if (isSaveKey(event)) {
      event.preventDefault();
      void composer?.saveDraft();
    } else if (
      event.key === 'Escape' &&
      writing.base !== undefined &&
      document.querySelector('dialog[open]') === null
    ) {
      event.preventDefault();
      composer?.leave();
    } else if (letter !== undefined && acts[letter] !== undefined) {
      event.preventDefault();
      acts[letter]();
    }
  }
}

customElements.define('story-screen', StoryScreen);
