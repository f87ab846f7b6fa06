import path from 'node:path';
import { parseSync } from 'vite';
import type { SourceFile } from './source-tree.js';

/** What one file asks for, as the syntax tree has it: static, type-only, dynamic, re-exported or in a type. */
export interface Import {
  readonly specifier: string;
  /** Path from the root for a file of ours (`server/errors.ts`), name for a package, `node:…` for a built-in. */
  readonly target: string;
  readonly kind: 'file' | 'package' | 'builtin';
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** Names under which our packages import each other, and the files that they stand for. */
const OWN_PACKAGES: Readonly<Record<string, string>> = {
  '@slugline/client': 'client-sdk/index.ts',
  '@slugline/client/protocol': 'client-sdk/protocol/index.ts',
  '@slugline/client/body': 'client-sdk/body/index.ts',
  slugline: 'server/index.ts',
};

/** A node of the syntax tree, of which only the fields that lead to imports matter. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: SyntaxNode, source: unknown, typeOnly: boolean): void => {
    if (!isNode(source)) return;
    if (source.type === 'Literal' && typeof source.value === 'string') {
      found.push({ ...resolve(file.path, source.value), specifier: source.value, typeOnly });
      return;
    }
    throw new Error(`${file.path}: an import whose target only shows at run time, at ${node.start}`);
  };
  for (const node of nodesOf(file)) {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node, node.source, node.importKind === 'type' || allNamedAsTypes(node));
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node, node.source, node.exportKind === 'type');
        break;
      case 'ImportExpression':
        add(node, node.source, false);
        break;
      case 'TSImportType':
        add(node, node.source ?? node.argument, true);
        break;
      case 'TSExternalModuleReference':
        add(node, node.expression, false);
        break;
      case 'CallExpression':
        if (isRequire(node.callee)) add(node, Array.isArray(node.arguments) ? node.arguments[0] : undefined, false);
        break;
    }
  }
  return found;
}

/** Every node of a file's syntax tree. Throws where the file does not parse: a check must not pass over it. */
export function nodesOf(file: SourceFile): readonly SyntaxNode[] {
  const { program, errors } = parseSync(file.path, file.text);
  if (errors.length > 0) throw new Error(`${file.path} does not parse: ${errors[0]?.message}`);
  const nodes: SyntaxNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (typeof value === 'object' && value !== null) {
      if (isNode(value)) nodes.push(value);
      for (const field of Object.values(value)) visit(field);
    }
  };
  visit(program);
  return nodes;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** `import { type A, type B }` keeps the module at run time in some compilers, but reads nothing from it. */
function allNamedAsTypes(node: SyntaxNode): boolean {
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
  return specifiers.length > 0 && specifiers.every((specifier) => specifier.importKind === 'type');
}

function isRequire(callee: unknown): boolean {
  return isNode(callee) && callee.type === 'Identifier' && callee.name === 'require';
}

function resolve(from: string, specifier: string): Pick<Import, 'target' | 'kind'> {
  if (specifier.startsWith('.')) {
    const joined = path.posix.join(path.posix.dirname(from), specifier);
    return { target: joined.replace(/\.js$/, '.ts'), kind: 'file' };
  }
  const own = OWN_PACKAGES[specifier];
  if (own !== undefined) return { target: own, kind: 'file' };
  if (specifier.startsWith('node:')) return { target: specifier, kind: 'builtin' };
  return { target: packageOf(specifier), kind: 'package' };
}

/** `@scope/name/deep` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
