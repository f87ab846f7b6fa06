import { type Browser, chromium } from 'playwright-core';
import { findChromium, findHeadlessShell } from './provision.js';

/** Chromium must ask nobody but the servers of the test. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real Chromium for a whole file; who launches it closes it. Its engine alone, where that is to be had. */
export function launchChromium(): Promise<Browser> {
  return launch(findHeadlessShell() ?? findChromium());
}

/** The same with the browser around its engine, for what only that has: notifications, and messages to service workers. */
export function launchWholeChromium(): Promise<Browser> {
  return launch(findChromium());
}

async function launch(executablePath: string | undefined): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium: the set-up of the tests should have said so');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
