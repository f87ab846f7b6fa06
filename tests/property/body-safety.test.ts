import { toHtml, toText } from '@slugline/client/body';
import type { Block } from '@slugline/client/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyFromHtml } from '../../server/story/body-from-html.js';
import { bodyFromMarkdown } from '../../server/story/body-from-markdown.js';
import { bodySchema } from '../../server/story/schemas.js';
import { expectHarmless } from './harmless.js';
import { blocks, source } from './hostile-texts.js';

const RUNS = { numRuns: 600 };

describe('a body as HTML', () => {
  test('holds nothing that runs, whatever the blocks hold', () => {
    fc.assert(
      fc.property(blocks, (body) => expectHarmless(toHtml(body))),
      RUNS,
    );
  });

  test('says all that the blocks say, and as text too', () => {
    const plain = fc.string({ minLength: 1, maxLength: 30 }).filter((words) => /^[^\s\p{C}]+$/u.test(words));
    fc.assert(
      fc.property(plain, (words) => {
        const said: Block = { type: 'paragraph', content: [{ text: words, marks: ['strong'] }] };
        expect(toText([said])).toBe(words);
        expect(bodyFromHtml(toHtml([said])).blocks).toEqual([said]);
      }),
      RUNS,
    );
  });
});

describe.each([
  ['HTML', bodyFromHtml],
  ['Markdown', bodyFromMarkdown],
])('a body from %s', (_name, read) => {
  test('holds nothing that runs, and is of the schema', () => {
    fc.assert(
      fc.property(source, (given) => {
        const body = read(given).blocks;
        const checked = bodySchema.safeParse(body);
        expect(checked.error?.issues ?? []).toEqual([]);
        expectHarmless(toHtml(body));
      }),
      RUNS,
    );
  });

  test('is the same when its HTML is read again', () => {
    fc.assert(
      fc.property(source, (given) => {
        // Names in quotes and spaces in code have no exact way back.
        const body = read(given).blocks.filter(({ type }) => type !== 'quote');
        fc.pre(!JSON.stringify(body).includes('"code"'));
        expect(bodyFromHtml(toHtml(body)).blocks).toEqual(body);
      }),
      RUNS,
    );
  });
});
