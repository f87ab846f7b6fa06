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
  const nodes = [...parent.childNodes];
  const found = match(nodes, trees);
  const kept = new Set(found);
  for (const node of nodes) {
    if (!kept.has(node)) node.remove();
  }
  const still = staying(nodes, found);
  let place = parent.firstChild;
  for (let at = 0; at < trees.length; at += 1) {
    const tree = trees[at];
    if (tree === undefined) continue;
    const node = found[at];
    if (node === undefined) parent.insertBefore(build(tree), place);
    else {
      if (node === place || still.has(node)) place = node.nextSibling;
      else parent.insertBefore(node, place);
      patch(node, tree);
    }
  }
}

/**
 * The node that is to show each tree, if there is one: by its key; else what shows the same already at the beginning or
 * the end of the list, so that a paragraph stays the one that it was when others come in around it; else the next of its
 * kind.
 */
function match(nodes: readonly ChildNode[], trees: readonly Tree[]): readonly (ChildNode | undefined)[] {
  const keyed = new Map<string, ChildNode>();
  const others: ChildNode[] = [];
  for (const node of nodes) {
    const key = keyOfNode(node);
    if (key === undefined) others.push(node);
    else keyed.set(key, node);
  }
  const found: (ChildNode | undefined)[] = [];
  /** Where the trees without a key are. */
  const turns: number[] = [];
  for (const tree of trees) {
    const key = keyOf(tree);
    if (key === undefined) turns.push(found.length);
    const node = key === undefined ? undefined : keyed.get(key);
    found.push(node !== undefined && isTag(node, tree) ? node : undefined);
  }
  /** Takes a node for a tree, both by their place among those without a key, where it is right for it. */
  const take = (node: ChildNode | undefined, turn: number, isRight: (node: ChildNode, tree: Tree) => boolean) => {
    const at = turns[turn];
    const tree = at === undefined ? undefined : trees[at];
    if (node === undefined || at === undefined || tree === undefined || !isRight(node, tree)) return false;
    found[at] = node;
    return true;
  };
  let first = 0;
  while (take(others[first], first, shows)) first += 1;
  let last = others.length;
  let turn = turns.length;
  while (last > first && turn > first && take(others[last - 1], turn - 1, shows)) {
    last -= 1;
    turn -= 1;
  }
  let next = first;
  for (let at = first; at < turn; at += 1) {
    for (let node = next; node < last; node += 1) {
      if (!take(others[node], at, isKind)) continue;
      next = node + 1;
      break;
    }
  }
  return found;
}

/**
 * Those that can stay where they are while the others are moved: a node that is moved may lose its focus, and loads its
 * frames again. Of two ways to go through them, the one that moves less: from the end where one came to the beginning,
 * from the beginning where one left it.
 */
function staying(nodes: readonly ChildNode[], found: readonly (ChildNode | undefined)[]): ReadonlySet<ChildNode> {
  const kept = found.filter((node) => node !== undefined);
  const forwards = rising(nodes, kept);
  if (forwards.size === kept.length) return forwards;
  const backwards = rising([...nodes].reverse(), kept.reverse());
  return forwards.size > backwards.size ? forwards : backwards;
}

/** Each that stands after the last of these. */
function rising(nodes: readonly ChildNode[], kept: readonly ChildNode[]): ReadonlySet<ChildNode> {
  const places = new Map(nodes.map((node, at) => [node, at]));
  let last = -1;
  return new Set(
    kept.filter((node) => {
      const place = places.get(node) ?? -1;
      if (place < last) return false;
      last = place;
      return true;
    }),
  );
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
  if (typeof tree === 'string') {
    // Another text is another node: browsers would take the one for moved whose end is not where it was.
    if (node.nodeValue !== tree) node.replaceWith(tree);
    return;
  }
  const before = shown.get(node);
  if (before === tree || !(node instanceof Element)) return;
  const { attributes } = tree;
  for (const name of before === undefined ? node.getAttributeNames() : Object.keys(attributesOf(before))) {
    // What a reader opened before the script was there stays open.
    if (name !== 'data-key' && name !== 'open' && !Object.hasOwn(attributes, name)) node.removeAttribute(name);
  }
  const known = attributesOf(before);
  for (const [name, value] of Object.entries(attributes)) {
    if ((before === undefined ? node.getAttribute(name) : known[name]) !== value) node.setAttribute(name, value);
  }
  if (before === undefined || typeof before === 'string' || before.children !== tree.children)
    bring(node, tree.children);
  shown.set(node, tree);
}

function attributesOf(tree: Tree | undefined): Readonly<Record<string, string>> {
  return typeof tree === 'object' ? tree.attributes : {};
}

function isTag(node: ChildNode, tree: Tree): boolean {
  return typeof tree === 'string' ? node.nodeType === Node.TEXT_NODE : node.nodeName.toLowerCase() === tree.tag;
}

/** Whether a node is of the kind of a tree: of its tag, and named by the same first class. */
function isKind(node: ChildNode, tree: Tree): boolean {
  if (typeof tree === 'string' || !isTag(node, tree)) return isTag(node, tree);
  const nameOf = (classes: string | null | undefined) => classes?.split(' ')[0] ?? '';
  return node instanceof Element && nameOf(node.getAttribute('class')) === nameOf(tree.attributes.class);
}

/** Whether a node shows it already. */
function shows(node: ChildNode, tree: Tree): boolean {
  return typeof tree === 'string'
    ? node.nodeType === Node.TEXT_NODE && node.nodeValue === tree
    : same(shown.get(node), tree);
}

function same(one: Tree | undefined, other: Tree): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one.tag !== other.tag) return false;
  const names = Object.keys(one.attributes);
  return (
    names.length === Object.keys(other.attributes).length &&
    names.every((name) => one.attributes[name] === other.attributes[name]) &&
    one.children.length === other.children.length &&
    one.children.every((child, at) => {
      const counterpart = other.children[at];
      return counterpart !== undefined && same(child, counterpart);
    })
  );
}

function keyOf(tree: Tree): string | undefined {
  return typeof tree === 'string' ? undefined : tree.key;
}

function keyOfNode(node: Node): string | undefined {
  const tree = shown.get(node);
  if (tree !== undefined) return keyOf(tree);
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}
