import type { LiveStatus } from '@slugline/client';
import type { StoryStatus, Verification } from '@slugline/client/protocol';

/** What the console says in more than one place. */
export const STATUS_WORDS: Readonly<Record<StoryStatus, string>> = {
  upcoming: 'Upcoming',
  live: 'Live',
  paused: 'Paused',
  ended: 'Ended',
};

export const VERIFICATION_WORDS: Readonly<Record<Verification, string>> = {
  confirmed: 'Confirmed',
  attributed: 'Attributed',
  unverified: 'Unverified',
  disputed: 'Disputed',
};

/** Of the link to the server, as it is and not as one would have it. */
export const LINK_WORDS: Readonly<Record<LiveStatus, string>> = {
  connecting: 'Connecting',
  live: 'Connected',
  reconnecting: 'Reconnecting: what you see may be behind',
  offline: 'Offline: what you see is as it was',
  refused: 'Not available',
  closed: 'Closed',
};

/** Where something could not be given: as many commands wait as may, or the browser keeps nothing. */
export const NO_ROOM = 'This browser can keep no more of what waits.';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const exactClock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
const figures = new Intl.NumberFormat();

/** The time of day, with the day where it is another than today. */
export function timeText(at: string | number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

/** To the second: when something was kept, or is to happen. */
export function exactTime(at: string | number): string {
  return exactClock.format(new Date(at));
}

export function wholeTime(at: string | number): string {
  return whole.format(new Date(at));
}

export function figure(value: number): string {
  return figures.format(value);
}

/** `1 change`, `3 changes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}

/** An entry as editors speak of it, by its headline. */
export function quoted(headline: string): string {
  const short = headline.trim().length > 60 ? `${headline.trim().slice(0, 57)}…` : headline.trim();
  return short === '' ? 'an entry without a headline' : `“${short}”`;
}
