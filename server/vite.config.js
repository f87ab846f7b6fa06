import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the reader page's script and style into `dist`, beside the pages that name them by the manifest. */
export default defineConfig({
  root: fileURLToPath(new URL('./pages/browser', import.meta.url)),
  base: '/assets/',
  // Copied under their own names, which must change with their content: they may be kept for a year.
  publicDir: 'public',
  build: {
    outDir: fileURLToPath(new URL('./dist/pages/assets', import.meta.url)),
    emptyOutDir: true,
    assetsDir: '',
    manifest: 'manifest.json',
    rolldownOptions: { input: fileURLToPath(new URL('./pages/browser/story-page.ts', import.meta.url)) },
  },
});
