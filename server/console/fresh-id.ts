/** A name for a command. `crypto.randomUUID` is there on secure pages only, and a newsroom's own server may be none. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `desk-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
