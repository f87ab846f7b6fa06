import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { repeatableImports } from './repeatable-imports.js';
import { shortStyles } from './short-styles.js';

/** Builds what browsers load into `dist`, beside the pages that name it by the manifest. */
export default defineConfig({
  root: fileURLToPath(new URL('./pages/browser', import.meta.url)),
  // Parts name each other relative to themselves, wherever the server is mounted and whichever site embeds them.
  base: './',
  // Copied under their own names, which must change with their content: they may be kept for a year.
  publicDir: 'public',
  plugins: [repeatableImports(), shortStyles()],
  build: {
    outDir: fileURLToPath(new URL('./dist/pages/assets', import.meta.url)),
    emptyOutDir: true,
    assetsDir: '',
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: [
        'embed.ts',
        'story-page.ts',
        'front-page.ts',
        'alerts.ts',
        'builder-page.ts',
        'frame-page.ts',
        'embed-frame.ts',
        'page.css',
        'frame.css',
        'docs.css',
      ].map((name) => fileURLToPath(new URL(`./pages/browser/${name}`, import.meta.url))),
    },
  },
});
