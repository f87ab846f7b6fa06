/** What was typed into the field that an event is of. */
export function textIn(target: EventTarget | null): string {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement ? target.value : '';
}
