import { type Block, LIMITS, type Mark, type Picture, type Span } from '@slugline/client/protocol';
import { isLinkUrl, isResourceUrl, readable } from './readable-text.js';

/** What a text in another form comes to. `problems` are sentences about what may not be left out in silence. */
export interface ParsedBody {
  readonly blocks: readonly Block[];
  readonly problems: readonly string[];
}

/** Third-party material as a source text holds it. */
export interface FoundFrame {
  readonly url: string;
  readonly provider: string;
  readonly title?: string | undefined;
}

export interface ReadingOptions {
  /**
   * Whether an editor goes over what was read before anybody else has it (default no). Then a picture that lacks its
   * description or credit is taken with empty texts in their place, and frames become embeds.
   */
  readonly isDraft?: boolean;
}

/** A picture as a source text gives it: anything may be missing. */
export interface FoundPicture {
  readonly url: string;
  readonly altText?: string | undefined;
  readonly creditLine?: string | undefined;
  readonly caption?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

type Container =
  | { readonly type: 'heading'; readonly level: 2 | 3 | 4; lines: Span[] }
  | { readonly type: 'quote'; lines: Span[]; attribution?: string; source?: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: Span[][]; lines: Span[] };

const MARKS: readonly Mark[] = ['strong', 'emphasis', 'code'];
const PROBLEMS_TOLD = 5;
const ATTRIBUTION = /^(?:—|–|―|--)\s*(\S.*)$/;

/**
 * Makes blocks of the events of a reader that walks a text in another form: both of them (Markdown, HTML) nest
 * freely, blocks do not. So containers flatten: the outermost list, quote or heading wins, nested lists give their
 * items to it, and other blocks inside it become lines of it. White space collapses as a browser would show it.
 */
export class BodyBuilder {
  readonly #isDraft: boolean;
  readonly #blocks: Block[] = [];
  readonly #problems: string[] = [];
  readonly #marks = new Map<Mark, number>();
  readonly #links: (string | undefined)[] = [];
  #run: Span[] = [];
  /** A space that shows only if words follow on the same line. */
  #space: Span | undefined;
  #atLineStart = true;
  #container: Container | undefined;
  /** Containers open inside the outermost one, which swallows them. */
  readonly #inner: Container['type'][] = [];
  /** Pictures and frames met inside a container: they follow it. */
  #following: Block[] = [];

  constructor({ isDraft = false }: ReadingOptions = {}) {
    this.#isDraft = isDraft;
  }

  text(text: string): void {
    const collapsed = readable(text).replace(/[\t\n\f\r ]+/g, ' ');
    const words = collapsed.replace(/^ | $/g, '');
    if (collapsed.startsWith(' ')) this.#space ??= this.#span(' ');
    if (words === '') return;
    this.#append(words);
    if (collapsed.endsWith(' ')) this.#space = this.#span(' ');
  }

  /** Text whose spaces and line breaks count. */
  preformatted(text: string): void {
    this.#append(readable(text.replace(/\r\n?/g, '\n')));
  }

  lineBreak(): void {
    this.#space = undefined;
    if (this.#run.length > 0) this.#append('\n');
  }

  /** Ends a paragraph, or what counts as one. */
  blockBreak(): void {
    const run = trimmed(this.#run);
    this.#run = [];
    this.#space = undefined;
    this.#atLineStart = true;
    if (run.length === 0) return;
    const container = this.#container;
    if (container === undefined) this.#blocks.push({ type: 'paragraph', content: run });
    else container.lines = joined(container.lines, run);
  }

  openMark(mark: Mark): void {
    this.#marks.set(mark, (this.#marks.get(mark) ?? 0) + 1);
  }

  closeMark(mark: Mark): void {
    this.#marks.set(mark, (this.#marks.get(mark) ?? 0) - 1);
  }

  /** A link that may not stand (`javascript:`, `data:`, relative, too long) leaves its text. */
  openLink(href: string): void {
    this.#links.push(isLinkUrl(href) ? href : undefined);
  }

  closeLink(): void {
    this.#links.pop();
  }

  openHeading(level: number): void {
    this.#open({ type: 'heading', level: level <= 2 ? 2 : level === 3 ? 3 : 4, lines: [] });
  }

  openQuote(): void {
    this.#open({ type: 'quote', lines: [] });
  }

  openList(ordered: boolean): void {
    this.#open({ type: 'list', ordered, items: [], lines: [] });
  }

  /** Begins a list item; the one before it ends with that. Outside a list it begins a line. */
  item(): void {
    this.blockBreak();
    if (this.#container?.type === 'list') endItem(this.#container);
  }

  /** Closes what the matching `openHeading`, `openQuote` or `openList` opened. */
  close(): void {
    this.blockBreak();
    const container = this.#container;
    const inner = this.#inner.pop();
    if (inner !== undefined) {
      // What follows a nested list goes on after it, not within its last item.
      if (inner === 'list' && container?.type === 'list') endItem(container);
      return;
    }
    this.#container = undefined;
    if (container !== undefined) this.#blocks.push(...blockOf(container));
    this.#blocks.push(...this.#following);
    this.#following = [];
  }

  /** Who said the quote that is open ("Ada Lund, harbour master"), where the text marks it as that. */
  attribution(text: string): void {
    this.blockBreak();
    const container = this.#container;
    if (container?.type === 'quote') container.attribution = line(text).replace(/^(?:—|–|―|--)\s*/, '');
    else this.text(text);
  }

  /** Who carried the quote that is open. */
  quoteSource(text: string): void {
    const container = this.#container;
    if (container?.type === 'quote') container.source = line(text);
    else this.text(text);
  }

  picture(found: FoundPicture): void {
    this.blockBreak();
    const picture = this.#checked(found);
    if (picture === undefined) return;
    this.#beside({ type: 'picture', picture });
  }

  frame({ url, provider, title = '' }: FoundFrame): void {
    this.blockBreak();
    const named = line(title).slice(0, LIMITS.headline);
    if (!isResourceUrl(url))
      this.#problem(`has a frame (${shortened(url)}) that needs an absolute http: or https: URL`);
    else
      this.#beside({
        type: 'embed',
        url,
        provider: provider.slice(0, LIMITS.name),
        ...(named !== '' && { title: named }),
      });
  }

  finish(): ParsedBody {
    this.blockBreak();
    return { blocks: this.#blocks, problems: this.#problems };
  }

  /**
   * A picture without credit or description is refused aloud. Leaving it out in silence would lose what the desk
   * meant to show; letting it in would break the agency's contract and leave blind readers with nothing.
   */
  #checked(found: FoundPicture): Picture | undefined {
    const url = found.url.trim();
    const altText = line(found.altText ?? '');
    const creditLine = line(found.creditLine ?? '');
    const caption = line(found.caption ?? '');
    const wanting = [altText === '' && 'a description (alt text)', creditLine === '' && 'a credit'].filter(Boolean);
    const short = shortened(url);
    if (!isResourceUrl(url)) {
      this.#problem(`has a picture (${short}) that needs an absolute http: or https: URL`);
      return undefined;
    }
    if (wanting.length > 0 && !this.#isDraft) {
      this.#problem(`has a picture (${short}) that needs ${wanting.join(' and ')}`);
      return undefined;
    }
    const { width, height } = found;
    const size = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
    return { url, ...size, ...(caption !== '' && { caption }), creditLine, altText };
  }

  /** A block that cannot stand within another: it follows the one that is open. */
  #beside(block: Block): void {
    if (this.#container === undefined) this.#blocks.push(block);
    else this.#following.push(block);
  }

  #problem(sentence: string): void {
    if (this.#problems.length < PROBLEMS_TOLD) this.#problems.push(sentence);
  }

  #open(container: Container): void {
    this.blockBreak();
    if (this.#container === undefined) this.#container = container;
    else this.#inner.push(container.type);
    if (container.type === 'list') this.item();
  }

  #append(text: string): void {
    if (text === '') return;
    if (this.#space !== undefined && !this.#atLineStart) push(this.#run, this.#space);
    push(this.#run, this.#span(text));
    this.#space = undefined;
    this.#atLineStart = text.endsWith('\n');
  }

  #span(text: string): Span {
    const marks = MARKS.filter((mark) => (this.#marks.get(mark) ?? 0) > 0);
    const href = this.#links.at(-1);
    return { text, ...(marks.length > 0 && { marks }), ...(href !== undefined && { href }) };
  }
}

/** Adds a span, or lengthens the last one where both look the same. */
function push(run: Span[], span: Span): void {
  const last = run.at(-1);
  if (last !== undefined && last.href === span.href && String(last.marks ?? []) === String(span.marks ?? [])) {
    run[run.length - 1] = { ...last, text: last.text + span.text };
  } else {
    run.push(span);
  }
}

/** The run without white space at its ends. */
function trimmed(run: readonly Span[]): Span[] {
  let from = 0;
  let to = run.length;
  while (from < to && run[from]?.text.trim() === '') from += 1;
  while (to > from && run[to - 1]?.text.trim() === '') to -= 1;
  const kept = run.slice(from, to);
  const [first] = kept;
  if (first !== undefined) kept[0] = { ...first, text: first.text.trimStart() };
  const last = kept.at(-1);
  if (last !== undefined) kept[kept.length - 1] = { ...last, text: last.text.trimEnd() };
  return kept;
}

function joined(lines: Span[], run: readonly Span[]): Span[] {
  if (lines.length > 0) push(lines, { text: '\n' });
  for (const span of run) push(lines, span);
  return lines;
}

function endItem(list: Container & { type: 'list' }): void {
  if (list.lines.length > 0) list.items.push(list.lines);
  list.lines = [];
}

function blockOf(container: Container): Block[] {
  switch (container.type) {
    case 'heading':
      return container.lines.length === 0
        ? []
        : [{ type: 'heading', level: container.level, content: container.lines }];
    case 'list':
      endItem(container);
      return container.items.length === 0 ? [] : [{ type: 'list', ordered: container.ordered, items: container.items }];
    case 'quote':
      return container.lines.length === 0 ? [] : [quoteOf(container)];
  }
}

function quoteOf({ lines, attribution, source }: Container & { type: 'quote' }): Block {
  const [content, who] = attribution === undefined ? withoutLastLine(lines) : [lines, attribution];
  const [speaker = '', role = ''] = who === undefined ? [] : splitOnce(who, ',');
  const named = speaker !== '' && speaker.length <= LIMITS.name && role.length <= LIMITS.name;
  return {
    type: 'quote',
    // An attribution too long to be a name was a sentence after all.
    content: named || who === undefined ? content : joined([...content], [{ text: who }]),
    ...(named && { speaker }),
    ...(named && role !== '' && { speakerRole: role }),
    ...(source !== undefined && source !== '' && { source }),
  };
}

/** A quote's last line of the form `— Ada Lund, harbour master`, taken off it; else the lines as they are. */
function withoutLastLine(lines: readonly Span[]): [content: readonly Span[], who?: string] {
  const at = lines.findLastIndex(({ text }) => text.includes('\n'));
  const span = lines[at];
  if (span === undefined) return [lines];
  const breakAt = span.text.lastIndexOf('\n');
  const rest =
    span.text.slice(breakAt + 1) +
    lines
      .slice(at + 1)
      .map(({ text }) => text)
      .join('');
  const who = ATTRIBUTION.exec(rest.trim())?.[1];
  if (who === undefined) return [lines];
  return [trimmed([...lines.slice(0, at), { ...span, text: span.text.slice(0, breakAt) }]), line(who)];
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text.trim()] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

const shortened = (url: string): string => (url.length > 80 ? `${url.slice(0, 80)}…` : url);

function line(text: string): string {
  return readable(text)
    .replace(/[\t\n\r ]+/g, ' ')
    .trim();
}
