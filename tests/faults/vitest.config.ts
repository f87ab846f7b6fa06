import { defineConfig } from 'vitest/config';
import base from '../vitest.config.js';

const { test: common, ...rest } = base;

/**
 * The fault runs in their full size (see `fault-run.ts`). Those that measure nothing which a busy machine would spoil go
 * first and beside each other; the others have it to themselves one after the other.
 */
export default defineConfig({
  ...rest,
  test: {
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
