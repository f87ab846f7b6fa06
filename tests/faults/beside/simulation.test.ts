import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultRun } from '../fault-run.js';
import { runSchedule, type ScheduleFigures, type ScheduleParts, schedules } from '../simulation/schedule.js';

/** Lines of what happened that are shown of a schedule that is run again. */
const TRACE_SHOWN = 600;

/**
 * `SLUGLINE_SEED`: a seed, to draw the same schedules again, or what a failed run said, to have the one in which it
 * failed: the seed, the path to the schedule and that to its commands, as fast-check calls them.
 */
const [seed, path, replayPath] = process.env.SLUGLINE_SEED?.split('_') ?? [];
/** The short form goes through the same schedules each time, so that it fails for what was changed; the full form looks for others. */
const SHORT_SEED = 20_261_127;
const SHORT = 500;

faultRun(
  'simulated schedules: store, instances and readers in any order of events',
  { short: SHORT, full: 10_000, shortMs: 240_000, givesWay: true },
  async (numRuns, report) => {
    const cpu = process.cpuUsage();
    const sum: { -readonly [Name in keyof ScheduleFigures]: number } = { turns: 0, changes: 0, steps: 0, resets: 0 };
    let ran = 0;
    let trace: string[] | undefined;
    const outcome = await fc.check(
      fc.asyncProperty(schedules(replayPath), async (parts) => {
        trace = path === undefined ? undefined : [];
        const figures = await runSchedule(parts, trace);
        for (const name of ['turns', 'changes', 'steps', 'resets'] as const) sum[name] += figures[name];
        ran += 1;
        report.progress(`${ran} of ${numRuns}`);
      }),
      {
        numRuns,
        ...(seed === undefined ? numRuns === SHORT && { seed: SHORT_SEED } : { seed: Number(seed) }),
        ...(path === undefined ? {} : { path, endOnFailure: true }),
      },
    );
    const { user, system } = process.cpuUsage(cpu);
    report.figure('schedules', ran);
    for (const [name, value] of Object.entries(sum)) report.figure(name, value);
    report.figure('processor', (user + system) / 1_000_000, 's');
    report.figure('seed', outcome.seed);
    if (outcome.failed) throw new Error(story(outcome, trace));
    report.anomalies([]);
  },
);

test('a schedule goes the same way each time that it is run', async () => {
  const drawn = () => fc.sample(schedules(), { seed: 7, numRuns: 12 });
  const traceOf = async (parts: ScheduleParts) => {
    const trace: string[] = [];
    await runSchedule(parts, trace);
    return trace;
  };
  const [first, second] = [drawn(), drawn()];
  for (const [index, parts] of first.entries()) {
    const again = second[index];
    if (again === undefined) throw new Error('fast-check drew another number of schedules');
    expect(await traceOf(again)).toEqual(await traceOf(parts));
  }
});

/** What went wrong, after which commands, and how to see it again. */
function story(outcome: fc.RunDetails<[ScheduleParts]>, trace: readonly string[] | undefined): string {
  const { counterexample, counterexamplePath, errorInstance, numRuns, numShrinks } = outcome;
  const [parts] = counterexample ?? [];
  if (parts === undefined) return String(errorInstance);
  const { commands, instances, pollAbove, readers } = parts;
  const [, replay = ''] = /replayPath="([^"]*)"/.exec(String(commands)) ?? [];
  const again = `SLUGLINE_SEED=${outcome.seed}_${counterexamplePath}_${replay}`;
  const lines = [
    `Schedule ${numRuns} broke a promise. Made ${numShrinks} times smaller, it is:`,
    `  ${instances} instances, sending to polling above ${pollAbove}; readers ${JSON.stringify(readers)}`,
    ...[...commands].map((command) => `  ${command}`),
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    `To run it again: ${again} npx vitest run --config tests/vitest.config.ts tests/faults/beside/simulation.test.ts`,
  ];
  if (trace !== undefined) lines.push('What happened:', ...trace.slice(-TRACE_SHOWN));
  return lines.join('\n');
}
