import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../vitest.config.js';

const { test: common, ...rest } = base;

/** The runs that take longest beside others, longest first: begun late, one of them would go on alone and leave a core idle. */
const LONG = ['cut-links', 'simulation', 'kill-embedded', 'malformed-frames', 'killed-alerts', 'redis-kills'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
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
