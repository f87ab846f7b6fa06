import { type Child, flat, type Tree } from './tree.js';

/** What each node shows. */
const shown = new WeakMap<Node, Tree>();

/**
 * Brings a document's nodes to what the trees say by touching only what differs, so that what a reader is in the middle
 * of keeps its focus, its selection, its pictures and its place. Nodes that a server printed are taken over as they are.
 *
 * Nodes are made one by one and never from HTML: it works where pages forbid that (Trusted Types).
 */
export function show(parent: ParentNode & Node, ...children: readonly Child[]): void {
  bring(parent, flat(children));
}

function bring(parent: Node, trees: readonly Tree[]): void {
  const wanted = new Set(trees.flatMap((tree) => keyOf(tree) ?? []));
  const keyed = new Map<string, ChildNode>();
  for (const child of [...parent.childNodes]) {
    const key = keyOfNode(child);
    if (key === undefined) continue;
    // Ahead of the rest: what stays need not be moved around what goes.
    if (wanted.has(key)) keyed.set(key, child);
    else child.remove();
  }
  let place: ChildNode | null = parent.firstChild;
  for (const tree of trees) {
    const key = keyOf(tree);
    const known = key === undefined ? unkeyed(place) : keyed.get(key);
    if (known !== undefined && fits(known, tree)) {
      if (known === place) place = place.nextSibling;
      else parent.insertBefore(known, place);
      patch(known, tree);
    } else parent.insertBefore(build(tree), place);
  }
  while (place !== null) {
    const next: ChildNode | null = place.nextSibling;
    place.remove();
    place = next;
  }
}

function build(tree: Tree): Node {
  if (typeof tree === 'string') return document.createTextNode(tree);
  const node = document.createElement(tree.tag);
  if (tree.key !== undefined) node.dataset.key = tree.key;
  for (const [name, value] of Object.entries(tree.attributes)) node.setAttribute(name, value);
  for (const child of tree.children) node.append(build(child));
  shown.set(node, tree);
  return node;
}

function patch(node: ChildNode, tree: Tree): void {
  if (shown.get(node) === tree) return;
  if (typeof tree === 'string') {
    if (node.nodeValue !== tree) node.nodeValue = tree;
    return;
  }
  if (!(node instanceof Element)) return;
  const { attributes } = tree;
  for (const { name } of [...node.attributes]) {
    // What a reader opened stays open.
    if (name !== 'data-key' && name !== 'open' && !Object.hasOwn(attributes, name)) node.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  bring(node, tree.children);
  shown.set(node, tree);
}

function fits(node: ChildNode, tree: Tree): boolean {
  if (typeof tree === 'string') return node.nodeType === Node.TEXT_NODE;
  return node instanceof Element && node.localName === tree.tag;
}

function keyOf(tree: Tree): string | undefined {
  return typeof tree === 'string' ? undefined : tree.key;
}

function keyOfNode(node: Node): string | undefined {
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}

/** The node at this place, if it is none that has a place of its own. */
function unkeyed(node: ChildNode | null): ChildNode | undefined {
  return node === null || keyOfNode(node) !== undefined ? undefined : node;
}
