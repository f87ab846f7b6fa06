import { describe, expect, it } from 'vitest';
import {
  belowFloor,
  copiesOf,
  type Floor,
  type Lockfile,
  missingParts,
  parseLockfile,
  prebuiltParts,
  recordedAddresses,
  refusingNode,
  runtimeInstallScripts,
} from './lockfile.js';
import { readText } from './source-tree.js';

const lockfile = parseLockfile(readText('package-lock.json'));

/** Oldest versions without a published hole that reaches us; the registry in use may answer no audit. */
const FLOORS: readonly Floor[] = [
  {
    name: 'engine.io',
    version: '6.6.10',
    because: 'an upgrade that names another protocol revision could end the process (CVE-2026-102599)',
  },
  {
    name: 'socket.io-parser',
    version: '4.2.7',
    because: 'a packet could announce any number of attachments, which were waited for and kept (CVE-2026-33151)',
  },
  {
    name: 'ws',
    version: '8.21.1',
    because: 'a message in tiny fragments could fill the memory (GHSA-96hv-2xvq-fx4p)',
  },
];

/** The first of each line of Node that we say to run on. */
const NODES = ['20.19.0', '22.12.0', '24.0.0'];

/**
 * The two runtime packages that declare an install script. The script only looks whether a compiled part for the
 * system is there and compiles one where none is. The parts come as optional packages of their own and are found
 * when the module is loaded, so `npm ci --ignore-scripts` is enough on every system listed; elsewhere lmdb needs a
 * compiler and its script. msgpackr-extract only makes msgpackr faster: without it, plain JavaScript does its work.
 */
const MAY_DECLARE_SCRIPTS = ['lmdb', 'msgpackr-extract'];
const SYSTEMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];

describe('what an install brings', () => {
  it('is recorded without the address of a registry', () => {
    expect(recordedAddresses(lockfile)).toEqual([]);
    expect(recordedAddresses(sample({ resolved: 'https://packages.example/a.tgz' }))).toHaveLength(1);
    expect(recordedAddresses(sample({ resolved: 'server', link: true }))).toEqual([]);
  });

  it('runs no install script of a runtime dependency, but for two that do not need theirs', () => {
    expect(runtimeInstallScripts(lockfile).filter((name) => !MAY_DECLARE_SCRIPTS.includes(name))).toEqual([]);
    expect(runtimeInstallScripts(sample({ hasInstallScript: true }))).toEqual(['some-package']);
    expect(runtimeInstallScripts(sample({ hasInstallScript: true, dev: true }))).toEqual([]);
  });

  it.each(MAY_DECLARE_SCRIPTS)('has compiled parts of %s for the systems in use', (name) => {
    const parts = prebuiltParts(lockfile, name);
    expect(SYSTEMS.filter((system) => !parts.some((part) => part.endsWith(system)))).toEqual([]);
  });

  it('has an entry for every part that it names, for other systems too', () => {
    expect(missingParts(lockfile)).toEqual([]);
    expect(missingParts(sample({ optionalDependencies: { 'part-for-another-system': '1.0.0' } }))).toHaveLength(1);
  });

  it.each(NODES)('runs on Node %s, as far as its packages say', (version) => {
    expect(refusingNode(lockfile, version)).toEqual([]);
  });

  it.each([
    ['>=22', 1],
    ['^20.19.0 || ^22.12.0 || >=24', 0],
    ['^18 || ^20.20', 1],
    ['>= 0.6', 0],
  ])('would notice a package for Node %s: %s', (node, refusals) => {
    expect(refusingNode(sample({ engines: { node } }), '20.19.0')).toHaveLength(refusals);
    expect(refusingNode(sample({ engines: { node }, dev: true }), '20.19.0')).toEqual([]);
  });

  it('stands above the versions with known holes', () => {
    for (const { name } of FLOORS) expect(copiesOf(lockfile, name), name).toBeGreaterThan(0);
    expect(belowFloor(lockfile, FLOORS)).toEqual([]);
  });

  it.each([
    ['8.21.0', 1],
    ['8.21.1', 0],
    ['8.9.9', 1],
    ['10.0.0', 0],
    ['8.21.1-rc.1', 1],
  ])('would notice ws %s: %s', (version, violations) => {
    const deep: Lockfile = { packages: { 'node_modules/engine.io/node_modules/ws': { version } } };
    expect(belowFloor(deep, FLOORS)).toHaveLength(violations);
  });
});

function sample(entry: Lockfile['packages'][string]): Lockfile {
  return { packages: { 'node_modules/other/node_modules/some-package': entry } };
}
