/** An instant as a `datetime-local` field has it, in the editor's own time zone; empty where there is none. */
export function localTime(at: string): string {
  if (at === '') return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that such a field names, ISO 8601 in UTC; empty where it names none. */
export function instant(local: string): string {
  const date = new Date(local);
  return local === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
