import type { DefaultTreeAdapterTypes } from 'parse5';

/*
 * Steps through and small changes of a tree that was parsed from HTML. It is data: nothing in it loads, runs or is shown.
 */
export type Parent = DefaultTreeAdapterTypes.ParentNode;
export type Child = DefaultTreeAdapterTypes.ChildNode;
export type Element = DefaultTreeAdapterTypes.Element;

export const isElement = (node: Child): node is Element => 'tagName' in node;

/** All elements within, each before those in it. Changes to the tree meanwhile do not change what comes. */
export function elementsIn(parent: Parent): readonly Element[] {
  const found: Element[] = [];
  const ahead: Child[] = [...parent.childNodes].reverse();
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (!isElement(node)) continue;
    found.push(node);
    for (let at = node.childNodes.length - 1; at >= 0; at -= 1) {
      const child = node.childNodes[at];
      if (child !== undefined) ahead.push(child);
    }
  }
  return found;
}

export function textIn(parent: Parent): string {
  let text = '';
  const ahead: Child[] = [...parent.childNodes].reverse();
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if ('value' in node) text += node.value;
    if (isElement(node)) ahead.push(...[...node.childNodes].reverse());
  }
  return text;
}

export function attribute({ attrs }: Element, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value;
}

export function setAttribute(element: Element, name: string, value: string): void {
  element.attrs = [...element.attrs.filter((attr) => attr.name !== name), { name, value }];
}

export function hasClass(element: Element, pattern: RegExp): boolean {
  return (attribute(element, 'class') ?? '').split(/\s+/).some((name) => pattern.test(name));
}

/** An element around these, in no place yet. */
export function around(tagName: string, like: Element, childNodes: readonly Child[]): Element {
  const element: Element = { ...like, nodeName: tagName, tagName, attrs: [], childNodes: [], parentNode: null };
  adopt(element, childNodes);
  return element;
}

export function adopt(parent: Parent, childNodes: readonly Child[]): void {
  parent.childNodes = [...childNodes];
  for (const child of parent.childNodes) child.parentNode = parent;
}

export function rename(element: Element, tagName: string): void {
  element.tagName = tagName;
  element.nodeName = tagName;
}
