import { type Block, LIMITS } from '@slugline/client/protocol';
import { getSchema } from '@tiptap/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOfDoc } from '../../server/console/body/blocks-of-doc.js';
import { BODY_EXTENSIONS } from '../../server/console/body/body-extensions.js';
import { docOfBlocks } from '../../server/console/body/doc-of-blocks.js';
import { readClipboard } from '../../server/console/body/paste/read-clipboard.js';
import { bodySchema } from '../../server/story/schemas.js';
import { blocks as hostileBlocks, source } from './hostile-texts.js';

const schema = getSchema([...BODY_EXTENSIONS]);
const MARKS = ['strong', 'emphasis', 'code'] as const;

/** A body as it may be sent: whatever of the hostile ones the schema lets in. */
const body = hostileBlocks
  .map((blocks) => blocks.filter((block) => bodySchema.safeParse([block]).success))
  .map((blocks) => bodySchema.parse(blocks))
  .filter((blocks) => blocks.length > 0);

/** The same body with its spans as few as they can be, and marks in one order. */
function plain(blocks: readonly Block[]): unknown {
  const spans = (content: readonly { text: string; marks?: readonly string[]; href?: string }[]) => {
    const tidy: { text: string; marks?: string[]; href?: string }[] = [];
    for (const { text, marks = [], href } of content) {
      const ordered = MARKS.filter((mark) => marks.includes(mark));
      const last = tidy.at(-1);
      if (last !== undefined && String(last.marks ?? []) === String(ordered) && last.href === href) last.text += text;
      else tidy.push({ text, ...(ordered.length > 0 && { marks: ordered }), ...(href !== undefined && { href }) });
    }
    return tidy;
  };
  return blocks.map((block) => {
    if (block.type === 'list') return { ...block, items: block.items.map(spans) };
    return 'content' in block ? { ...block, content: spans(block.content) } : block;
  });
}

const isReadable = (block: Block): boolean => {
  const runs = block.type === 'list' ? block.items : 'content' in block ? [block.content] : [];
  return runs.every((content) => content.some(({ text }) => text.trim() !== ''));
};

describe('a body in the editor', () => {
  test('is what was opened, for all that nobody changes', () => {
    fc.assert(
      fc.property(body, (given) => {
        const readable = given.filter(isReadable);
        const doc = docOfBlocks(readable, schema);
        doc.check();
        const back = blocksOfDoc(doc);
        expect(back).toEqual(plain(readable));
        expect(bodySchema.safeParse(back).error?.issues ?? []).toEqual([]);
        // As it goes through a store of JSON, such as drafts are kept in.
        expect(blocksOfDoc(schema.nodeFromJSON(JSON.parse(JSON.stringify(doc))))).toEqual(back);
      }),
      { numRuns: 600 },
    );
  });

  test('has somewhere to write when it is empty, and no block for that', () => {
    const doc = docOfBlocks([], schema);
    expect(doc.childCount).toBe(1);
    expect(blocksOfDoc(doc)).toEqual([]);
    const blank: Block[] = [{ type: 'paragraph', content: [{ text: ' \n' }] }];
    expect(blocksOfDoc(docOfBlocks(blank, schema))).toEqual([]);
  });
});

describe('a clipboard', () => {
  test('comes to blocks that may be sent, whatever it holds', () => {
    fc.assert(
      fc.property(source, source, (html, text) => {
        for (const { blocks } of [readClipboard(html, ''), readClipboard('', text), readClipboard(html, text)]) {
          docOfBlocks(blocks, schema).check();
          // What pictures lack is for the editor to fill in.
          const filled = blocks.map((block) =>
            block.type === 'picture'
              ? { ...block, picture: { ...block.picture, creditLine: 'Bo', altText: 'A shed' } }
              : block,
          );
          expect(bodySchema.safeParse(filled).error?.issues ?? []).toEqual([]);
        }
      }),
      { numRuns: 600 },
    );
  });

  test('that is too large to be read as HTML still gives its words', () => {
    const html = '<p>'.repeat(LIMITS.bodySource);
    expect(readClipboard(html, 'The quay is closed.')).toEqual({
      blocks: [{ type: 'paragraph', content: [{ text: 'The quay is closed.' }] }],
      lost: [expect.stringContaining('too many elements')],
    });
  });
});
