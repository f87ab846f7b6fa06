import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Tests in this process run the sources; tests that start processes run what `npm run build` made. Workspace
 * names lead to sources here so that a class exists once, whichever way a test reached it.
 */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^@slugline\/client\/(protocol|body|view|element|react)$/, replacement: `${root}client-sdk/$1/index.ts` },
      { find: /^@slugline\/client$/, replacement: `${root}client-sdk/index.ts` },
      { find: /^slugline$/, replacement: `${root}server/index.ts` },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['tests/helpers/provision.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is awaited comes in milliseconds here; on a machine that is busy it must not be a failure to come later.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    // The sources are read once for each worker, not for each of the files: a sixth of the time. A test that leaves
    // something behind for the next one is a defect anyway.
    isolate: false,
    maxWorkers: 2,
  },
});
