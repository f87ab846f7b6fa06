/**
 * Loaded into an instance before anything else (`NODE_OPTIONS=--import=…`): its clock is wrong by the first of the
 * milliseconds in CLOCK_WRONG_BY_MS, and jumps to the next of them with each SIGUSR2. Timers run as they should.
 */
const wrongBy = (process.env.CLOCK_WRONG_BY_MS ?? '0').split(',').map(Number);
const RightDate = Date;
let at = 0;

globalThis.Date = class extends RightDate {
  constructor(...parts) {
    if (parts.length === 0) super(RightDate.now() + wrongBy[at]);
    else super(...parts);
  }

  static now() {
    return RightDate.now() + wrongBy[at];
  }
};

process.on('SIGUSR2', () => {
  at = (at + 1) % wrongBy.length;
});
