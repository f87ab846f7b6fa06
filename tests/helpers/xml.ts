import { SaxesParser } from 'saxes';

export interface XmlElement {
  /** As it stands in the document: `atom:link`. */
  readonly name: string;
  /** URI of its namespace; empty where it has none. */
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text in it, that of its children too. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** Reads a document as strictly as XML 1.0 and its namespaces demand. Throws where it is not well-formed. */
export function parseXml(document: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: Open[] = [{ name: '', namespace: '', attributes: {}, children: [], text: '' }];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, uri, attributes }) => {
    const values = Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value]));
    open.push({ name, namespace: uri, attributes: values, children: [], text: '' });
  });
  parser.on('text', (text) => {
    for (const element of open) element.text += text;
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed !== undefined) open.at(-1)?.children.push(closed);
  });
  parser.write(document).close();
  const [root] = open[0]?.children ?? [];
  if (root === undefined) throw new Error('the document has no element');
  return root;
}

/** The children of this name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The only child of this name. Throws where there is none, or another. */
export function childOf(element: XmlElement, name: string): XmlElement {
  const [child, ...others] = childrenOf(element, name);
  if (child === undefined || others.length > 0) {
    throw new Error(`${element.name} has ${others.length + (child === undefined ? 0 : 1)} times ${name}`);
  }
  return child;
}
