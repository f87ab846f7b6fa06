import type { LIMITS } from '@slugline/client/protocol';

export type LimitName = keyof typeof LIMITS;

/** What a command is sent to find one limit of one field. */
export interface FieldCase {
  readonly limit: LimitName;
  /** The field as a refusal names it. */
  readonly field: string;
  readonly command: CommandName;
  /** The command's body, or what is to differ from a sound one, with so much in the field. */
  readonly body: (size: number) => object;
}

/** Commands by what they are sent to; the test knows how. */
export type CommandName = 'create' | 'patch' | 'publish' | 'edit' | 'correct' | 'withdraw' | 'key';

const text = (size: number): string => 'x'.repeat(size);
const url = (size: number): string => `https://a.example/${'x'.repeat(size - 'https://a.example/'.length)}`;
const list = <Item>(size: number, item: (at: number) => Item): Item[] =>
  Array.from({ length: size }, (_, at) => item(at));
const paragraph = (content: object[]) => ({ type: 'paragraph', content });
const picture = (fields: object) => ({
  url: 'https://a.example/p.jpg',
  creditLine: 'Ada Lund',
  altText: 'A ferry',
  ...fields,
});
const inBlock = (block: object) => ({ body: [block] });
/** A source text of so many characters, in paragraphs small enough for every other limit. */
const paragraphs = (size: number, [open, close]: readonly [string, string]): string => {
  const whole = `${open}${text(1_000 - open.length - close.length)}${close}`;
  const rest = size % 1_000;
  const last =
    rest <= open.length + close.length ? ' '.repeat(rest) : `${open}${text(rest - open.length - close.length)}${close}`;
  return whole.repeat(Math.floor(size / 1_000)) + last;
};

const cases = (
  limit: LimitName,
  ...found: readonly (readonly [command: CommandName, field: string, body: (size: number) => object])[]
): FieldCase[] => found.map(([command, field, body]) => ({ limit, command, field, body }));

/** Every field that has a limit, at every command that takes the field in a form of its own. */
export const FIELD_CASES: readonly FieldCase[] = [
  ...cases('slug', ['create', 'slug', (size) => ({ slug: text(size) })]),
  ...cases(
    'headline',
    ['create', 'headline', (size) => ({ headline: text(size) })],
    ['patch', 'headline', (size) => ({ headline: text(size) })],
    ['publish', 'headline', (size) => ({ headline: text(size) })],
    ['edit', 'headline', (size) => ({ headline: text(size) })],
    ['correct', 'headline', (size) => ({ text: 'T', headline: text(size) })],
    ['publish', 'body.0.title', (size) => inBlock({ type: 'embed', url: url(30), provider: 'P', title: text(size) })],
  ),
  ...cases(
    'standfirst',
    ['create', 'standfirst', (size) => ({ standfirst: text(size) })],
    ['patch', 'standfirst', (size) => ({ standfirst: text(size) })],
  ),
  ...cases(
    'kicker',
    ['create', 'kicker', (size) => ({ kicker: text(size) })],
    ['patch', 'kicker', (size) => ({ kicker: text(size) })],
  ),
  ...cases(
    'name',
    ['publish', 'bylines.0.name', (size) => ({ bylines: [{ name: text(size) }] })],
    ['publish', 'bylines.0.role', (size) => ({ bylines: [{ name: 'N', role: text(size) }] })],
    ['publish', 'sources.0.name', (size) => ({ sources: [{ name: text(size), role: 'media' }] })],
    ['publish', 'sources.0.via', (size) => ({ sources: [{ name: 'N', role: 'media', via: text(size) }] })],
    ['publish', 'located', (size) => ({ located: text(size) })],
    ['publish', 'body.0.speaker', (size) => inBlock({ type: 'quote', content: [{ text: 'Q' }], speaker: text(size) })],
    [
      'publish',
      'body.0.speakerRole',
      (size) => inBlock({ type: 'quote', content: [{ text: 'Q' }], speakerRole: text(size) }),
    ],
    ['publish', 'body.0.source', (size) => inBlock({ type: 'quote', content: [{ text: 'Q' }], source: text(size) })],
    ['publish', 'body.0.provider', (size) => inBlock({ type: 'embed', url: url(30), provider: text(size) })],
    ['create', 'picture.creditLine', (size) => ({ picture: picture({ creditLine: text(size) }) })],
    ['key', 'name', (size) => ({ name: text(size), role: 'reader' })],
  ),
  ...cases(
    'url',
    ['create', 'picture.url', (size) => ({ picture: picture({ url: url(size) }) })],
    [
      'create',
      'picture.renditions.0.url',
      (size) => ({ picture: picture({ renditions: [{ url: url(size), width: 1, height: 1 }] }) }),
    ],
    ['publish', 'bylines.0.url', (size) => ({ bylines: [{ name: 'N', url: url(size) }] })],
    ['publish', 'sources.0.url', (size) => ({ sources: [{ name: 'N', role: 'media', url: url(size) }] })],
    ['publish', 'body.0.content.0.href', (size) => inBlock(paragraph([{ text: 'T', href: url(size) }]))],
    ['publish', 'body.0.url', (size) => inBlock({ type: 'embed', url: url(size), provider: 'P' })],
    ['publish', 'body.0.picture.url', (size) => inBlock({ type: 'picture', picture: picture({ url: url(size) }) })],
  ),
  ...cases(
    'tag',
    ['publish', 'tags.0', (size) => ({ tags: [text(size)] })],
    ['edit', 'tags.0', (size) => ({ tags: [text(size)] })],
  ),
  ...cases('notice', ['withdraw', 'notice', (size) => ({ status: 'withheld', notice: text(size) })]),
  ...cases('correctionText', ['correct', 'text', (size) => ({ text: text(size) })]),
  ...cases(
    'edNote',
    ['publish', 'edNote', (size) => ({ edNote: text(size) })],
    ['edit', 'edNote', (size) => ({ edNote: text(size) })],
    ['correct', 'edNote', (size) => ({ text: 'T', edNote: text(size) })],
  ),
  ...cases(
    'keyPoint',
    ['create', 'keyPoints.0.text', (size) => ({ keyPoints: [{ text: text(size) }] })],
    ['patch', 'keyPoints.0.text', (size) => ({ keyPoints: [{ text: text(size) }] })],
  ),
  ...cases(
    'caption',
    ['create', 'picture.caption', (size) => ({ picture: picture({ caption: text(size) }) })],
    [
      'publish',
      'body.0.picture.caption',
      (size) => inBlock({ type: 'picture', picture: picture({ caption: text(size) }) }),
    ],
  ),
  ...cases(
    'altText',
    ['create', 'picture.altText', (size) => ({ picture: picture({ altText: text(size) }) })],
    [
      'publish',
      'body.0.picture.altText',
      (size) => inBlock({ type: 'picture', picture: picture({ altText: text(size) }) }),
    ],
  ),
  ...cases(
    'blockText',
    [
      'publish',
      'body.0.content',
      (size) => inBlock(paragraph([{ text: text(1_000) }, { text: text(size - 1_000), marks: ['strong'] }])),
    ],
    ['publish', 'body.0.content', (size) => inBlock({ type: 'heading', level: 2, content: [{ text: text(size) }] })],
    ['publish', 'body.0.content', (size) => inBlock({ type: 'quote', content: [{ text: text(size) }] })],
    [
      'publish',
      'body.0.items',
      (size) => inBlock({ type: 'list', ordered: true, items: [[{ text: text(9) }], [{ text: text(size - 9) }]] }),
    ],
    ['publish', 'bodyMarkdown', (size) => ({ bodyMarkdown: text(size) })],
    ['publish', 'bodyHtml', (size) => ({ bodyHtml: `<p>${text(size)}` })],
  ),
  ...cases(
    'bodySource',
    ['publish', 'bodyMarkdown', (size) => ({ bodyMarkdown: paragraphs(size, ['', '\n\n']) })],
    ['publish', 'bodyHtml', (size) => ({ bodyHtml: paragraphs(size, ['<p>', '</p>']) })],
    ['edit', 'bodyMarkdown', (size) => ({ bodyMarkdown: paragraphs(size, ['', '\n\n']) })],
  ),
  ...cases(
    'blocks',
    ['publish', 'body', (size) => ({ body: list(size, () => paragraph([{ text: 'T' }])) })],
    ['publish', 'bodyMarkdown', (size) => ({ bodyMarkdown: list(size, () => 'T').join('\n\n') })],
  ),
  ...cases(
    'spans',
    ['publish', 'body.0.content', (size) => inBlock(paragraph(list(size, () => ({ text: 'T' }))))],
    [
      'publish',
      'body.0.items.0',
      (size) => inBlock({ type: 'list', ordered: false, items: [list(size, () => ({ text: 'T' }))] }),
    ],
  ),
  ...cases('listItems', [
    'publish',
    'body.0.items',
    (size) => inBlock({ type: 'list', ordered: false, items: list(size, () => [{ text: 'T' }]) }),
  ]),
  ...cases(
    'bylines',
    ['publish', 'bylines', (size) => ({ bylines: list(size, () => ({ name: 'N' })) })],
    ['edit', 'bylines', (size) => ({ bylines: list(size, () => ({ name: 'N' })) })],
  ),
  ...cases('sources', ['publish', 'sources', (size) => ({ sources: list(size, () => ({ name: 'N', role: 'own' })) })]),
  ...cases('relations', [
    'publish',
    'relations',
    (size) => ({ relations: list(size, () => ({ rel: 'updates', entryId: 'e' })) }),
  ]),
  ...cases('tags', ['publish', 'tags', (size) => ({ tags: list(size, (at) => `t${at}`) })]),
  ...cases(
    'keyPoints',
    ['create', 'keyPoints', (size) => ({ keyPoints: list(size, () => ({ text: 'T' })) })],
    ['patch', 'keyPoints', (size) => ({ keyPoints: list(size, () => ({ text: 'T' })) })],
  ),
  ...cases('renditions', [
    'create',
    'picture.renditions',
    (size) => ({ picture: picture({ renditions: list(size, () => ({ url: url(30), width: 1, height: 1 })) }) }),
  ]),
];
