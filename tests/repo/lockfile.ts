import semver from 'semver';
import { z } from 'zod';

/** The fields of `package-lock.json` that the checks look at; keys are paths below the root. */
const lockfileSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      engines: z.object({ node: z.string().optional() }).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type Lockfile = z.output<typeof lockfileSchema>;

export function parseLockfile(text: string): Lockfile {
  return lockfileSchema.parse(JSON.parse(text));
}

/** Packages that were recorded with the address they came from. Links to our own workspaces have none. */
export function recordedAddresses({ packages }: Lockfile): readonly string[] {
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined && entry.link !== true)
    .map(([path, { resolved }]) => `${path}: ${resolved}`);
}

/** Packages that users install and that want to run a script when they do. */
export function runtimeInstallScripts({ packages }: Lockfile): readonly string[] {
  return Object.entries(packages)
    .filter(([, entry]) => entry.hasInstallScript === true && entry.dev !== true)
    .map(([path]) => nameOf(path));
}

/** The system-specific packages with which a package brings its compiled parts, ready to use. */
export function prebuiltParts({ packages }: Lockfile, name: string): readonly string[] {
  return Object.entries(packages)
    .filter(([path]) => nameOf(path) === name)
    .flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
}

/**
 * Optional parts, one for each system, that a package names and that have no entry. `npm ci` takes their absence for
 * a lock that is out of step and refuses to start; npm drops entries when the machine that installs cannot get them.
 */
export function missingParts({ packages }: Lockfile): readonly string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
      .map((name) => `${path} names ${name}`),
  );
}

/** The oldest version of a package that may be in the tree, and what is wrong with older ones. */
export interface Floor {
  readonly name: string;
  readonly version: string;
  readonly because: string;
}

/** Every copy in the tree that is older than its floor, however deep it lies. */
export function belowFloor({ packages }: Lockfile, floors: readonly Floor[]): readonly string[] {
  return Object.entries(packages).flatMap(([path, { version }]) => {
    const floor = floors.find(({ name }) => name === nameOf(path));
    if (floor === undefined || version === undefined || semver.gte(version, floor.version)) return [];
    return [`${path} is ${version}, below ${floor.version}: ${floor.because}`];
  });
}

/** Packages that users install and that say of themselves that they do not run on a version of Node. */
export function refusingNode({ packages }: Lockfile, version: string): readonly string[] {
  return Object.entries(packages).flatMap(([path, { engines, dev, version: own }]) => {
    const range = engines?.node;
    if (range === undefined || dev === true || semver.satisfies(version, range)) return [];
    return [`${path} ${own ?? ''} asks for Node ${range}`];
  });
}

export function copiesOf({ packages }: Lockfile, name: string): number {
  return Object.keys(packages).filter((path) => nameOf(path) === name).length;
}

/** `node_modules/a/node_modules/@scope/b` → `@scope/b`. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
