import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

export interface PlaceholderOptions {
  readonly placeholder: string;
}

/** Says in an empty text what is to be written there. It is no part of the text, and is told to who listens as a hint. */
export const Placeholder = Extension.create<PlaceholderOptions>({
  name: 'placeholder',
  addProseMirrorPlugins() {
    const { placeholder } = this.options;
    return [
      new Plugin({
        props: {
          decorations: ({ doc }) => {
            const only = doc.childCount === 1 ? doc.firstChild : null;
            if (only?.type.name !== 'paragraph' || only.content.size > 0) return null;
            return DecorationSet.create(doc, [
              Decoration.node(0, only.nodeSize, { class: 'is-empty', 'data-placeholder': placeholder }),
            ]);
          },
        },
      }),
    ];
  },
});
