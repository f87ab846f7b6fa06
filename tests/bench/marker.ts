/**
 * A moment, in microseconds since this process started, that travels inside the text of a change. One process
 * publishes and receives, so one clock tells the way's whole time.
 */
export const MARKER_SIGN = '@@';
export const MARKER_DIGITS = 13;

export function nowMicros(): number {
  return Math.round(performance.now() * 1_000);
}

export function markerText(): string {
  return MARKER_SIGN + String(nowMicros()).padStart(MARKER_DIGITS, '0');
}
