import { LIMITS, type Picture as WirePicture } from '@slugline/client/protocol';
import { Node } from '@tiptap/core';
import type { Node as DocNode } from '@tiptap/pm/model';
import { isResourceUrl } from '../../../story/readable-text.js';
import { TEXTS } from '../texts.js';
import { blockControls } from './block-controls.js';
import { type Field, Fields } from './fields.js';

const pictureIn = (node: DocNode): WirePicture => node.attrs.picture;

const field = (name: 'caption' | 'creditLine' | 'altText', most: number, isDemanded: boolean): Field => ({
  label: TEXTS[name],
  most,
  isDemanded,
  read: (node) => pictureIn(node)[name] ?? '',
  write: (node, text) => ({ picture: { ...pictureIn(node), [name]: text } }),
});

const FIELDS = [
  field('caption', LIMITS.caption, false),
  field('creditLine', LIMITS.name, true),
  field('altText', LIMITS.altText, true),
];

/** A picture with what is said of it. Credit and description are asked for where they stand. */
export const Picture = Node.create({
  name: 'picture',
  group: 'block',
  atom: true,
  addAttributes: () => ({ picture: { default: { url: '', creditLine: '', altText: '' }, rendered: false } }),
  renderHTML: ({ node }) => {
    const { url, width, height, caption = '', creditLine, altText } = pictureIn(node);
    // An empty description would say that it is decoration.
    const image = { src: url, width, height, alt: altText === '' ? undefined : altText };
    return ['figure', ['img', image], ['figcaption', caption, ['small', creditLine]]];
  },
  addNodeView() {
    return ({ node, view, getPos }) => {
      const dom = document.createElement('figure');
      const image = dom.appendChild(document.createElement('img'));
      const show = (shown: DocNode) => {
        const { url, width, height, altText } = pictureIn(shown);
        if (isResourceUrl(url) && image.getAttribute('src') !== url) image.src = url;
        if (width !== undefined && height !== undefined) Object.assign(image, { width, height });
        image.alt = altText;
      };
      const fields = new Fields(node, FIELDS, { view, getPos });
      const controls = blockControls(view, getPos);
      dom.append(fields.dom, controls);
      show(node);
      return {
        dom,
        update: (next: DocNode) => {
          if (next.type !== node.type) return false;
          show(next);
          fields.update(next);
          return true;
        },
        stopEvent: ({ target }: Event) => target !== image && target !== dom,
        ignoreMutation: () => true,
      };
    };
  },
});
