import type { Block, Picture, Span } from '@slugline/client/protocol';
import fc from 'fast-check';

/*
 * What whoever writes to a desk could write in the hope that it runs somewhere: pieces of every grammar that a text
 * passes through on its way to a reader, put together at random.
 */

/** A piece. */
const nasty = fc.constantFrom(
  ...['<', '>', '"', "'", '&', '`', '=', '/', '\\', '\n', '\r', '\t', ' ', '\u0000', '\u2028', '\ud800', '-->', ']]>'],
  ...[
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '</p>',
    '</figcaption>',
    '<svg onload=x>',
    '<a href=',
  ],
  ...[
    'javascript:',
    'JaVaScRiPt:alert(1)',
    'java\nscript:x',
    'data:text/html,<script>',
    'vbscript:',
    'https://a.example/',
  ],
  ...[
    '](',
    '![',
    '[',
    ')',
    '*',
    '_',
    '> ',
    '- ',
    '#',
    '```',
    '&lt;',
    '&#60;',
    '&#x3c;script>',
    '<style>',
    '<iframe src=',
  ],
  ...[
    '<noscript><p title="</noscript><img src=x onerror=x>">',
    '<math><mtext></form><form><mglyph><style>',
    '<!--',
    '<![CDATA[',
  ],
  ...[
    '<template>',
    '<textarea></textarea',
    '<figure>',
    '<blockquote>',
    '<small>',
    '<ul><li>',
    '<table><tr><td>',
    '<base href=',
  ],
);
/** A text made of pieces. */
export const text = fc
  .array(fc.oneof(nasty, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));

export const href = fc.oneof(
  text,
  fc.webUrl(),
  text.map((tail) => `https://a.example/${tail}`),
);
const marks = fc.subarray(['strong', 'emphasis', 'code'] as const);
const span: fc.Arbitrary<Span> = fc.record({ text, marks, href }, { requiredKeys: ['text'] });
const content = fc.array(span, { minLength: 1, maxLength: 4 });
const pixels = fc.integer({ min: 1, max: 5_000 });
export const picture: fc.Arbitrary<Picture> = fc.record(
  {
    url: href,
    width: pixels,
    height: pixels,
    caption: text,
    creditLine: text,
    altText: text,
    renditions: fc.array(fc.record({ url: href, width: pixels, height: pixels }), { maxLength: 3 }),
  },
  { requiredKeys: ['url', 'creditLine', 'altText'] },
);

/** Blocks as a server gone wrong could send them: the right shape, anything for texts and URLs. */
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('paragraph' as const), content }),
  fc.record({
    type: fc.constant('heading' as const),
    level: fc.constantFrom(2 as const, 3 as const, 4 as const),
    content,
  }),
  fc.record({ type: fc.constant('list' as const), ordered: fc.boolean(), items: fc.array(content, { maxLength: 3 }) }),
  fc.record(
    { type: fc.constant('quote' as const), content, speaker: text, speakerRole: text, source: text },
    { requiredKeys: ['type', 'content'] },
  ),
  fc.record({ type: fc.constant('picture' as const), picture }),
  fc.record(
    { type: fc.constant('embed' as const), url: href, provider: text, title: text },
    { requiredKeys: ['type', 'url', 'provider'] },
  ),
);
export const blocks = fc.array(block, { maxLength: 4 });

/** Source texts: nasty parts among the tags and signs that make blocks. */
export const source = fc
  .array(
    fc.oneof(
      nasty,
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        '<p>',
        '<b>',
        '</b>',
        '<a href="https://a.example">',
        '</a>',
        '<blockquote>',
        '\n\n',
        '**',
        '> a\n',
      ),
      href.map((url) => `<a href="${url}">x</a>`),
      href.map((url) => `[x](${url})`),
      href.map((url) => `<figure><img alt=a data-credit=b src="${url}"></figure>`),
      href.map((url) => `![a](${url} "b")`),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));
