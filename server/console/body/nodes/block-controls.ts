import { NodeSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { moveBlock } from '../move-block.js';
import { TEXTS } from '../texts.js';

/** What can be done with a block that has no text to put a cursor in. */
export function blockControls(view: EditorView, getPos: () => number | undefined): HTMLElement {
  const controls = document.createElement('div');
  controls.className = 'controls';
  Object.assign(controls, { contentEditable: 'false', lang: 'en', dir: 'ltr' });
  const add = (label: string, act: () => void) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      const pos = getPos();
      if (pos === undefined) return;
      view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, pos)));
      act();
      view.focus();
    });
    controls.append(button);
  };
  add(TEXTS.up, () => moveBlock(-1)(view.state, view.dispatch));
  add(TEXTS.down, () => moveBlock(1)(view.state, view.dispatch));
  add(TEXTS.remove, () => view.dispatch(view.state.tr.deleteSelection()));
  return controls;
}
