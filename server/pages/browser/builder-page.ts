import { ATTRIBUTE_DEFAULTS, choiceOf, elementCode, frameCode } from '../builder/embed-code.js';

/*
 * The builder page, in place: each choice shows in the preview and in the code at once, and in the address, so that a
 * reload, a bookmark and the page without a script say the same.
 */
const one = <Kind extends Element>(selector: string, kind: abstract new () => Kind): Kind => {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return found;
};
const form = one('.options', HTMLFormElement);
const story = one('#story', HTMLSelectElement);
const code = one('#code', HTMLTextAreaElement);
const frame = one('#frame-code', HTMLTextAreaElement);
const preview = one('.preview', HTMLElement);
const said = one('.said', HTMLElement);
const home = form.dataset.home ?? '/';

function show(): void {
  // An address, a code and a preview of what cannot be would mislead: the field says what it takes.
  if (!form.checkValidity()) return;
  const data = new FormData(form);
  const choice = choiceOf(story.value, String(data.get('theme')), (name) => data.getAll(name).join(' '));
  code.value = elementCode(choice, home);
  frame.value = frameCode(choice, home, story.selectedOptions[0]?.text ?? '');
  preview.dataset.theme = choice.theme;
  const element = one('live-story', HTMLElement);
  for (const name of Object.keys(ATTRIBUTE_DEFAULTS)) {
    const value = choice.attributes[name];
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  if (element.getAttribute('slug') !== choice.slug) element.setAttribute('slug', choice.slug);
  const query = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
  history.replaceState(null, '', `?${query}`);
  said.textContent = 'The code and the preview are up to date.';
}

async function copy(from: HTMLTextAreaElement, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(from.value);
    said.textContent = 'Copied.';
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy the code';
    }, 2_500);
  } catch {
    // Where the browser does not let us, what is marked is one key away.
    from.focus();
    from.select();
    said.textContent = 'The code is marked: copy it with Ctrl+C or ⌘C.';
  }
}

// Some of its fields stand beside the preview.
document.addEventListener('input', show);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  show();
});
one('.send', HTMLElement).hidden = true;
for (const button of document.querySelectorAll<HTMLButtonElement>('.copy')) {
  button.disabled = false;
  button.addEventListener('click', () => void copy(one(`#${button.dataset.copy}`, HTMLTextAreaElement), button));
}
