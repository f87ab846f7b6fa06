import { LIMITS } from '@slugline/client/protocol';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parseFragment } from 'parse5';
import { BodyBuilder, type ParsedBody, type ReadingOptions } from './body-builder.js';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/**
 * Gone with all they hold: what runs, loads or is filled in; what a browser does not show; and text that its
 * author struck out, which unwrapped would say the contrary of what was meant.
 */
const DROPPED = new Set(
  (
    'script style iframe object embed applet noscript template svg math canvas video audio map head title meta link ' +
    'base frame frameset input select textarea button datalist dialog progress meter rt rp del s strike'
  ).split(' '),
);

const BLOCKS = new Set(
  (
    'p div section article aside header footer main nav address details summary figure figcaption form fieldset center ' +
    'hr dl dt dd table caption thead tbody tfoot tr pre body html search hgroup'
  ).split(' '),
);

const MARKS: Readonly<Record<string, 'strong' | 'emphasis' | 'code'>> = {
  strong: 'strong',
  b: 'strong',
  em: 'emphasis',
  i: 'emphasis',
  cite: 'emphasis',
  dfn: 'emphasis',
  code: 'code',
  kbd: 'code',
  samp: 'code',
  tt: 'code',
  pre: 'code',
};

/**
 * Elements of one text. More than its tags can be, as long as it may be: only marks that were left open come to more,
 * since HTML opens them all again in every paragraph that follows. A hundred kilobytes of that are millions.
 */
const MOST_ELEMENTS = LIMITS.bodySource / 2;

export interface HtmlOptions extends ReadingOptions {
  /** Changes the tree before it is read: some programs say with styles what HTML has elements for. */
  readonly tidy?: (tree: DefaultTreeAdapterTypes.ParentNode) => void;
}

/**
 * Blocks of an HTML text, such as a CMS or a clipboard holds. Nothing of the HTML itself goes through: known
 * elements become blocks and marks, scripts and frames go with their content, all other tags leave their text.
 *
 * A quote's speaker is taken from its `footer` (`— Ada Lund, harbour master <cite>Efe</cite>`), its own `cite`, or
 * the caption of the figure around it. A picture's caption is the figure's, its credit the `small` in that or the
 * image's `data-credit`. Table rows become paragraphs.
 *
 * parse5 as such, because what is built upon it walks the tree by recursion, which 2,000 nested tags bring down.
 */
export function bodyFromHtml(html: string, options: HtmlOptions = {}): ParsedBody {
  const tree = treeOf(html);
  if (tree === undefined) {
    return {
      blocks: [],
      problems: ['holds too many elements: fewer must be used, and each closed in the paragraph it stands in'],
    };
  }
  options.tidy?.(tree);
  const reader = new HtmlReader(options);
  const steps: Step[] = [];
  ahead(steps, tree);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step.leave !== undefined) step.leave();
    else if ('value' in step.node) reader.text(step.node.value);
    else if (isElement(step.node)) {
      const leave = reader.enter(step.node);
      if (leave === undefined) continue;
      steps.push({ node: step.node, leave });
      ahead(steps, step.node);
    }
  }
  return reader.builder.finish();
}

class TooManyElements extends Error {}

/** The text as a tree; `undefined` where that would come to more than `MOST_ELEMENTS`. */
function treeOf(html: string): ParentNode | undefined {
  let elements = 0;
  const treeAdapter: typeof defaultTreeAdapter = {
    ...defaultTreeAdapter,
    createElement(...parts) {
      elements += 1;
      if (elements > MOST_ELEMENTS) throw new TooManyElements();
      return defaultTreeAdapter.createElement(...parts);
    },
  };
  try {
    return parseFragment(html, { treeAdapter });
  } catch (error) {
    if (error instanceof TooManyElements) return undefined;
    throw error;
  }
}

/** A node yet to be entered, or with `leave` an element whose children are done. */
interface Step {
  readonly node: Node;
  readonly leave?: () => void;
}

const isElement = (node: Node): node is Element => 'tagName' in node;

/** Puts a node's children on the stack, the first one on top. */
function ahead(steps: Step[], { childNodes }: ParentNode): void {
  for (let at = childNodes.length - 1; at >= 0; at -= 1) {
    const node = childNodes[at];
    if (node !== undefined) steps.push({ node });
  }
}

class HtmlReader {
  readonly builder: BodyBuilder;
  readonly #isDraft: boolean;
  #preformatted = 0;
  #firstCell = true;
  /** What is said below the pictures of the figure that is open. */
  #caption: Caption | undefined;
  readonly #quoteFigures = new Set<ParentNode>();

  constructor(options: ReadingOptions) {
    this.builder = new BodyBuilder(options);
    this.#isDraft = options.isDraft ?? false;
  }

  text(text: string): void {
    if (this.#preformatted > 0) this.builder.preformatted(text);
    else this.builder.text(text);
  }

  /** Tells the builder of an element's start. Answers what to do at its end; nothing where all of it is dealt with. */
  enter(element: Element): (() => void) | undefined {
    const name = element.tagName;
    if (name === 'iframe' && this.#isDraft) this.#frame(element);
    if (DROPPED.has(name) || attribute(element, 'hidden') !== undefined) return undefined;
    if (name === 'figcaption' && this.#caption !== undefined) return undefined;
    if (this.#isAttribution(element)) {
      this.#attribution(element);
      return undefined;
    }
    const closers = [this.#openMark(name), this.#openBlock(name), this.#open(element)];
    return () => {
      for (const close of closers) close?.();
    };
  }

  #openMark(name: string): (() => void) | undefined {
    const mark = MARKS[name];
    if (mark === undefined) return undefined;
    // A block's text ends before its mark does.
    if (BLOCKS.has(name)) this.builder.blockBreak();
    this.builder.openMark(mark);
    return () => this.builder.closeMark(mark);
  }

  #openBlock(name: string): (() => void) | undefined {
    if (!BLOCKS.has(name)) return undefined;
    this.builder.blockBreak();
    return () => this.builder.blockBreak();
  }

  #open(element: Element): (() => void) | undefined {
    const { builder } = this;
    const name = element.tagName;
    switch (name) {
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6':
        builder.openHeading(Number(name.slice(1)));
        return () => builder.close();
      case 'ul':
      case 'ol':
      case 'menu':
        builder.openList(name === 'ol');
        return () => builder.close();
      case 'li':
        builder.item();
        return undefined;
      case 'blockquote':
        builder.openQuote();
        return () => builder.close();
      case 'figure':
        return this.#openFigure(element);
      case 'a':
        builder.openLink(attribute(element, 'href')?.trim() ?? '');
        return () => builder.closeLink();
      case 'q':
        builder.text('“');
        return () => builder.text('”');
      case 'pre':
        this.#preformatted += 1;
        return () => {
          this.#preformatted -= 1;
        };
      case 'tr':
        this.#firstCell = true;
        return undefined;
      case 'td':
      case 'th':
        if (!this.#firstCell) builder.text(' | ');
        this.#firstCell = false;
        return undefined;
      case 'br':
        builder.lineBreak();
        return undefined;
      case 'img':
        this.#image(element);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Around pictures it is their caption; around a quote it is the quote, so that its caption can name the speaker. */
  #openFigure(element: Element): (() => void) | undefined {
    this.#caption = captionOf(element);
    if (this.#caption !== undefined) {
      return () => {
        this.#caption = undefined;
      };
    }
    if (!isQuoteFigure(element)) return undefined;
    this.#quoteFigures.add(element);
    this.builder.openQuote();
    return () => this.builder.close();
  }

  /** What names the speaker: `footer` and `cite` of the quote itself, or the caption of its figure. */
  #isAttribution({ tagName, parentNode }: Element): boolean {
    if (parentNode === null) return false;
    if (tagName === 'figcaption') return this.#quoteFigures.has(parentNode);
    return (tagName === 'footer' || tagName === 'cite') && parentNode.nodeName === 'blockquote';
  }

  #attribution(element: Element): void {
    const source = firstOf(element, 'cite');
    this.builder.attribution(textOf(element, source));
    if (source !== undefined) this.builder.quoteSource(textOf(source));
  }

  #frame(element: Element): void {
    const src = attribute(element, 'src')?.trim() ?? '';
    // Pages write addresses of frames without the scheme, for both of them.
    const url = src.startsWith('//') ? `https:${src}` : src;
    const provider = attribute(element, 'data-provider') ?? hostOf(url);
    this.builder.frame({ url, provider, title: attribute(element, 'title') });
  }

  #image(element: Element): void {
    const width = pixels(element, 'width');
    const height = pixels(element, 'height');
    const altText = attribute(element, 'alt');
    // By HTML's own word an empty `alt` is decoration, which an editor may see to; one pixel is not there to be seen.
    if ((altText === '' && !this.#isDraft) || (width === 1 && height === 1)) return;
    this.builder.picture({
      url: attribute(element, 'src') ?? '',
      altText,
      creditLine: this.#caption?.creditLine ?? attribute(element, 'data-credit'),
      caption: this.#caption?.text,
      width,
      height,
    });
  }
}

/** Whose a frame is: its host, as a reader would name it. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : url);

interface Caption {
  readonly text?: string;
  readonly creditLine?: string;
}

/** The words for the pictures of a figure; nothing where it has none of its own, as around a gallery of figures. */
function captionOf(figure: Element): Caption | undefined {
  let pictures = false;
  let caption: Element | undefined;
  for (const element of descendants(figure)) {
    if (element.tagName === 'figure') return undefined;
    if (element.tagName === 'img') pictures = true;
    if (element.tagName === 'figcaption') caption ??= element;
  }
  if (!pictures) return undefined;
  if (caption === undefined) return {};
  const credit = firstOf(caption, 'small');
  return { text: textOf(caption, credit), ...(credit !== undefined && { creditLine: textOf(credit) }) };
}

function isQuoteFigure({ childNodes }: Element): boolean {
  const names = childNodes.map(({ nodeName }) => nodeName);
  return names.includes('blockquote') && names.includes('figcaption');
}

function pixels(element: Element, name: string): number | undefined {
  const text = attribute(element, name) ?? '';
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

/** Elements within, in the order of the text. */
function* descendants(element: Element): Generator<Element> {
  const steps: Step[] = [];
  ahead(steps, element);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (!isElement(step.node) || DROPPED.has(step.node.tagName)) continue;
    yield step.node;
    ahead(steps, step.node);
  }
}

function firstOf(element: Element, tagName: string): Element | undefined {
  for (const within of descendants(element)) {
    if (within.tagName === tagName) return within;
  }
  return undefined;
}

function textOf(element: Element, without?: Element): string {
  let text = '';
  const steps: Step[] = [];
  ahead(steps, element);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { node } = step;
    if ('value' in node) text += node.value;
    if (!isElement(node) || node === without || DROPPED.has(node.tagName)) continue;
    if (BLOCKS.has(node.tagName) || node.tagName === 'br') text += ' ';
    ahead(steps, node);
  }
  return text;
}
