/**
 * Milliseconds by which instances may be apart in what they take for the store's time: each knows it only as well as
 * its link to the store is quick. A newest change that lies farther ahead was written while the store's own clock was
 * wrong, and no entry is dated into the future to stand above it.
 */
const APART_MOST_MS = 1_000;

/**
 * When a command takes place: now, but after whatever it was decided upon. A desk that saw an entry acknowledged by one
 * instance and publishes the next through another gets them onto the page in that order, though their instances are a
 * few milliseconds apart.
 *
 * @param now milliseconds since 1970, by the store's clock.
 * @param changedAt when the story last changed.
 */
export function commandTime(now: number, changedAt: string | undefined): string {
  const after = changedAt === undefined ? now : Date.parse(changedAt) + 1;
  return new Date(after > now && after - now <= APART_MOST_MS ? after : now).toISOString();
}
