const SWITCH = 'slugline-desk:single-keys';

/** Whether single letters do something. Who dictates, or rests a hand on the keys, turns them off (WCAG 2.1.4). */
export function hasSingleKeys(): boolean {
  return localStorage.getItem(SWITCH) !== 'off';
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SWITCH, on ? 'on' : 'off');
}

/** The letter that was pressed as a command, in lower case; `undefined` where it is text, or meant for a window in front. */
export function commandKey(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  if (!hasSingleKeys() || isTyping(event) || hasModal()) return undefined;
  return event.key.toLowerCase();
}

/** Ctrl or ⌘ with Enter, which gives what was written to where it goes. */
export function isGivingKey(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing;
}

/** The same, where no window is in front of the page. */
export function isPublishKey(event: KeyboardEvent): boolean {
  return isGivingKey(event) && !hasModal();
}

/** Ctrl or ⌘ with S: browsers would save the page. */
export function isSaveKey(event: KeyboardEvent): boolean {
  return event.key.toLowerCase() === 's' && (event.ctrlKey || event.metaKey) && !event.altKey && !hasModal();
}

/** The letter that was pressed with Alt, wherever that is: with it, some keyboards write another one. */
export function altKey(event: KeyboardEvent): string | undefined {
  if (!event.altKey || event.ctrlKey || event.metaKey || hasModal()) return undefined;
  return /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
}

function hasModal(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** As the key is called on this machine. */
export const CONTROL = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl';
