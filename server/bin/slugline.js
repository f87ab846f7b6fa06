#!/usr/bin/env node
import { existsSync } from 'node:fs';

// This file is in the repository so that npm can link the command before anything was built.
const main = new URL('../dist/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('slugline has not been built yet: run `npm run build` first.');
  process.exitCode = 1;
}
