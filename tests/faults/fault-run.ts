/**
 * How to write a fault run
 *
 * A run does something bad to real processes while desks publish and readers follow, and ends with what everyone saw
 * being checked. It has two sizes: the short form is part of `npm test` and takes a few seconds; the full one is run
 * by `npm run test:faults`, which has 20 minutes for all runs together on two cores.
 *
 *     const SIZES = { short: { kills: 2 }, full: { kills: 20 } };
 *
 *     faultRun('kill -9 of one of three instances', SIZES, async ({ kills }, report) => {
 *       const history = new History();                                          // checker/history.ts: the common log
 *       const site = await startSite(3);                                        // site.ts: instances on one Redis
 *       await createStory(history, url, slug);                                  // desk.ts
 *       const desk = startDesk(history, { slug, name: 'ada', urls: site.urls }); // desk.ts: publishes over HTTP
 *       const reader = followStory(history, { slug, url, name: 'a reader' });   // recorder.ts: follows by the SDK
 *       for (let kill = 1; kill <= kills; kill += 1) {
 *         report.progress(`kill ${kill} of ${kills}`);
 *         …
 *       }
 *       await desk.stop();
 *       const end = await readStore(history, url, slug);                        // forms.ts
 *       await reader.finish(end);
 *       report.figure('kills', kills);
 *       report.figure('behind, p99', percentile(behind, 99), 'ms', { most: 2_000 });
 *       report.anomalies(check(history, end));                                  // checker/check.ts
 *     });
 *
 * The history may also be written by hand, of whatever publishes and reads: the checker wants no more of it than
 * `Command`, `Seen` and `StoreState` say.
 *
 * Rules. One run per file, named for what is done; `npm run test:faults -- <part of the file's name>` runs it alone, and
 * `-- -t '<part of the run's name>'` picks by name. Start processes with the helpers (`startInstance`, `startRedis`,
 * `tcpProxy`), which end them with the test or with this process, however that ends. Every wait has a bound and a
 * message that names what is awaited. A run that mostly waits (for a silence to be noticed, say), or that takes its time
 * but measures none, goes into `faults/beside/`, where several run beside each other: the latter with `givesWay`, so that
 * the former are answered in time. Runs that measure stay outside and have it to themselves. Bounds of figures are held
 * in the full form only: the short ones share the machine.
 */
import { constants, setPriority } from 'node:os';
import { expect, test } from 'vitest';
import type { Anomaly } from './checker/check.js';

/** What a run tells of itself while it works and at its end. */
export interface FaultReport {
  /** What goes on at the moment. Shown while a full run works, at most once a second. */
  progress(text: string): void;
  /**
   * A figure of the run's line.
   *
   * @param unit such as `ms`; absent for counts.
   * @param bounds held in the full form; a figure that is no number breaks them.
   */
  figure(name: string, value: number, unit?: string, bounds?: Bounds): void;
  /** What broke a promise. May be told several times; a run passes with none, and only if it told that it looked. */
  anomalies(found: readonly Anomaly[]): void;
}

interface Bounds {
  readonly least?: number;
  readonly most?: number;
}

interface Sizes<Size> {
  readonly short: Size;
  readonly full: Size;
  /** Milliseconds that the run may take in each form (default 60,000 and 600,000; 900,000 for one that gives way). */
  readonly shortMs?: number;
  readonly fullMs?: number;
  /** It works hard and measures nothing that waiting would spoil: in full size it leaves the processor to runs that do. */
  readonly givesWay?: boolean;
}

/** Whether runs are to have their full size. */
const isFull = process.env.SLUGLINE_FAULTS === 'full';

/** Anomalies that are spelt out; the rest is counted. */
const SPELT_OUT = 12;
const PROGRESS_EVERY_MS = 1_000;

/** One fault run, as a test of the same name. */
export function faultRun<Size>(
  name: string,
  sizes: Sizes<Size>,
  run: (size: Size, report: FaultReport) => Promise<void>,
): void {
  const { givesWay = false, shortMs = 60_000, fullMs = givesWay ? 900_000 : 600_000 } = sizes;
  test(name, { timeout: isFull ? fullMs : shortMs }, async () => {
    // A full run has a process to itself, and what it starts is begun with the same priority.
    if (isFull && givesWay) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const report = new RunReport(name);
    try {
      await run(isFull ? sizes.full : sizes.short, report);
      report.figure('took', Math.round(performance.now() - report.began) / 1000, 's');
    } finally {
      say(report.line());
    }
    report.hold();
  });
}

class RunReport implements FaultReport {
  readonly began = performance.now();
  readonly #name: string;
  readonly #figures: string[] = [];
  readonly #missed: string[] = [];
  readonly #anomalies: Anomaly[] = [];
  #looked = false;
  #lastProgress = 0;

  constructor(name: string) {
    this.#name = name;
  }

  progress(text: string): void {
    const now = performance.now();
    if (!isFull || now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    say(`  … ${this.#name}: ${text} (${Math.round((now - this.began) / 1000)} s)`);
  }

  figure(name: string, value: number, unit?: string, { least, most }: Bounds = {}): void {
    const text = `${name} ${Number.isInteger(value) ? value : value.toFixed(1)}${unit === undefined ? '' : ` ${unit}`}`;
    this.#figures.push(text);
    if (!isFull) return;
    if (least !== undefined && !(value >= least)) this.#missed.push(`${text}, and at least ${least} is asked for`);
    if (most !== undefined && !(value <= most)) this.#missed.push(`${text}, and at most ${most} is allowed`);
  }

  anomalies(found: readonly Anomaly[]): void {
    this.#looked = true;
    for (const anomaly of found) this.#anomalies.push(anomaly);
  }

  line(): string {
    const anomalies = this.#looked ? `${this.#anomalies.length} anomalies` : 'not checked';
    return `fault run (${isFull ? 'full' : 'short'}) ${this.#name}: ${[anomalies, ...this.#figures].join('; ')}`;
  }

  hold(): void {
    const counts: Record<string, number> = {};
    for (const { name } of this.#anomalies) counts[name] = (counts[name] ?? 0) + 1;
    const spelt = this.#anomalies.slice(0, SPELT_OUT).map(({ name, who, what }) => `${name}: ${who}: ${what}`);
    expect({ anomalies: counts, spelt, missed: this.#missed }, this.line()).toEqual({
      anomalies: {},
      spelt: [],
      missed: [],
    });
    expect(this.#looked, 'the run looked for anomalies').toBe(true);
  }
}

/** The value that `share` percent of the values do not exceed; `NaN` of none, which no bound lets pass. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Straight to the terminal: Vitest would put a heading over each line. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
