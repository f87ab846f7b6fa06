import { childrenOf, elementAt, elementWithin, textOf, type XmlElement, type XmlNode } from './xml.js';

/** What NITF calls otherwise than HTML. */
const NITF: Readonly<Record<string, string>> = {
  hl1: 'h2',
  hl2: 'h3',
  bq: 'blockquote',
  credit: 'cite',
  'body.content': 'div',
  block: 'div',
};

/** Elements of HTML without an end. */
const EMPTY = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

/** The text of a document in XHTML or NITF, without its head, as HTML. */
export function htmlOf(document: XmlElement): string {
  const text = elementWithin(document, 'body.content') ?? elementWithin(document, 'body') ?? document;
  return text.children.map(html).join('');
}

/** Recurses no deeper than documents are. */
function html(node: XmlNode): string {
  if (typeof node === 'string') return escaped(node);
  if (node.name === 'media') return mediaHtml(node);
  const name = NITF[node.name] ?? node.name.toLowerCase();
  const attributes = [...node.attributes].map(([key, value]) => ` ${key}="${escaped(value)}"`).join('');
  if (EMPTY.has(name)) return `<${name}${attributes}>`;
  return `<${name}${attributes}>${node.children.map(html).join('')}</${name}>`;
}

/** A picture of NITF: `media-reference`, `media-caption`, `media-producer`. */
function mediaHtml(media: XmlElement): string {
  const reference = childrenOf(media, 'media-reference')[0];
  if (media.attributes.get('media-type') !== 'image' || reference === undefined) return '';
  const said = (name: string) => {
    const element = elementAt(media, name);
    return element === undefined ? '' : escaped(textOf(element));
  };
  const value = (name: string) => escaped(reference.attributes.get(name) ?? '');
  const image = `<img src="${value('source')}" alt="${value('alternate-text')}" width="${value('width')}" height="${value('height')}">`;
  // An `alt` that is there and empty would say that the picture is decoration.
  const described = value('alternate-text') === '' ? image.replace(' alt=""', '') : image;
  return `<figure>${described}<figcaption>${said('media-caption')} <small>${said('media-producer')}</small></figcaption></figure>`;
}
