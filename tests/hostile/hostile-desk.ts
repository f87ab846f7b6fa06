import { LIMITS } from '@slugline/client/protocol';
import fc from 'fast-check';
import { source as markup, text } from '../property/hostile-texts.js';

/*
 * What a desk with bad intentions can get past the server: the texts of `hostile-texts.ts`, in every field there is,
 * brought to a form that validation takes. What it refuses reaches no reader.
 */

/** Texts that run by themselves, or when something is clicked, loaded or pointed at, wherever they are let in as such. */
const RUNNING = [
  '<script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '<img src=/hit onerror=alert(1)>',
  '"><img src=/hit onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '" autofocus onfocus=alert(1) x="',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  '<details open ontoggle=alert(1)>',
  '<style>@import "/hit"</style>',
  '<link rel=stylesheet href=/hit>',
  '<meta http-equiv=refresh content="0;url=/hit">',
  '<base href=/hit/>',
  '<object data=/hit></object><embed src=/hit>',
  '<form action=/hit><button autofocus onfocus=alert(1)>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=/hit onerror=alert(1)&gt;">',
  '<noscript><p title="</noscript><img src=/hit onerror=alert(1)>">',
  '<template><script>alert(1)</script></template>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '![x](/hit "x")',
  '<video><source onerror=alert(1)></video>',
  '{{constructor.constructor("alert(1)")()}}',
] as const;

const NO_TEXT = /\p{Cs}|(?![\t\n])\p{Cc}/gu;
const words = fc.oneof(
  fc.constantFrom(...RUNNING),
  text,
  fc.tuple(text, fc.constantFrom(...RUNNING), text).map((parts) => parts.join('')),
);
const field = (most: number) =>
  words.map((found) => found.replace(NO_TEXT, ' ').trim().slice(0, most).replace(NO_TEXT, ' ').trim() || 'x');
const url = words.map((found) => `https://a.example/${found.replace(/[\s\p{C}]/gu, '')}`.slice(0, LIMITS.url));
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const name = field(LIMITS.name);
const picture = fc.record({
  url,
  width: fc.constantFrom(1, 640),
  caption: field(LIMITS.caption),
  creditLine: name,
  altText: field(LIMITS.altText),
  renditions: fc.array(fc.record({ url, width: fc.constant(320), height: fc.constant(180) }), { maxLength: 2 }),
});
const span = fc.record(
  { text: field(500), href: url, marks: fc.subarray(['strong', 'code']) },
  { requiredKeys: ['text'] },
);
const content = fc.array(span, { minLength: 1, maxLength: 3 });
const block = fc.oneof(
  fc.record({ type: fc.constant('paragraph'), content }),
  fc.record({ type: fc.constant('heading'), level: fc.constant(2), content }),
  fc.record({
    type: fc.constant('list'),
    ordered: fc.boolean(),
    items: fc.array(content, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('quote'), content, speaker: name, speakerRole: name, source: name }),
  fc.record({ type: fc.constant('picture'), picture }),
  fc.record({ type: fc.constant('embed'), url, provider: name, title: field(LIMITS.headline) }),
);
const running = fc
  .array(fc.oneof(fc.constantFrom(...RUNNING), markup), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(' '));
const body = fc.oneof(
  fc.record({ body: fc.array(block, { minLength: 1, maxLength: 3 }) }),
  fc.record({ bodyHtml: running }),
  fc.record({ bodyMarkdown: running }),
);

/** Fields of an entry. */
export const hostileEntry: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .tuple(
    fc.record({
      headline: field(LIMITS.headline),
      located: name,
      tags: fc.array(field(LIMITS.tag), { maxLength: 3 }),
      bylines: fc.array(fc.record({ name, role: name, url }), { maxLength: 2 }),
      sources: fc.array(fc.record({ name, role: fc.constantFrom('media', 'own'), via: name, url }), { maxLength: 2 }),
      verification: fc.constantFrom('disputed', 'attributed'),
      breaking: fc.boolean(),
      edNote: field(200),
    }),
    body,
  )
  .map(([fields, form]) => ({ ...fields, ...form }));

/** Fields of a header, but for its slug. */
export const hostileHeader: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record({
    headline: field(LIMITS.headline),
    standfirst: field(LIMITS.standfirst),
    kicker: field(LIMITS.kicker),
    picture: maybe(picture),
    keyPoints: fc.array(fc.record({ text: field(LIMITS.keyPoint), entryId: fc.constant('constructor') }), {
      maxLength: 2,
    }),
    language: fc.constantFrom('en', 'ar', 'en-x-onload', 'zh-Hant'),
  })
  .map(({ picture: found, ...fields }) => (found === undefined ? fields : { ...fields, picture: found }));

/** What is said of a correction or in place of an entry. */
export const hostileNotice = field(LIMITS.notice);

/** What may stand in an address that somebody was lured to. */
export const hostilePath = words.map((found) => encodeURIComponent(found.replace(NO_TEXT, '')).slice(0, 1_000));
