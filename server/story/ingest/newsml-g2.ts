import { type FieldError, LIMITS, type Picture } from '@slugline/client/protocol';
import { fieldErrors, invalidInput, sentence } from '../input-errors.js';
import { NO_END } from '../workflow-rules.js';
import {
  bodyFrom,
  bylinesFrom,
  clipped,
  isPicture,
  lineOf,
  namesFrom,
  pictureFrom,
  sourcesFrom,
  withPictures,
} from './item-parts.js';
import { htmlOf } from './markup.js';
import { isCorrection, MOST_ALT_IDS, MOST_ITEMS, type ReadItem, slugOf, wireItem } from './wire-item.js';
import { childrenOf, elementAt, elementWithin, readXml, textOf, type XmlElement } from './xml.js';

/*
 * IPTC NewsML-G2: news items, each by itself or in a news message. Controlled values come as a QCode (`stat:usable`), a
 * URI or a literal: what stands behind the last colon or slash is the value.
 */

/**
 * The texts that a document holds, in its order. Pictures beside them go with the text that links to them.
 *
 * @throws Failure `invalid_xml`; `invalid_input` with each element by its name.
 */
export function itemsFromNewsml(text: string): readonly ReadItem[] {
  const root = readXml(text);
  const items = root.name === 'newsItem' ? [root] : childrenOf(elementAt(root, 'itemSet') ?? root, 'newsItem');
  if (root.name !== 'newsItem' && root.name !== 'newsMessage') {
    throw invalidInput([
      { field: root.name.slice(0, 60), message: 'must be a newsItem, or a newsMessage that holds some' },
    ]);
  }
  const texts = items.filter((item) => classOf(item) === 'text');
  const pictures = new Map(items.flatMap((item) => (classOf(item) === 'picture' ? [[guidOf(item), item]] : [])));
  if (texts.length === 0)
    throw invalidInput([{ field: 'newsItem', message: 'must be there, and be a text (ninat:text)' }]);
  if (texts.length > MOST_ITEMS) {
    throw invalidInput([{ field: 'itemSet', message: `must hold at most ${MOST_ITEMS} texts` }]);
  }
  return texts.map((item) => itemOf(item, pictures));
}

function itemOf(newsItem: XmlElement, pictures: ReadonlyMap<string, XmlElement>): ReadItem {
  const meta = (...path: readonly string[]) => said(newsItem, 'itemMeta', ...path);
  const content = (...path: readonly string[]) => said(newsItem, 'contentMeta', ...path);
  const contentMeta = elementAt(newsItem, 'contentMeta');
  const all = (name: string) => (contentMeta === undefined ? [] : childrenOf(contentMeta, name));
  const pubStatus = codeOf(elementAt(newsItem, 'itemMeta', 'pubStatus')) ?? 'usable';
  const described = (role: string) => wordsOf(all('description').find((one) => roleOf(one) === role));
  const slugline = content('slugline');
  const slug = slugline === undefined ? undefined : slugOf(slugline);
  const headline = lineOf(wordsOf(all('headline').find(isMain) ?? all('headline')[0]));
  const title = clipped(headline, LIMITS.headline);
  const language =
    elementAt(newsItem, 'contentMeta', 'language')?.attributes.get('tag') ?? newsItem.attributes.get('lang');
  const urgency = content('urgency');
  const located = nameOf(elementAt(newsItem, 'contentMeta', 'located'));
  const bylines = bylinesFrom(all('by').length > 0 ? all('by').map(wordsOf) : all('creator').map(nameOf));
  const sources = sourcesFrom(
    [...all('infoSource').map(nameOf), ...all('creditline').map(wordsOf)].map((name) => ({ name })),
  );
  const tags = namesFrom(all('subject').map(nameOf), LIMITS.tag, LIMITS.tags);
  const edNote = meta('edNote');
  const notice = described('notice');
  const correction = described('correction');
  const { body, leftOut } = bodyOf(newsItem, pictures);
  const version = newsItem.attributes.get('version')?.trim();
  const versionCreated = meta('versionCreated');
  const embargoed = elementAt(newsItem, 'itemMeta', 'embargoed');
  const itemMeta = elementAt(newsItem, 'itemMeta');
  const signals = itemMeta === undefined ? [] : childrenOf(itemMeta, 'signal').map(codeOf);
  const made = {
    guid: guidOf(newsItem),
    altIds: all('altId').flatMap(altIdOf).slice(0, MOST_ALT_IDS),
    ...(version !== undefined && version !== '' && { version }),
    ...(versionCreated !== undefined && { versionCreated }),
    pubStatus,
    // One that is empty is there, and nobody knows until when.
    ...(embargoed !== undefined && { embargoedUntil: wordsOf(embargoed) ?? NO_END }),
    ...(slug !== undefined && { slug }),
    header: { ...(title !== undefined && { headline: title }), ...(language !== undefined && { language }) },
    content: {
      ...(headline !== undefined && { headline }),
      ...(body.length > 0 && { body }),
      ...(urgency !== undefined && { urgency: Number(urgency) }),
      ...(bylines.length > 0 && { bylines }),
      ...(sources.length > 0 && { sources }),
      ...(located !== undefined && { located }),
      ...(tags.length > 0 && { tags }),
      ...(edNote !== undefined && { edNote }),
    },
    isCorrection: signals.some(isCorrection),
    ...(correction !== undefined && { correction }),
    ...(notice !== undefined && pubStatus !== 'usable' && { notice }),
  };
  const result = wireItem.safeParse(made, { error: sentence });
  if (result.success) return { item: result.data, leftOut };
  const issues = result.error.issues.map((issue) => {
    const [first, ...path] = issue.path.filter((part) => part !== 'content' && part !== 'header');
    return { ...issue, path: [ELEMENTS[String(first)] ?? String(first), ...path] };
  });
  throw invalidInput(fieldErrors(issues));
}

/** What NewsML-G2 calls the parts of an item that we call otherwise. */
const ELEMENTS: Readonly<Record<string, string>> = {
  guid: 'newsItem.guid',
  version: 'newsItem.version',
  altIds: 'altId',
  embargoedUntil: 'embargoed',
  slug: 'slugline',
  bylines: 'by',
  sources: 'infoSource',
  tags: 'subject',
  body: 'contentSet',
};

/** The text of an element, trimmed; nothing where it has none. */
function wordsOf(element: XmlElement | undefined): string | undefined {
  const words = element === undefined ? '' : textOf(element).trim();
  return words === '' ? undefined : words;
}

function said(newsItem: XmlElement, ...path: readonly string[]): string | undefined {
  return wordsOf(elementAt(newsItem, ...path));
}

/** The value of a controlled one, without the vocabulary that it is of. */
function codeOf(element: XmlElement | undefined): string | undefined {
  const { attributes } = element ?? {};
  return lastOf(attributes?.get('qcode') ?? attributes?.get('uri') ?? attributes?.get('literal'));
}

const lastOf = (code: string | undefined): string | undefined => code?.split(/[:/]/).at(-1);

function roleOf(element: XmlElement): string {
  return (lastOf(element.attributes.get('role')) ?? '').toLowerCase();
}

const isMain = (headline: XmlElement): boolean => ['', 'main', 'headline'].includes(roleOf(headline));

/** A party, a place or a subject by its name. */
function nameOf(element: XmlElement | undefined): string | undefined {
  return wordsOf(element && elementAt(element, 'name')) ?? element?.attributes.get('literal');
}

function guidOf(newsItem: XmlElement): string {
  return newsItem.attributes.get('guid')?.trim() ?? '';
}

/** `text`, unless the item says else. */
function classOf(newsItem: XmlElement): string {
  return codeOf(elementAt(newsItem, 'itemMeta', 'itemClass')) ?? 'text';
}

function altIdOf(element: XmlElement): { role?: string; value: string }[] {
  const value = wordsOf(element);
  const role =
    element.attributes.get('type') ?? element.attributes.get('typeuri') ?? element.attributes.get('environment');
  return value === undefined ? [] : [{ ...(role !== undefined && role.trim() !== '' && { role }), value }];
}

/** The text as it stands in the document, or else inside of it as a text; marks rather than none. */
function bodyOf(newsItem: XmlElement, pictures: ReadonlyMap<string, XmlElement>) {
  const linked = picturesOf(newsItem, pictures);
  const contentSet = elementAt(newsItem, 'contentSet');
  const inlineXml = contentSet && elementAt(contentSet, 'inlineXML');
  const data = contentSet === undefined ? [] : childrenOf(contentSet, 'inlineData');
  const isHtml = (one: XmlElement) => /html/.test(one.attributes.get('contenttype') ?? '');
  const inline = data.find(isHtml) ?? data[0];
  const found =
    inlineXml !== undefined
      ? bodyFrom(htmlOf(inlineXml), true, 'inlineXML')
      : inline !== undefined
        ? bodyFrom(textOf(inline), isHtml(inline), 'inlineData')
        : { blocks: [], leftOut: [] };
  return { body: withPictures(found.blocks, linked.pictures), leftOut: [...found.leftOut, ...linked.leftOut] };
}

/** The pictures that a text links to, of those that came with it. */
function picturesOf(newsItem: XmlElement, pictures: ReadonlyMap<string, XmlElement>) {
  const shown: Picture[] = [];
  const leftOut: FieldError[] = [];
  const meta = elementAt(newsItem, 'itemMeta');
  for (const link of meta === undefined ? [] : childrenOf(meta, 'link')) {
    const guid = link.attributes.get('residref') ?? '';
    const item = pictures.get(guid);
    if (item === undefined) continue;
    const made = pictureOf(item, guid);
    if (isPicture(made)) shown.push(made);
    else leftOut.push(made);
  }
  return { pictures: shown, leftOut };
}

function pictureOf(item: XmlElement, field: string): Picture | FieldError {
  const contentSet = elementAt(item, 'contentSet');
  const pixels = (one: XmlElement, name: string) => Number(one.attributes.get(name) ?? Number.NaN);
  const contents = contentSet === undefined ? [] : [...childrenOf(contentSet, 'remoteContent')];
  const [largest] = contents.sort((a, b) => (pixels(b, 'width') || 0) - (pixels(a, 'width') || 0));
  const contentMeta = elementAt(item, 'contentMeta');
  const descriptions = contentMeta === undefined ? [] : childrenOf(contentMeta, 'description');
  const isAlt = (one: XmlElement) => roleOf(one).startsWith('alt');
  const holder = elementWithin(item, 'copyrightHolder');
  return pictureFrom(
    {
      url: largest?.attributes.get('href'),
      width: largest && pixels(largest, 'width'),
      height: largest && pixels(largest, 'height'),
      caption: wordsOf(descriptions.find((one) => !isAlt(one))),
      creditLine: said(item, 'contentMeta', 'creditline') ?? said(item, 'contentMeta', 'by') ?? nameOf(holder),
      altText: wordsOf(descriptions.find(isAlt)),
    },
    field,
  );
}
