import { type Editor, isMacOS } from '@tiptap/core';
import { redo, redoDepth, undo, undoDepth } from '@tiptap/pm/history';
import { isKind, type Kind, toggleKind } from './kinds.js';
import { linkAt } from './links.js';
import { TEXTS } from './texts.js';

export interface Tool {
  readonly name: string;
  /** What stands on its button: a letter or two. */
  readonly sign: string;
  /** As `aria-keyshortcuts` has it, for Ctrl; Cmd on a Mac. */
  readonly keys?: string;
  readonly use: () => void;
  /** Whether it is on where the cursor is; a tool without this only acts. */
  readonly isOn?: () => boolean;
  readonly isThere?: () => boolean;
}

export interface OtherTools {
  readonly askLink: () => void;
  readonly askPicture: () => void;
  readonly askEmbed: () => void;
}

/** The tools of a text, in groups. */
export function toolsOf(editor: Editor, { askLink, askPicture, askEmbed }: OtherTools): readonly (readonly Tool[])[] {
  const mark = (name: 'strong' | 'emphasis' | 'code', sign: string, keys: string): Tool => ({
    name: TEXTS[name],
    sign,
    keys,
    use: () => editor.commands.toggleMark(name),
    isOn: () => editor.isActive(name),
  });
  const kind = (name: string, sign: string, keys: string, of: Kind): Tool => ({
    name,
    sign,
    keys,
    use: () => toggleKind(of)(editor.state, editor.view.dispatch),
    isOn: () => isKind(editor.state, of),
  });
  const heading = (level: 2 | 3 | 4) =>
    kind(TEXTS.heading(level), `H${level}`, `Control+Alt+${level}`, { type: 'heading', level });
  return [
    [
      mark('strong', 'B', 'Control+B'),
      mark('emphasis', 'I', 'Control+I'),
      mark('code', '‹›', 'Control+E'),
      { name: TEXTS.link, sign: 'Link', keys: 'Control+K', use: askLink, isOn: () => linkAt(editor) !== undefined },
    ],
    [heading(2), heading(3), heading(4)],
    [
      kind(TEXTS.bullets, '• List', 'Control+Shift+8', { type: 'item', ordered: false }),
      kind(TEXTS.numbers, '1. List', 'Control+Shift+7', { type: 'item', ordered: true }),
      kind(TEXTS.quote, '“ Quote', 'Control+Shift+9', { type: 'quote' }),
    ],
    [
      { name: TEXTS.picture, sign: 'Picture', use: askPicture },
      { name: TEXTS.embed, sign: 'Embed', use: askEmbed },
    ],
    [
      {
        name: TEXTS.undo,
        sign: '↶',
        keys: 'Control+Z',
        use: () => undo(editor.state, editor.view.dispatch),
        isThere: () => undoDepth(editor.state) > 0,
      },
      {
        name: TEXTS.redo,
        sign: '↷',
        keys: 'Control+Shift+Z',
        use: () => redo(editor.state, editor.view.dispatch),
        isThere: () => redoDepth(editor.state) > 0,
      },
    ],
  ];
}

/**
 * Buttons above a text: one stop for the Tab key, arrows between them (as `role=toolbar` has it). They leave the focus
 * where it is when they are clicked, so that the selection stays what it was.
 */
export class Toolbar {
  readonly dom = document.createElement('div');
  readonly #buttons: readonly (readonly [Tool, HTMLButtonElement])[];
  readonly #editor: Editor;

  constructor(editor: Editor, groups: readonly (readonly Tool[])[]) {
    this.#editor = editor;
    this.dom.className = 'tools';
    this.dom.setAttribute('role', 'toolbar');
    this.dom.setAttribute('aria-label', TEXTS.tools);
    this.#buttons = groups.flatMap((tools) => {
      const group = document.createElement('div');
      const made = tools.map((tool) => [tool, this.#buttonOf(tool)] as const);
      group.append(...made.map(([, button]) => button));
      this.dom.append(group);
      return made;
    });
    this.dom.addEventListener('mousedown', (event) => event.preventDefault());
    this.dom.addEventListener('keydown', (event) => this.#onKey(event));
    this.#reachable(this.#buttons[0]?.[1]);
  }

  focus(): void {
    this.dom.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  /** Shows what is on where the cursor is now. */
  update(): void {
    for (const [{ isOn, isThere }, button] of this.#buttons) {
      if (isOn !== undefined) button.setAttribute('aria-pressed', String(isOn()));
      // Not `disabled`: who stands on it with the keyboard would fall out of the page.
      if (isThere !== undefined) button.setAttribute('aria-disabled', String(!isThere()));
    }
  }

  #buttonOf({ name, sign, keys, use }: Tool): HTMLButtonElement {
    const button = document.createElement('button');
    const shown = keys?.replace('Control', isMacOS() ? 'Meta' : 'Control');
    button.type = 'button';
    const shownSign = document.createElement('span');
    shownSign.setAttribute('aria-hidden', 'true');
    shownSign.textContent = sign;
    const spoken = document.createElement('span');
    spoken.className = 'spoken';
    spoken.textContent = name;
    button.append(shownSign, spoken);
    button.title = shown === undefined ? name : `${name} (${shown.replace('Control', 'Ctrl').replace('Meta', '⌘')})`;
    if (shown !== undefined) button.setAttribute('aria-keyshortcuts', shown);
    button.addEventListener('click', () => {
      this.#reachable(button);
      use();
    });
    return button;
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = this.#buttons.map(([, button]) => button);
    const at = this.#buttons.findIndex(([, button]) => button === event.target);
    const onwards = getComputedStyle(this.dom).direction === 'rtl' ? -1 : 1;
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -onwards, ArrowRight: onwards };
    if (event.key === 'Escape') {
      this.#editor.view.focus();
    } else if (event.key === 'Home' || event.key === 'End') {
      this.#reachable(buttons.at(event.key === 'Home' ? 0 : -1), true);
    } else {
      const step = steps[event.key];
      if (step === undefined || at < 0) return;
      this.#reachable(buttons[(at + step + buttons.length) % buttons.length], true);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #reachable(wanted: HTMLButtonElement | undefined, isFocused = false): void {
    if (wanted === undefined) return;
    for (const [, button] of this.#buttons) button.tabIndex = button === wanted ? 0 : -1;
    if (isFocused) wanted.focus();
  }
}
