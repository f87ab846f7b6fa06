import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './provision.js';

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

/** A real Chromium for a whole file; who launches it closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: the set-up of the tests should have said so');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
