import { show } from '../../tree/show.js';
import { type Child, h, type Tree } from '../../tree/tree.js';
import { inLanguage } from '../../view/wording.js';
import { type Preferences, prefer, preferences } from '../preferences.js';
import { adoptStyles } from '../shadow-root.js';
import { type HelpTexts, helpTextsIn } from './help-texts.js';

/** What the dialog depends upon. */
export interface HelpContext {
  /** BCP 47. */
  readonly language: string;
  /** What is announced where the reader chose nothing. */
  readonly announce: Preferences['announce'];
  /** Whether the site lets keys be heard at all. */
  readonly hasKeys: boolean;
  readonly headingLevel: number;
}

const STYLES = `
dialog {
  inline-size: min(30em, 100vi - 2em);
  max-block-size: calc(100vb - 2em);
  margin: auto;
  padding: 1.4em;
  border: 1px solid var(--_rule);
  border-radius: .5em;
  background: var(--_paper);
  color: var(--_ink);
  font: 1em/1.5 var(--_sans);
  overflow: auto;
}
dialog::backdrop { background: #0009; }
dialog :is(h1, h2, h3, h4, h5, h6, legend) { margin: 0 0 .6em; padding: 0; font: 700 1em/1.3 var(--_sans); }
dialog legend { float: inline-start; inline-size: 100%; }
dialog > :first-child { font-size: 1.25em; }
dialog :is(fieldset, section) { margin: 1.2em 0 0; padding: 1.2em 0 0; border: 0; border-block-start: 1px solid var(--_rule); }
dialog label { display: flex; gap: .7em; align-items: center; min-block-size: 2em; clear: both; }
dialog input { inline-size: 1.15em; block-size: 1.15em; margin: 0; accent-color: var(--_accent); }
dialog dl { display: grid; grid-template-columns: max-content 1fr; gap: .5em 1.2em; margin: .8em 0 0; }
dialog dd { margin: 0; }
dialog kbd { padding: .1em .5em; border: 1px solid var(--_rule); border-block-end-width: 2px; border-radius: .3em; font: .9em/1.4 var(--_sans); }
dialog > button { display: block; margin-block-start: 1.4em; margin-inline-start: auto; }
`;

const ANNOUNCE = ['all', 'breaking', 'off'] as const;

/**
 * What the reader can choose for all stories, and what the keyboard does. A real modal dialog: it takes focus and gives
 * it back, closes with Escape, and leaves the rest of the page out of reach meanwhile.
 */
export async function openHelp(root: ShadowRoot, context: HelpContext): Promise<void> {
  const { language, texts } = await helpTextsIn(context.language);
  // Asked for twice while it was on its way.
  if (root.querySelector('dialog') !== null) return;
  const place = document.createElement('div');
  // For the colours and the type that are set there.
  place.className = 'root';
  show(place, dialogTree(texts, { ...context, language }));
  const dialog = place.querySelector('dialog');
  if (dialog === null) return;
  adoptStyles(root, STYLES);
  root.append(place);
  dialog.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) choose(target);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('[data-close]') !== null) dialog.close();
  });
  const opener = root.activeElement;
  dialog.addEventListener('close', () => {
    place.remove();
    // Whoever had focus has it again, unless it is gone by now.
    if (opener?.isConnected === false) root.querySelector<HTMLElement>('.entry')?.focus({ preventScroll: true });
  });
  dialog.showModal();
}

function dialogTree(texts: HelpTexts, { language, announce, hasKeys, headingLevel }: HelpContext): Tree {
  const chosen = preferences();
  const title = h(`h${headingLevel}`, { id: 'settings' }, texts.title);
  const radios = ANNOUNCE.map((value) => {
    const checked = value === (chosen.announce ?? announce);
    return labelled({ type: 'radio', name: 'announce', value, checked }, texts[value]);
  });
  return h(
    'dialog',
    { ...inLanguage(language), 'aria-labelledby': 'settings', closedby: 'any' },
    title,
    h('fieldset', {}, h('legend', {}, texts.announcements), radios),
    hasKeys && keysTree(texts, chosen.keys !== 'off', headingLevel + 1),
    h('button', { type: 'button', 'data-close': true }, texts.close),
  );
}

function keysTree(texts: HelpTexts, isOn: boolean, level: number): Tree {
  const { control, home, end, pageUp, pageDown } = texts.keys;
  const shortcut = (what: string, ...ways: readonly string[]) => [
    h(
      'dt',
      {},
      ways.map((way, at) => [at > 0 && ' ', h('kbd', { dir: 'ltr' }, way)]),
    ),
    h('dd', {}, what),
  ];
  return h(
    'section',
    {},
    h(`h${level}`, {}, texts.shortcuts),
    labelled({ type: 'checkbox', name: 'keys', checked: isOn }, texts.shortcutsOn),
    h(
      'dl',
      {},
      shortcut(texts.next, 'J', pageDown),
      shortcut(texts.previous, 'K', pageUp),
      shortcut(texts.new, 'N'),
      shortcut(texts.before, `${control} + ${home}`),
      shortcut(texts.after, `${control} + ${end}`),
      shortcut(texts.help, '?'),
    ),
  );
}

function labelled(attributes: Readonly<Record<string, string | boolean>>, text: Child): Tree {
  return h('label', {}, h('input', attributes), text);
}

function choose({ name, value, checked }: HTMLInputElement): void {
  if (name === 'keys') prefer({ keys: checked ? 'on' : 'off' });
  const announce = ANNOUNCE.find((one) => one === value);
  if (name === 'announce' && announce !== undefined) prefer({ announce });
}
