import { type Block, LIMITS } from '@slugline/client/protocol';
import { describe, expect, test } from 'vitest';
import { bodyFromHtml } from '../../server/story/body-from-html.js';
import { bodyFromMarkdown } from '../../server/story/body-from-markdown.js';

function blocksOf({ blocks, problems }: ReturnType<typeof bodyFromHtml>): readonly Block[] {
  expect(problems).toEqual([]);
  return blocks;
}

const html = (text: string) => blocksOf(bodyFromHtml(text));
const markdown = (text: string) => blocksOf(bodyFromMarkdown(text));
const paragraph = (text: string): Block => ({ type: 'paragraph', content: [{ text }] });

describe('Markdown', () => {
  test('becomes paragraphs, headings, lists and marks', () => {
    expect(
      markdown(
        '# Two sheds *burn*\n\nThe **north _quay_** is\nclosed, see `map` and [the port](https://port.example/a).',
      ),
    ).toEqual([
      { type: 'heading', level: 2, content: [{ text: 'Two sheds ' }, { text: 'burn', marks: ['emphasis'] }] },
      {
        type: 'paragraph',
        content: [
          { text: 'The ' },
          { text: 'north ', marks: ['strong'] },
          { text: 'quay', marks: ['strong', 'emphasis'] },
          { text: ' is closed, see ' },
          { text: 'map', marks: ['code'] },
          { text: ' and ' },
          { text: 'the port', href: 'https://port.example/a' },
          { text: '.' },
        ],
      },
    ]);
    expect(markdown('### a\n\n###### b').map((block) => block.type === 'heading' && block.level)).toEqual([3, 4]);
    expect(markdown('1. one\n2. two')).toEqual([
      { type: 'list', ordered: true, items: [[{ text: 'one' }], [{ text: 'two' }]] },
    ]);
  });

  test('has its nested lists flattened, in the order of reading', () => {
    expect(markdown('- a\n- b\n  - c\n\n    more of c\n\n  after it\n- d')).toEqual([
      {
        type: 'list',
        ordered: false,
        items: [[{ text: 'a' }], [{ text: 'b' }], [{ text: 'c\nmore of c' }], [{ text: 'after it' }], [{ text: 'd' }]],
      },
    ]);
  });

  test('keeps hard breaks and joins wrapped lines', () => {
    expect(markdown('one  \ntwo\\\nthree\nfour')).toEqual([paragraph('one\ntwo\nthree four')]);
  });

  test('names a quote’s speaker in its last line', () => {
    expect(markdown('> We saw *smoke*.\n> Then nothing.\n> — Ada Lund, harbour master, Norrvik')).toEqual([
      {
        type: 'quote',
        content: [{ text: 'We saw ' }, { text: 'smoke', marks: ['emphasis'] }, { text: '. Then nothing.' }],
        speaker: 'Ada Lund',
        speakerRole: 'harbour master, Norrvik',
      },
    ]);
    expect(markdown('> One.\n>\n> Two.\n>\n> -- Bo')).toEqual([
      { type: 'quote', content: [{ text: 'One.\nTwo.' }], speaker: 'Bo' },
    ]);
    expect(markdown('> Just — as it\n> was')).toEqual([{ type: 'quote', content: [{ text: 'Just — as it was' }] }]);
    expect(markdown('a line\n— and a dash')).toEqual([paragraph('a line — and a dash')]);
    const sentence = 'long '.repeat(60).trim();
    expect(markdown(`> One.\n> — ${sentence}`)).toEqual([{ type: 'quote', content: [{ text: `One.\n${sentence}` }] }]);
  });

  test('has pictures with description and credit', () => {
    const picture = { url: 'https://pictures.example/1.jpg', altText: 'A shed', creditLine: 'Ada Lund/Norrvik Post' };
    expect(markdown('before ![A shed](https://pictures.example/1.jpg "Ada Lund/Norrvik Post") after')).toEqual([
      paragraph('before'),
      { type: 'picture', picture },
      paragraph('after'),
    ]);
  });

  test.each([
    ['![A shed](https://a.example/1.jpg)', 'has a picture (https://a.example/1.jpg) that needs a credit'],
    [
      '![](https://a.example/1.jpg)',
      'has a picture (https://a.example/1.jpg) that needs a description (alt text) and a credit',
    ],
    ['![A](/1.jpg "Bo")', 'has a picture (/1.jpg) that needs an absolute http: or https: URL'],
    ['![A](javascript:x "Bo")', 'has a picture (javascript:x) that needs an absolute http: or https: URL'],
  ])('says what a picture lacks: %s', (text, problem) => {
    expect(bodyFromMarkdown(text)).toEqual({ blocks: [], problems: [problem] });
  });

  test('treats HTML within as HTML', () => {
    expect(markdown('one <b>two</b> <script>alert(1)</script>three\n\n<iframe src="x">four</iframe>\n\nfive')).toEqual([
      { type: 'paragraph', content: [{ text: 'one ' }, { text: 'two', marks: ['strong'] }, { text: ' three' }] },
      paragraph('five'),
    ]);
  });

  test('turns tables and code into lines', () => {
    expect(markdown('| shed | lost |\n|---|---|\n| north | 2 |')).toEqual([
      paragraph('shed | lost'),
      paragraph('north | 2'),
    ]);
    expect(markdown('```\na  b\n c\n```')).toEqual([
      { type: 'paragraph', content: [{ text: 'a  b\n c', marks: ['code'] }] },
    ]);
  });
});

describe('HTML', () => {
  test('becomes blocks, whatever wraps them', () => {
    expect(
      html('<!doctype html><title>t</title><div><h1>Fire</h1>loose <p>one<div>two</div></p><section>three<br>four'),
    ).toEqual([
      { type: 'heading', level: 2, content: [{ text: 'Fire' }] },
      paragraph('loose'),
      paragraph('one'),
      paragraph('two'),
      paragraph('three\nfour'),
    ]);
    expect(html('<ol><li>a<li><p>b</p><p>c</p></ol>')).toEqual([
      { type: 'list', ordered: true, items: [[{ text: 'a' }], [{ text: 'b\nc' }]] },
    ]);
  });

  test('inside a form is still text, as some CMS wrap all of a page in one', () => {
    expect(html('<form action="/x"><p>one</p><input value="two"><button>three</button></form>')).toEqual([
      paragraph('one'),
    ]);
  });

  test('has its white space collapsed as a browser shows it', () => {
    expect(html('<p>\n  one\t <b> two </b>\n <i>three</i> </p>\n<p> &nbsp;x&nbsp; </p>')).toEqual([
      {
        type: 'paragraph',
        content: [{ text: 'one ' }, { text: 'two ', marks: ['strong'] }, { text: 'three', marks: ['emphasis'] }],
      },
      paragraph('x'),
    ]);
  });

  test('merges runs that look the same, through tags that mean nothing here', () => {
    expect(html('<p>CO<sub>2</sub> <span style="color:red">and</span> <b>a</b><strong>b</strong> <q>so</q>')).toEqual([
      {
        type: 'paragraph',
        content: [{ text: 'CO2 and ' }, { text: 'ab', marks: ['strong'] }, { text: ' “so”' }],
      },
    ]);
  });

  test.each([
    '<script>alert(1)</script>',
    '<style>p{}</style>',
    '<iframe src="https://a.example">x</iframe>',
    '<object><p>x</p></object>',
    '<noscript><img src=x></noscript>',
    '<svg><script>alert(1)</script><text>x</text></svg>',
    '<math><mi>x</mi></math>',
    '<template><p>x</p></template>',
    '<textarea>x</textarea>',
    '<select><option>x</select>',
    '<del>x</del>',
    '<s>x</s>',
    '<p hidden>x</p>',
    '<!-- x -->',
    '<img src="https://a.example/pixel.gif" width=1 height=1>',
    '<img src="https://a.example/ornament.gif" alt="">',
  ])('loses %s with all it holds', (text) => {
    expect(html(`<p>a</p>${text}<p>b</p>`)).toEqual([paragraph('a'), paragraph('b')]);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', 'vbscript:x', '', 'https://'])(
    'keeps the text of a link to %j, and not the link',
    (href) => {
      expect(html(`<p><a href="${href}" onclick="x()">text</a>`)).toEqual([paragraph('text')]);
    },
  );

  test('has a picture’s caption and credit from its figure', () => {
    const image = '<img src="https://a.example/1.jpg" alt="A shed" width="640" height="480" onerror="x()">';
    const picture = { url: 'https://a.example/1.jpg', altText: 'A shed', creditLine: 'Bo/Post' };
    expect(
      html(`<figure>${image}<figcaption>The <b>north</b> shed. <small>Bo/Post</small></figcaption></figure>`),
    ).toEqual([{ type: 'picture', picture: { ...picture, width: 640, height: 480, caption: 'The north shed.' } }]);
    expect(html('<img src="https://a.example/1.jpg" alt="A shed" data-credit="Bo/Post">')).toEqual([
      { type: 'picture', picture },
    ]);
    const one = (n: number) =>
      `<figure><img src="https://a.example/${n}.jpg" alt="${n}"><figcaption>no ${n} <small>Bo</small></figcaption></figure>`;
    expect(html(`<figure>${one(1)}${one(2)}<figcaption>Both sheds</figcaption></figure>`)).toMatchObject([
      { picture: { caption: 'no 1', altText: '1' } },
      { picture: { caption: 'no 2', altText: '2' } },
      paragraph('Both sheds'),
    ]);
    expect(bodyFromHtml(`<figure>${image}<figcaption>Words</figcaption></figure>`).problems).toEqual([
      'has a picture (https://a.example/1.jpg) that needs a credit',
    ]);
  });

  test('has a quote’s speaker from its footer, its cite or its figure', () => {
    const quote = { type: 'quote', content: [{ text: 'We saw smoke.' }], speaker: 'Ada Lund', speakerRole: 'pilot' };
    expect(
      html('<blockquote><p>We saw smoke.<footer>— Ada Lund, pilot <cite>Efe</cite></footer></blockquote>'),
    ).toEqual([{ ...quote, source: 'Efe' }]);
    expect(html('<blockquote>We saw smoke. <cite>Ada Lund, pilot</cite></blockquote>')).toEqual([quote]);
    expect(
      html('<figure><blockquote><p>We saw smoke.</blockquote><figcaption>Ada Lund, pilot</figcaption></figure>'),
    ).toEqual([quote]);
    expect(html('<p>as in <cite>The Pilot</cite></p><footer>end</footer>')).toEqual([
      { type: 'paragraph', content: [{ text: 'as in ' }, { text: 'The Pilot', marks: ['emphasis'] }] },
      paragraph('end'),
    ]);
  });

  test('has the rows of a table as paragraphs', () => {
    expect(html('<table><tr><th>shed<th>lost<tr><td>north<td><b>2</b></table>after')).toEqual([
      paragraph('shed | lost'),
      { type: 'paragraph', content: [{ text: 'north | ' }, { text: '2', marks: ['strong'] }] },
      paragraph('after'),
    ]);
  });

  test('has nothing left of what is no text', () => {
    expect(html('a&#1;b&#xD800;c\u000bd')).toEqual([paragraph('a b\ufffdc d')]);
    expect(html('')).toEqual([]);
    expect(html('<p> <b> </b> <br> </p>')).toEqual([]);
  });
});

describe('hostile text', () => {
  const units = [
    ...['<div>', '<b>', '<a href=x>', '<td>', '<table>', '<ul><li>', '<blockquote>', '<figure>', '<svg>', '<i><p>'],
    ...['<b></p>', '<figure><img>', '<figure><blockquote><figcaption></figcaption>', '<pre>', 'x <br>', '&amp;', '<q>'],
    ...[
      '>',
      '*',
      '*a ',
      '_a ',
      '[',
      '![',
      '[a](',
      '- ',
      '> - ',
      '1. ',
      '`a ',
      'a\n=\n',
      '# a\n',
      '|a|b|\n|-|-|\n',
      '<',
    ],
  ];

  test.each(units)('of nothing but %j is read without overflow, in bounded time', (unit) => {
    const text = unit.repeat(Math.ceil(LIMITS.bodySource / unit.length)).slice(0, LIMITS.bodySource);
    for (const read of [bodyFromHtml, bodyFromMarkdown]) {
      const start = performance.now();
      read(text);
      // Alone on a machine none takes half a second. What would matter, quadratic time, takes a minute at this size.
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });

  // HTML opens marks again that a paragraph's end cut off, in each paragraph after it: marks times paragraphs.
  test.each([
    ['marks', (index: number) => `<b id=${index}>`],
    ['links', (index: number) => `<font size=${index}>`],
    [
      'marks of other kinds',
      (index: number) => `<${['i', 'u', 'tt', 'em', 'big', 'code', 'small'][index % 7]} id=${index}>`,
    ],
  ])('with thousands of %s left open does not multiply', (_what, mark) => {
    const half = LIMITS.bodySource / 2;
    let open = '<p>';
    for (let index = 0; open.length < half; index += 1) open += mark(index);
    const text = open + '<p>x'.repeat((LIMITS.bodySource - open.length) / 4);
    const start = performance.now();
    expect(bodyFromHtml(text)).toEqual({ blocks: [], problems: [expect.stringContaining('too many elements')] });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
