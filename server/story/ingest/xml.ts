import { SaxesParser } from 'saxes';
import { Failure } from '../../errors.js';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** By their names without prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | string;

/** Elements within each other. Whoever goes through a tree may count on it, and recurse. */
const MOST_DEEP = 64;

interface Open extends XmlElement {
  readonly children: XmlNode[];
}

/**
 * A document as a tree, read as strictly as XML 1.0 and its namespaces demand. A document type is refused: so there are
 * no entities but the five of XML and characters by their number, and nothing is ever loaded.
 *
 * @throws Failure `invalid_xml`.
 */
export function readXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const document: Open = { name: '', attributes: new Map(), children: [] };
  const open = [document];
  parser.on('error', ({ message }) => {
    // It begins with the place: `3:17: unclosed tag: p`.
    throw refused(`The body is not well-formed XML (line and column ${message.slice(0, 200)})`);
  });
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!/^utf-?8$/i.test(encoding))
      throw refused(`The body must be UTF-8, and says that it is ${encoding.slice(0, 40)}`);
  });
  parser.on('doctype', () => {
    throw refused('The body must have no document type (DOCTYPE)');
  });
  parser.on('opentag', ({ local, attributes }) => {
    if (open.length > MOST_DEEP) throw refused(`The body has more than ${MOST_DEEP} elements within each other`);
    const values = new Map(Object.values(attributes).map((attribute) => [attribute.local, attribute.value]));
    const element: Open = { name: local, attributes: values, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const hear = (words: string) => open.at(-1)?.children.push(words);
  parser.on('text', hear);
  parser.on('cdata', hear);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  const root = document.children.find((node) => typeof node !== 'string');
  if (root === undefined) throw refused('The body has no element');
  return root;
}

function refused(sentence: string): Failure {
  return new Failure('invalid_xml', `${sentence}.`);
}

export function childrenOf({ children }: XmlElement, name: string): readonly XmlElement[] {
  return children.filter((node) => typeof node !== 'string' && node.name === name) as XmlElement[];
}

/** The first child of this name, and so on along the path. */
export function elementAt(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const name of path) at = at && childrenOf(at, name)[0];
  return at;
}

/** The first element of this name at any depth, in the order of the text. */
export function elementWithin(element: XmlElement, name: string): XmlElement | undefined {
  for (const node of element.children) {
    if (typeof node === 'string') continue;
    const found = node.name === name ? node : elementWithin(node, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All text in it. */
export function textOf({ children }: XmlElement): string {
  return children.map((node) => (typeof node === 'string' ? node : textOf(node))).join('');
}
