import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../vitest.config.js';

const { test: common, ...rest } = base;

/**
 * The longest first: begun late, one of them would go on alone and leave a core idle. Between them some that wait, so that those
 * which only work are few at a time.
 */
const FIRST = [
  ...['cut-links', 'simulation', 'redis-kills', 'kill-embedded', 'malformed-frames', 'redis-restored', 'redis-link'],
  ...['frozen-instance', 'killed-alerts', 'kill-instances', 'damaged-data'],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = FIRST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? FIRST.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/**
 * The fault runs in their full size (see `fault-run.ts`). Those that measure nothing which a busy machine would spoil go
 * first and beside each other; the others have it to themselves one after the other.
 */
export default defineConfig({
  ...rest,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...rest,
        test: {
          ...common,
          ...full('beside', 0),
          include: ['tests/faults/beside/**/*.test.ts'],
          maxWorkers: 6,
        },
      },
      {
        ...rest,
        test: {
          ...common,
          ...full('alone', 1),
          include: ['tests/faults/**/*.test.ts'],
          exclude: ['tests/faults/beside/**', '**/dist/**'],
          maxWorkers: 1,
        },
      },
    ],
  },
});

function full(name: string, groupOrder: number) {
  return {
    name,
    env: { SLUGLINE_FAULTS: 'full' },
    sequence: { groupOrder },
    // What one run left in memory is not to be in the next one's figures.
    isolate: true,
    // A name that is not among the files of one group is among those of the other.
    passWithNoTests: true,
  };
}
