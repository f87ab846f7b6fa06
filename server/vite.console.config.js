import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { repeatableImports } from './repeatable-imports.js';

/** Builds the console, apart from what readers load: neither is to decide how the other is cut into parts. */
export default defineConfig({
  root: fileURLToPath(new URL('./console', import.meta.url)),
  base: './',
  plugins: [repeatableImports()],
  build: {
    outDir: fileURLToPath(new URL('./dist/console/assets', import.meta.url)),
    emptyOutDir: true,
    assetsDir: '',
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: false,
    // The body editor, which is loaded when one writes, is most of it.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: ['main.ts', 'console.css'].map((name) => fileURLToPath(new URL(`./console/${name}`, import.meta.url))),
    },
  },
});
