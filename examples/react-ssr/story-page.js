import { isSafeUrl } from '@slugline/client/protocol';
import { useStory } from '@slugline/client/react';
import { createElement as h, memo } from 'react';

const SAID = {
  connecting: 'Connecting …',
  live: 'Live',
  reconnecting: 'Connecting again; what you see may be behind.',
  offline: 'Offline; what you see may be behind.',
  refused: 'This story is not to be had.',
  closed: '',
};

/** The whole page of a story: on the server of what it was given, in the browser of what has become of it. */
export function StoryPage({ slug, initial }) {
  const { story, entries, status, hasOlder, loadOlder } = useStory(slug, { initial });
  return h(
    'main',
    { lang: story?.language },
    h('h1', null, story?.headline),
    h('p', { className: 'standfirst' }, story?.standfirst),
    h('p', { className: 'status', role: 'status' }, SAID[status]),
    entries.map((entry) => h(Entry, { key: entry.id, entry })),
    hasOlder && h('button', { type: 'button', onClick: () => void loadOlder() }, 'Older updates'),
  );
}

/** An entry that did not change is the same object, so it is not rendered again. */
const Entry = memo(function Entry({ entry }) {
  return h(
    'article',
    { id: entry.id },
    h(Time, { at: entry.publishedAt }),
    entry.status === 'usable' ? h(Report, { entry }) : h('p', null, entry.notice?.text ?? 'This update was withdrawn.'),
  );
});

function Report({ entry }) {
  return [
    entry.headline && h('h2', { key: 'headline' }, entry.breaking && 'Breaking: ', entry.headline),
    ...entry.corrections.map(({ text, at }) =>
      h('p', { key: at, className: 'correction' }, h('strong', null, 'Correction: '), text),
    ),
    ...entry.body.map((block, at) => h(Block, { key: `block ${at}`, block })),
  ];
}

/** In one zone and one form, so that server and browser write the same. */
function Time({ at }) {
  return h('time', { dateTime: at }, `${at.slice(11, 16)} UTC`);
}

function Block({ block }) {
  switch (block.type) {
    case 'paragraph':
      return h('p', null, h(Spans, { content: block.content }));
    case 'heading':
      return h(`h${block.level + 1}`, null, h(Spans, { content: block.content }));
    case 'list': {
      const items = block.items.map((content, at) => h('li', { key: at }, h(Spans, { content })));
      return h(block.ordered ? 'ol' : 'ul', null, items);
    }
    case 'quote': {
      const from = [block.speaker, block.speakerRole, block.source].filter(Boolean).join(', ');
      return h(
        'blockquote',
        null,
        h('p', null, h(Spans, { content: block.content })),
        from && h('footer', null, `— ${from}`),
      );
    }
    case 'picture': {
      const { url, width, height, altText, caption, creditLine } = block.picture;
      if (!isSafeUrl(url)) return null;
      const picture = h('img', { src: url, width, height, alt: altText, loading: 'lazy' });
      return h('figure', null, picture, h('figcaption', null, caption, ' ', h('small', null, creditLine)));
    }
    case 'embed':
      return isSafeUrl(block.url) && h('p', null, h('a', { href: block.url }, block.title ?? block.provider));
    default:
      // Of a newer server: nothing in its place.
      return null;
  }
}

const MARKS = { strong: 'strong', emphasis: 'em', code: 'code' };

function Spans({ content }) {
  return content.map(({ text, marks = [], href }, at) => {
    const marked = marks.reduce((inner, mark) => h(MARKS[mark] ?? 'span', null, inner), text);
    const key = `${at} ${text}`;
    return href !== undefined && isSafeUrl(href) ? h('a', { key, href }, marked) : h('span', { key }, marked);
  });
}
