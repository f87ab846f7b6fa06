import { type FieldError, LIMITS } from '@slugline/client/protocol';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Failure } from '../../server/errors.js';
import {
  changesQuery,
  correctionRequest,
  createStoryRequest,
  editRequest,
  entriesQuery,
  parseInput,
  patchStoryRequest,
  publishRequest,
  revisionsQuery,
  withdrawalRequest,
} from '../../server/story/requests.js';

function errorsOf(schema: z.ZodType, value: unknown, where: 'body' | 'query' = 'body'): readonly FieldError[] {
  try {
    parseInput(schema, value, where);
  } catch (error) {
    if (error instanceof Failure && error.code === 'invalid_input') return error.details.errors ?? [];
    throw error;
  }
  return [];
}

const fieldsOf = (schema: z.ZodType, value: unknown) => errorsOf(schema, value).map(({ field }) => field);
const text = (length: number) => 'x'.repeat(length);
const list = <T>(length: number, item: T) => Array.from({ length }, () => item);
const paragraph = (length: number) => ({ type: 'paragraph', content: [{ text: text(length) }] });
const picture = { url: 'https://pictures.example/1.jpg', creditLine: 'Ada Lund/Norrvik Post', altText: 'A shed' };
const story = (fields: object) => ({ slug: 'harbour-fire', headline: 'Fire', ...fields });
const rendition = { url: 'https://pictures.example/s.jpg', width: 320, height: 200 };

/** Each bound of the wire: what is made of `n` of it is fine at the limit and named when it is one more. */
const BOUNDS: readonly (readonly [field: string, most: number, schema: z.ZodType, made: (n: number) => unknown])[] = [
  ['slug', LIMITS.slug, createStoryRequest, (n) => story({ slug: text(n) })],
  ['headline', LIMITS.headline, createStoryRequest, (n) => story({ headline: text(n) })],
  ['standfirst', LIMITS.standfirst, createStoryRequest, (n) => story({ standfirst: text(n) })],
  ['kicker', LIMITS.kicker, createStoryRequest, (n) => story({ kicker: text(n) })],
  ['keyPoints', LIMITS.keyPoints, createStoryRequest, (n) => story({ keyPoints: list(n, { text: 'a' }) })],
  ['keyPoints.0.text', LIMITS.keyPoint, createStoryRequest, (n) => story({ keyPoints: [{ text: text(n) }] })],
  ['picture.caption', LIMITS.caption, createStoryRequest, (n) => story({ picture: { ...picture, caption: text(n) } })],
  ['picture.altText', LIMITS.altText, createStoryRequest, (n) => story({ picture: { ...picture, altText: text(n) } })],
  [
    'picture.renditions',
    LIMITS.renditions,
    createStoryRequest,
    (n) => story({ picture: { ...picture, renditions: list(n, rendition) } }),
  ],
  [
    'picture.url',
    LIMITS.url,
    createStoryRequest,
    (n) => story({ picture: { ...picture, url: `https://a.b/${text(n - 12)}` } }),
  ],
  ['urgency', 9, publishRequest, (n) => ({ headline: 'a', urgency: n })],
  ['located', LIMITS.name, publishRequest, (n) => ({ headline: 'a', located: text(n) })],
  ['edNote', LIMITS.edNote, publishRequest, (n) => ({ headline: 'a', edNote: text(n) })],
  ['bylines', LIMITS.bylines, publishRequest, (n) => ({ headline: 'a', bylines: list(n, { name: 'Bo' }) })],
  ['sources', LIMITS.sources, publishRequest, (n) => ({ headline: 'a', sources: list(n, { name: 'B', role: 'own' }) })],
  [
    'relations',
    LIMITS.relations,
    publishRequest,
    (n) => ({ headline: 'a', relations: list(n, { rel: 'updates', entryId: 'e' }) }),
  ],
  ['tags', LIMITS.tags, publishRequest, (n) => ({ headline: 'a', tags: list(n, 'fire') })],
  ['tags.0', LIMITS.tag, publishRequest, (n) => ({ headline: 'a', tags: [text(n)] })],
  ['body', LIMITS.blocks, publishRequest, (n) => ({ body: list(n, paragraph(1)) })],
  [
    'body.0.content',
    LIMITS.spans,
    publishRequest,
    (n) => ({ body: [{ type: 'paragraph', content: list(n, { text: 'a' }) }] }),
  ],
  ['body.0.content', LIMITS.blockText, publishRequest, (n) => ({ body: [paragraph(n)] })],
  [
    'body.0.content',
    LIMITS.blockText,
    publishRequest,
    (n) => ({ body: [{ type: 'paragraph', content: [{ text: text(n - 1) }, { text: 'x', marks: ['strong'] }] }] }),
  ],
  [
    'body.0.items',
    LIMITS.listItems,
    publishRequest,
    (n) => ({ body: [{ type: 'list', ordered: true, items: list(n, [{ text: 'a' }]) }] }),
  ],
  ['bodyMarkdown', LIMITS.bodySource, publishRequest, (n) => ({ bodyMarkdown: `${'[a]: b\n'.repeat(9)}c`.padEnd(n) })],
  ['bodyHtml', LIMITS.bodySource, publishRequest, (n) => ({ bodyHtml: 'a'.padEnd(n) })],
  ['bodyMarkdown', LIMITS.blocks, publishRequest, (n) => ({ bodyMarkdown: 'word\n\n'.repeat(n) })],
  ['bodyHtml', LIMITS.blockText, publishRequest, (n) => ({ bodyHtml: `<p>${text(n)}` })],
  ['text', LIMITS.correctionText, correctionRequest, (n) => ({ text: text(n) })],
  ['notice', LIMITS.notice, withdrawalRequest, (n) => ({ status: 'withheld', notice: text(n) })],
];

describe('a request', () => {
  test.each(BOUNDS)('may have %s up to %i', (field, most, schema, made) => {
    expect(errorsOf(schema, made(most))).toEqual([]);
    expect(fieldsOf(schema, made(most + 1))).toEqual([field]);
  });

  test('is told what is missing, what is allowed and what it sent', () => {
    expect(errorsOf(createStoryRequest, { slug: 'Harbour Fire', status: 'over' })).toEqual([
      { field: 'slug', message: expect.stringContaining('such as harbour-fire') },
      { field: 'headline', message: 'is required: it must be a text' },
      { field: 'status', message: 'must be one of upcoming, live, paused, ended; got "over"' },
    ]);
    expect(errorsOf(publishRequest, { headline: 7, breaking: 'yes', urgency: 0, body: {} })).toEqual([
      { field: 'headline', message: 'must be a text; got 7' },
      { field: 'body', message: 'must be a list; got an object' },
      { field: 'urgency', message: 'must be at least 1' },
      { field: 'breaking', message: 'must be true or false; got "yes"' },
    ]);
    expect(errorsOf(publishRequest, { body: [{ type: 'video' }, { type: 'heading', level: 1, content: [] }] })).toEqual(
      [
        { field: 'body.0.type', message: 'must be one of paragraph, heading, list, quote, picture, embed' },
        { field: 'body.1.level', message: 'must be one of 2, 3, 4; got 1' },
        { field: 'body.1.content', message: 'must not be empty' },
      ],
    );
  });

  test.each([null, [], 'text', 7])('must be an object, not %j', (value) => {
    expect(fieldsOf(publishRequest, value)).toEqual(['request']);
  });

  test('has no field that is not known, least of all one that would hold the entry back', () => {
    const [first, second] = errorsOf(publishRequest, {
      headline: 'a',
      publishedAt: '2030-01-01T00:00:00Z',
      embargo: '2030-01-01T00:00:00Z',
    });
    expect(first).toEqual({
      field: 'publishedAt',
      message: expect.stringMatching(/^is not a field here; allowed are headline/),
    });
    expect(second?.field).toBe('embargo');
    expect(fieldsOf(createStoryRequest, story({ pinned: [] }))).toEqual(['pinned']);
    expect(fieldsOf(createStoryRequest, story({ keyPoints: [{ text: 'a', link: 'b' }] }))).toEqual([
      'keyPoints.0.link',
    ]);
    expect(fieldsOf(createStoryRequest, JSON.parse('{"slug":"a","headline":"b","__proto__":{"slug":"c"}}'))).toEqual([
      '__proto__',
    ]);
  });

  test('gets no more than twenty errors back, and no more of its own words than help', () => {
    const many = Object.fromEntries(list(500, 0).map((_, n) => [`field${n}`, n]));
    expect(errorsOf(publishRequest, many)).toHaveLength(20);
    const [long] = errorsOf(createStoryRequest, story({ status: text(9_000) }));
    expect(long?.message.length).toBeLessThan(200);
    const [named] = errorsOf(createStoryRequest, story({ [text(9_000)]: 1 }));
    expect(named?.field.length).toBeLessThan(100);
  });

  test.each(['\u0000', '\u0007', '\u001b', '\u0085', '\ud800', '\udc00'])('holds no %j', (character) => {
    expect(fieldsOf(publishRequest, { headline: `a${character}b` })).toEqual(['headline']);
    const body = [{ type: 'paragraph', content: [{ text: `a${character}b` }] }];
    expect(fieldsOf(publishRequest, { body })).toEqual(['body.0.content.0.text']);
    expect(fieldsOf(publishRequest, { headline: 'a', edNote: `a${character}b` })).toEqual(['edNote']);
  });

  test('keeps texts in one form', () => {
    const input = parseInput(createStoryRequest, story({ headline: ' Fire \r\n in the\tharbour ', language: 'PT-br' }));
    expect(input).toMatchObject({ headline: 'Fire in the harbour', language: 'pt-BR' });
    expect(parseInput(publishRequest, { headline: 'L’été : « oui » 🔥' }).headline).toBe('L’été : « oui » 🔥');
    const { text: corrected } = parseInput(correctionRequest, { text: ' one\r\ntwo\n' });
    expect(corrected).toBe('one\ntwo');
    expect(parseInput(publishRequest, { headline: 'a', tags: ['x', 'y', 'x'] }).tags).toEqual(['x', 'y']);
    expect(fieldsOf(publishRequest, { headline: ' \n ' })).toEqual(['headline']);
  });

  test.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T10:30:00.5+01:00', '2026-03-01T09:30:00.500Z'],
    ['2026-03-01T09:30-02:30', '2026-03-01T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('has times kept in UTC: %s', (given, kept) => {
    expect(parseInput(createStoryRequest, story({ coverageStart: given })).coverageStart).toBe(kept);
  });

  test.each([
    '2026-03-01',
    '2026-03-01T09:30:00',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T25:00:00Z',
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-01:00',
    'yesterday',
    '',
  ])('has no time like %j', (given) => {
    expect(fieldsOf(createStoryRequest, story({ coverageStart: given }))).toEqual(['coverageStart']);
  });

  test.each(['', 'englishlanguage', 'e', 'en_GB', 'en-', '../etc', '*'])('has no language %j', (given) => {
    expect(fieldsOf(createStoryRequest, story({ language: given }))).toEqual(['language']);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'JAVASCRIPT:alert(1)',
    'java\nscript:alert(1)',
    ' https://a.example',
    '//a.example',
    '/path',
    'https://',
    'https://a b',
    'https://[::1',
    'ftp://a.example/',
    'mailto:ada@a.example',
  ])('loads nothing from %j', (url) => {
    expect(fieldsOf(createStoryRequest, story({ picture: { ...picture, url } }))).toEqual(['picture.url']);
    const embed = { type: 'embed', url, provider: 'A' };
    expect(fieldsOf(publishRequest, { body: [embed] })).toEqual(['body.0.url']);
    const link = { type: 'paragraph', content: [{ text: 'a', href: url }] };
    expect(fieldsOf(publishRequest, { body: [link] })).toEqual(
      url.startsWith('mailto:') ? [] : ['body.0.content.0.href'],
    );
  });

  test('for an entry fills in what the desk left out', () => {
    expect(parseInput(publishRequest, { headline: 'a' })).toEqual({
      headline: 'a',
      body: [],
      urgency: 5,
      breaking: false,
      keyEvent: false,
      bylines: [],
      sources: [],
      relations: [],
      tags: [],
    });
    expect(parseInput(publishRequest, { headline: 'a', breaking: true }).urgency).toBe(2);
    expect(parseInput(publishRequest, { headline: 'a', breaking: true, urgency: 1 }).urgency).toBe(1);
  });

  test('has its body in one form only', () => {
    const blocks = [paragraph(3)];
    expect(parseInput(publishRequest, { bodyMarkdown: 'xxx' }).body).toEqual(blocks);
    expect(parseInput(editRequest, { bodyHtml: '<p>xxx' })).toEqual({ body: blocks });
    expect(fieldsOf(publishRequest, { body: blocks, bodyHtml: '<p>xxx' })).toEqual(['body']);
    expect(fieldsOf(editRequest, { bodyMarkdown: 'a', bodyHtml: 'b' })).toEqual(['body']);
    expect(errorsOf(publishRequest, { bodyMarkdown: '![A shed](https://a.example/1.jpg)' })).toEqual([
      { field: 'bodyMarkdown', message: 'has a picture (https://a.example/1.jpg) that needs a credit' },
    ]);
  });

  test('that changes something names at least one field, and null where a field may go', () => {
    expect(fieldsOf(editRequest, {})).toEqual(['request']);
    expect(fieldsOf(patchStoryRequest, {})).toEqual(['request']);
    expect(parseInput(editRequest, { headline: null, edNote: null })).toEqual({ headline: null, edNote: null });
    expect(fieldsOf(editRequest, { urgency: null, tags: null })).toEqual(['urgency', 'tags']);
    expect(fieldsOf(patchStoryRequest, { headline: null, slug: 'other' })).toEqual(['headline', 'slug']);
  });
});

describe('a query', () => {
  test('is read from its texts', () => {
    expect(parseInput(entriesQuery, {}, 'query')).toEqual({ limit: 30, keyEvents: false, edition: 'public' });
    expect(parseInput(changesQuery, { since: 'mB4xQ2c9:41', wait: '25', limit: '200' }, 'query')).toEqual({
      since: { epoch: 'mB4xQ2c9', seq: 41 },
      wait: 25,
      limit: 200,
      edition: 'public',
    });
    expect(parseInput(revisionsQuery, { before: '3' }, 'query')).toEqual({ limit: 30, before: 3 });
  });

  test.each([
    [entriesQuery, { limit: '0' }, '?limit'],
    [entriesQuery, { limit: '201' }, '?limit'],
    [entriesQuery, { limit: '1e2' }, '?limit'],
    [entriesQuery, { limit: ['1', '2'] }, '?limit'],
    [entriesQuery, { before: 'a b' }, '?before'],
    [entriesQuery, { before: text(201) }, '?before'],
    [entriesQuery, { keyEvents: '1' }, '?keyEvents'],
    [entriesQuery, { edition: 'draft' }, '?edition'],
    [entriesQuery, { limits: '1' }, '?limits'],
    [changesQuery, { wait: '26' }, '?wait'],
    [changesQuery, { wait: '-1' }, '?wait'],
    [changesQuery, { since: '41' }, '?since'],
    [changesQuery, { since: 'e:9007199254740993' }, '?since'],
    [revisionsQuery, { before: '0' }, '?before'],
  ])('names what is wrong (%#)', (schema, query, field) => {
    expect(errorsOf(schema, query, 'query').map((error) => error.field)).toEqual([field]);
  });
});
