/*
 * Times are printed in UTC, since all who ask see the same page. Here they are told as readers have them: how long ago, or
 * by their own clock.
 */
const { lang } = document.documentElement;
const ago = new Intl.RelativeTimeFormat(lang, { style: 'short', numeric: 'auto' });
/** Regions have their habits; a language alone has none. */
const clock: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  ...(lang.includes('-') ? {} : { hourCycle: 'h23' }),
};
const hour = new Intl.DateTimeFormat(lang, clock);
const day = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', ...clock });
const whole = new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'short' });

/** Tells all times within an element as they are to be told now. */
export function tellTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    const text = textOf(at);
    // What reads along, and what is selected, is left alone while nothing changes.
    if (time.textContent !== text) time.textContent = text;
    time.title = whole.format(at);
  }
}

function textOf(at: Date): string {
  const minutes = Math.floor((Date.now() - at.getTime()) / 60_000);
  if (minutes === 0) return ago.format(0, 'second');
  return minutes > 0 && minutes < 60 ? ago.format(-minutes, 'minute') : clockText(at);
}

/** `14:03` today, `27 Nov, 14:03` else. */
export function clockText(at: Date): string {
  return (at.toDateString() === new Date().toDateString() ? hour : day).format(at);
}
