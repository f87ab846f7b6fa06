import { toHtml, toText } from '@slugline/client/body';
import type { Block } from '@slugline/client/protocol';
import { describe, expect, test } from 'vitest';

const body: readonly Block[] = [
  { type: 'heading', level: 3, content: [{ text: 'Fire & smoke' }] },
  {
    type: 'paragraph',
    content: [
      { text: 'Two <sheds>\n' },
      { text: 'burn', marks: ['strong', 'emphasis'] },
      { text: ', says ' },
      { text: 'the "port"', marks: ['code'], href: 'https://port.example/?a=1&b="2"' },
    ],
  },
  { type: 'list', ordered: true, items: [[{ text: 'north' }], [{ text: 'south' }]] },
  { type: 'quote', content: [{ text: 'Gone.' }], speaker: 'Ada Lund', speakerRole: 'pilot', source: 'Efe' },
  {
    type: 'picture',
    picture: {
      url: 'https://a.example/1.jpg',
      width: 640,
      height: 480,
      caption: 'The north shed',
      creditLine: 'Bo/Post',
      altText: 'A "shed"',
      renditions: [{ url: 'https://a.example/s,1.jpg', width: 320, height: 240 }],
    },
  },
  { type: 'embed', url: 'https://video.example/7', provider: 'Video', title: 'The fire' },
];

describe('a body', () => {
  test('as HTML is escaped, and needs nothing around it', () => {
    expect(toHtml(body).replaceAll('><', '>\n<').split('\n')).toEqual([
      '<h3>Fire &amp; smoke</h3>',
      '<p>Two &lt;sheds&gt;<br>',
      '<strong>',
      '<em>burn</em>',
      '</strong>, says <a href="https://port.example/?a=1&amp;b=&quot;2&quot;" rel="noopener noreferrer">',
      '<code>the &quot;port&quot;</code>',
      '</a>',
      '</p>',
      '<ol>',
      '<li>north</li>',
      '<li>south</li>',
      '</ol>',
      '<blockquote>',
      '<p>Gone.</p>',
      '<footer>— Ada Lund, pilot <cite>Efe</cite>',
      '</footer>',
      '</blockquote>',
      '<figure>',
      '<img src="https://a.example/1.jpg" srcset="https://a.example/s%2C1.jpg 320w" alt="A &quot;shed&quot;" width="640" height="480" loading="lazy" decoding="async">',
      '<figcaption>The north shed <small>Bo/Post</small>',
      '</figcaption>',
      '</figure>',
      '<p>',
      '<a href="https://video.example/7" rel="noopener noreferrer">The fire</a>',
      '</p>',
    ]);
  });

  test('as text reads on its own', () => {
    expect(toText(body)).toBe(
      [
        'Fire & smoke',
        'Two <sheds>\nburn, says the "port"',
        '1. north\n2. south',
        'Gone.\n— Ada Lund, pilot (Efe)',
        'The north shed (Bo/Post)',
        'The fire: https://video.example/7',
      ].join('\n\n'),
    );
  });

  test('from a newer server loses only the blocks and marks that this version does not know', () => {
    const newer: readonly Block[] = JSON.parse(
      '[{"type":"poll","question":"?"},{"type":"paragraph","content":[{"text":"a","marks":["underline","strong"]}]}]',
    );
    expect(toHtml(newer)).toBe('<p><strong>a</strong></p>');
    expect(toText(newer)).toBe('a');
  });

  test('of a quote without a name has no line for it', () => {
    const quote: Block = { type: 'quote', content: [{ text: 'Gone.' }] };
    expect(toHtml([quote])).toBe('<blockquote><p>Gone.</p></blockquote>');
    expect(toText([quote])).toBe('Gone.');
    expect(toText([{ ...quote, source: 'Efe' }])).toBe('Gone.\n— (Efe)');
  });
});
