import { defineConfig } from 'vite';

/** Bundles what the browser runs: `server.js` serves it from `dist`. */
export default defineConfig({
  base: '/assets/',
  build: {
    assetsDir: '',
    rolldownOptions: { input: 'client.js', output: { entryFileNames: 'client.js' } },
  },
});
