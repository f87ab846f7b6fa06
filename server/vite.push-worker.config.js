import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the worker that shows alerts: one file that imports nothing, since not every browser lets a worker import. */
export default defineConfig({
  root: fileURLToPath(new URL('./pages/push-worker', import.meta.url)),
  publicDir: false,
  build: {
    outDir: fileURLToPath(new URL('./dist/pages/push-worker', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: fileURLToPath(new URL('./pages/push-worker/push-worker.ts', import.meta.url)),
      output: { format: 'iife', entryFileNames: 'push-worker.js' },
    },
  },
});
