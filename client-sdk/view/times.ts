import { h, type TreeNode } from '../tree/tree.js';
import { remember } from './remember.js';

/** How moments are told. */
export interface Clock {
  /** BCP 47. */
  readonly language: string;
  /** IANA zone, which is then named beside each time. Absent: the reader's own, which only the browser knows. */
  readonly timeZone?: string;
  /** Milliseconds since 1970. What is of the same day is told without its date. */
  readonly now: number;
}

/**
 * A moment as a `time` element.
 *
 * @param marks attributes that it gets besides.
 */
export function timeTree(at: string, clock: Clock, marks: Readonly<Record<string, string>> = {}): TreeNode {
  return h('time', { datetime: at, ...marks }, timeText(at, clock));
}

/** `14:03` today, `27 Nov, 14:03` else. */
export function timeText(at: string, clock: Clock): string {
  const when = new Date(at);
  const isToday = dayOf(when, clock) === dayOf(new Date(clock.now), clock);
  return formatOf(clock, {
    hour: '2-digit',
    minute: '2-digit',
    // Regions have their habits; a language alone has none.
    ...(new Intl.Locale(clock.language).region === undefined ? { hourCycle: 'h23' } : {}),
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    ...(clock.timeZone === undefined ? {} : { timeZoneName: 'short' }),
  }).format(when);
}

/** How long ago a moment of the last hour was; empty for all others, which are told well enough by the clock. */
export function agoText(at: string, { language, now }: Clock): string {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (minutes < 0 || minutes >= 60) return '';
  return agoFormat(language).format(-minutes, 'minute');
}

const agoFormat = remember((language) => new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' }));

/** The day of a moment, in no particular form. */
export function dayOf(when: Date, clock: Clock): string {
  return formatOf(clock, { dateStyle: 'short' }).format(when);
}

function formatOf({ language, timeZone }: Clock, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return dateFormat(JSON.stringify({ ...options, language, timeZone }));
}

/** Named by what it is made from, as JSON: an object, since old libraries give arrays a form of their own. */
const dateFormat = remember((key) => {
  const { language, ...options }: Intl.DateTimeFormatOptions & { language: string } = JSON.parse(key);
  return new Intl.DateTimeFormat(language, options);
});
