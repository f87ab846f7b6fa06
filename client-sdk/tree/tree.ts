/**
 * What is to be shown, before it is HTML or nodes of a document. Servers print trees, browsers build them, so a page
 * that was open all day and one that is loaded now show the same. Trees are never changed once they are made: the same
 * object shown again is known not to differ.
 */
export type Tree = TreeNode | string;

export interface TreeNode {
  readonly tag: string;
  /** Values as they are to stand in the document: whoever puts a URL here has checked it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** No two texts stand beside each other, and none is empty: HTML could not tell them apart. */
  readonly children: readonly Tree[];
  /** Names the node among its siblings, so that it is moved rather than made anew. Printed as `data-key`. */
  readonly key?: string | undefined;
}

/** What may be given for a child: nothing where a condition does not hold, and lists of children. */
export type Child = Tree | false | undefined | readonly Child[];

/** `true` is an attribute without a value; `false` and `undefined` leave it out. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function h(tag: string, attributes?: Attributes, ...children: readonly Child[]): TreeNode {
  const kept: Record<string, string> = {};
  let key: string | undefined;
  // Own ones only: sites add what they like to the prototype of all objects.
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === false) continue;
    if (name === 'key') key = String(value);
    else kept[name] = value === true ? '' : String(value);
  }
  // Always its own, so that none is found on the prototype either.
  return { tag, attributes: kept, children: flat(children), key };
}

/** The children as a tree has them. */
export function flat(children: readonly Child[]): readonly Tree[] {
  const trees: Tree[] = [];
  for (const child of children) {
    if (child === undefined || child === false || child === '') continue;
    for (const tree of isList(child) ? flat(child) : [child]) {
      const last = trees.at(-1);
      if (typeof tree === 'string' && typeof last === 'string') trees[trees.length - 1] = last + tree;
      else trees.push(tree);
    }
  }
  return trees;
}

function isList(child: Tree | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}
