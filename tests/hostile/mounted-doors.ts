import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Express } from 'express';
import { nodesOf } from '../repo/imports.js';
import { sourceFiles } from '../repo/source-tree.js';

/** What an app answers at, read from the router that answers. */
export interface MountedDoors {
  /** `GET /v1/stories/:slug`. */
  readonly routes: readonly string[];
  /** Directories of files. The router does not tell at which path. */
  readonly directories: number;
  /** Everything else that a request passes, by the function's name. */
  readonly passed: readonly string[];
}

/** Express's layer, of which only what is looked at. */
interface Layer {
  readonly name: string;
  readonly handle: { readonly length: number; readonly stack?: readonly Layer[] };
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
}

/** Node tells of each answer here. */
const ANSWERED = 'http.server.response.finish';
/** Express marks so the `.all` that answers to all methods that are not there. */
const ALL_OTHERS = '_all';
/** Handlers of errors have four parameters. A request gets there only from a door that failed. */
const ERROR_HANDLER = 4;

/** The app that answers at an address of this process, from a request that it answered. */
export async function appAt(url: string): Promise<Express> {
  const answered = new Promise<object>((resolve) => {
    const hear = (message: unknown): void => {
      unsubscribe(ANSWERED, hear);
      resolve(Object(Reflect.get(Object(message), 'request')));
    };
    subscribe(ANSWERED, hear);
  });
  await fetch(`${url}/healthz`);
  const app: Express | undefined = Reflect.get(await answered, 'app');
  if (app === undefined) throw new Error('the request was answered by no app');
  return app;
}

export function mountedDoors(app: Express): MountedDoors {
  const routes: string[] = [];
  const passed: string[] = [];
  let directories = 0;
  const walk = (stack: readonly Layer[]): void => {
    for (const { name, handle, route } of stack) {
      if (route !== undefined) {
        for (const method of Object.keys(route.methods)) {
          if (method !== ALL_OTHERS) routes.push(`${method.toUpperCase()} ${String(route.path)}`);
        }
      } else if (handle.stack !== undefined) walk(handle.stack);
      else if (name === 'serveStatic') directories += 1;
      else if (handle.length !== ERROR_HANDLER) passed.push(name);
    }
  };
  const { stack }: { stack: readonly Layer[] } = Object(app.router);
  walk(stack);
  return { routes, directories, passed };
}

/** Events that the live doors listen to on a reader's socket, as they are written in the source. */
export function socketEvents(): readonly string[] {
  const files = sourceFiles('.ts').filter(({ path }) => path.startsWith('server/live/'));
  const events = files.flatMap(nodesOf).flatMap((node) => {
    const { callee } = node as { callee?: { property?: { name?: unknown }; object?: { name?: unknown } } };
    if (node.type !== 'CallExpression' || callee?.object?.name !== 'socket' || !Array.isArray(node.arguments))
      return [];
    if (!['on', 'once', 'onAny'].includes(String(callee.property?.name))) return [];
    const first: { value?: unknown } | undefined = node.arguments[0];
    return [typeof first?.value === 'string' ? first.value : 'any event'];
  });
  // Socket.IO's own, which no reader can send.
  return [...new Set(events)].filter((event) => event !== 'disconnect');
}
