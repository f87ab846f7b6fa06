import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { nodesOf } from './imports.js';
import { codesIn, rowsOf, sectionOf } from './markdown.js';
import { readText, type SourceFile, sourceFiles } from './source-tree.js';

interface Route {
  readonly method: string;
  readonly path: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Each row's first cell is `GET /v1/stories/:slug`. */
const documented: readonly Route[] = rowsOf(sectionOf(readText('PROTOCOL.md'), 'Routes')).map(([cell = '']) => {
  const [method = '', path = ''] = codesIn(cell)[0]?.split(' ') ?? [];
  return { method, path };
});

/** Some path that fits: of a story that is there, and of an entry and a key that are not. */
const filled = (path: string): string =>
  path
    .replace(':slug', 'a-story')
    .replace(':entryId', 'no-entry')
    .replace(':keyId', 'nokey000')
    .replace(':memberId', 'nobody00')
    .replace(':digest', 'd'.repeat(43))
    .replace(':name', 'original.gif')
    .replace(':subscriptionId', 's'.repeat(43));

/**
 * Paths given to `route`, `get` and the like in a file, as far as they are plain texts. Written out in the source
 * is how our routes are; one made at run time would be found by nobody who searches for it either.
 */
function mountedPaths(file: SourceFile): readonly string[] {
  return nodesOf(file).flatMap((node) => {
    if (node.type !== 'CallExpression' || !Array.isArray(node.arguments)) return [];
    const { callee } = node as { callee?: { property?: { name?: unknown } } };
    const name = callee?.property?.name;
    if (typeof name !== 'string' || !/^(?:route|all|use|get|head|post|put|patch|delete)$/.test(name)) return [];
    const first: { type?: string; value?: unknown } | undefined = node.arguments[0];
    return typeof first?.value === 'string' && first.value.startsWith('/') ? [first.value] : [];
  });
}

describe('the routes in PROTOCOL.md are those of the server', () => {
  it('no route is mounted that is not documented, and none is documented that is not mounted', () => {
    const files = sourceFiles('.ts').filter(({ path }) => /^server\/(?:http|live)\//.test(path));
    const mounted = new Set(files.flatMap(mountedPaths));
    expect([...mounted].sort()).toEqual([...new Set(documented.map(({ path }) => path))].sort());
  });

  it('would notice a route that is mounted', () => {
    const text = "router.route('/v1/secrets').get(send); app.post('/v1/b', send); map.get('/v1/c');";
    expect(mountedPaths({ path: 'server/http/sample.ts', text })).toEqual(['/v1/secrets', '/v1/b', '/v1/c']);
  });

  it('each answers to the methods documented and names them to all others', async () => {
    const { api } = await serverForTest();
    await api.createStory({ slug: 'a-story' });
    for (const path of new Set(documented.map((route) => route.path))) {
      const methods = documented.filter((route) => route.path === path).map(({ method }) => method);
      for (const method of METHODS) {
        // Streams stay open, so they are asked for what they refuse.
        const url = path.endsWith('/stream') ? `${filled(path)}?since=nonsense` : filled(path);
        const { status, headers, body } = await api.request<{ code?: string }>(method, url);
        const what = `${method} ${path} → ${status} ${body.code ?? ''}`;
        if (methods.includes(method)) {
          expect(['route_not_found', 'method_not_allowed', 'internal'], what).not.toContain(body.code);
        } else {
          expect(body.code, what).toBe('method_not_allowed');
          const allowed = headers.get('allow')?.split(/, */) ?? [];
          expect(allowed.filter((name) => name !== 'HEAD' && name !== 'OPTIONS').sort(), what).toEqual(
            [...methods].sort(),
          );
        }
      }
    }
  });

  it('answers at no other path', async () => {
    const { api } = await serverForTest();
    for (const path of ['/v1', '/v1/story', '/v1/stories/a-story/nothing', '/v2/stories', '/v1/stories/']) {
      expect((await api.get(path)).body.code, path).toBe('route_not_found');
    }
  });
});
