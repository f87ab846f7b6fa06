/**
 * Brings an element to what another document has for it by touching only what differs, so that a link that is focused, a
 * text that is selected and a picture that was loaded stay. What has the same `data-key` in both is the same.
 *
 * Nodes are copied and never made from HTML: it works where pages forbid that (Trusted Types).
 */
export function bring(shown: Element, wanted: Element): void {
  for (const name of shown.getAttributeNames()) if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  const left = new Set<ChildNode>(shown.childNodes);
  const pairs = [...wanted.childNodes].map((node) => {
    const found = [...left].find((other) => isSame(other, node));
    if (found !== undefined) left.delete(found);
    return { node, found };
  });
  for (const node of left) node.remove();
  let place = shown.firstChild;
  for (const { node, found } of pairs) {
    if (found === undefined) {
      shown.insertBefore(document.importNode(node, true), place);
      continue;
    }
    // What stands where it is to be is not moved: it would lose its focus.
    if (found === place) place = place.nextSibling;
    else shown.insertBefore(found, place);
    if (found instanceof Element && node instanceof Element) bring(found, node);
    else if (found.nodeValue !== node.nodeValue) found.nodeValue = node.nodeValue;
  }
}

export function keyOf(node: Node): string | undefined {
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}

function isSame(one: Node, other: Node): boolean {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other) && nameOf(one) === nameOf(other);
}

/** The first class tells what a node is there for. */
function nameOf(node: Node): string {
  return node instanceof Element ? (node.classList[0] ?? '') : '';
}
