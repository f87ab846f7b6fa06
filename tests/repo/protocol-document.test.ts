import { ERRORS, formatPosition, LIMITS } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../server/config.js';
import {
  alertSchema,
  audienceSchema,
  catchUpSchema,
  changeSchema,
  goawaySchema,
  joinAnswerSchema,
  positionSchema,
  problemSchema,
  RATE_LIMITS,
  recallSchema,
  SOCKET_EVENTS,
  webhookMessageSchema,
} from '../../server/contract/wire-schemas.js';
import { joinRequest } from '../../server/live/join-request.js';
import { subscriptionRequest } from '../../server/push/subscription.js';
import { CHANGE_KINDS } from '../../server/story/change-kinds.js';
import {
  bodySchema,
  deskEntrySchema,
  deskStorySchema,
  entrySchema,
  storySchema,
  tombstoneSchema,
} from '../../server/story/schemas.js';
import { newSecret, signatureHeaders } from '../../server/webhooks/signature.js';
import { codesIn, type Fence, fencesOf, rowsOf, sectionOf } from './markdown.js';
import { readText } from './source-tree.js';

const PROTOCOL = readText('PROTOCOL.md');

type ObjectSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

const yesOrNo = (flag: boolean): string => (flag ? 'yes' : 'no');
const isOptional = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;
const isExactlyOptional = (schema: z.ZodType): boolean => schema instanceof z.ZodExactOptional || isOptional(schema);

/** Field names as the document writes them: a question mark after those that may be absent. */
function documentedNames(schema: ObjectSchema): readonly string[] {
  return Object.entries(schema.shape)
    .map(([name, field]) => (isExactlyOptional(field) ? `${name}?` : name))
    .sort();
}

function firstCodes(heading: string): readonly string[] {
  return rowsOf(sectionOf(PROTOCOL, heading))
    .flatMap(([first = '']) => codesIn(first))
    .sort();
}

describe('PROTOCOL.md says what the code says', () => {
  it('lists every error with its status, retryability and meaning', () => {
    const registry = Object.entries(ERRORS).map(([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      yesOrNo(retryable),
      meaning,
    ]);
    expect(rowsOf(sectionOf(PROTOCOL, 'Errors'))).toEqual(registry);
  });

  it('lists every limit', () => {
    const documented = rowsOf(sectionOf(PROTOCOL, 'How much')).map(([name = '', value]) => [codesIn(name)[0], value]);
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(LIMITS).map(([name, value]) => [name, String(value)])),
    );
  });

  it('lists every limit of how often, as it is unless configured', () => {
    const rates = loadConfig({}).rates;
    const { commandsPerKey, commandsPerStory, requestsPerAddress, authFailuresPerAddress } = rates;
    const documented = rowsOf(sectionOf(PROTOCOL, 'How often')).map(([name = '', value]) => [codesIn(name)[0], value]);
    expect(documented).toEqual([
      ['commands_per_key', String(commandsPerKey)],
      ['commands_per_story', String(commandsPerStory)],
      ['requests_per_address', String(requestsPerAddress)],
      ['auth_failures_per_address', String(authFailuresPerAddress)],
      ['subscriptions_per_address', String(rates.subscriptionsPerAddress)],
    ]);
    expect(documented.map(([name]) => name).sort()).toEqual([...RATE_LIMITS].sort());
  });

  it('lists every kind of change, with the object that it carries', () => {
    const documented = rowsOf(sectionOf(PROTOCOL, 'Change')).filter(([first = '']) => first.includes('.'));
    expect(documented.map(([kind = '']) => codesIn(kind)[0]).sort()).toEqual([...CHANGE_KINDS].sort());
    for (const [kind = '', carries = ''] of documented) {
      const isOfStory = kind.includes('story.') || /pinned/.test(kind);
      expect(`${kind} ${carries}`).toBe(`${kind} \`${isOfStory ? 'story' : 'entry'}\``);
    }
  });

  it('lists every Socket.IO event with its direction', () => {
    const documented = rowsOf(sectionOf(PROTOCOL, 'Socket.IO')).map(([name = '', direction]) => [
      codesIn(name)[0],
      direction,
    ]);
    expect(Object.fromEntries(documented)).toEqual(SOCKET_EVENTS);
  });

  it.each<[heading: string, schema: ObjectSchema]>([
    ['Position', positionSchema],
    ['Story', storySchema],
    ['Entry', entrySchema],
    ['Tombstone', tombstoneSchema],
    ['CatchUp', catchUpSchema],
    ['Problems', problemSchema],
    ['Alerts', alertSchema],
    ['Readers', audienceSchema],
    ['Recalls', recallSchema],
  ])('names the fields under %s, and which may be absent', (heading, schema) => {
    const names = rowsOf(sectionOf(PROTOCOL, heading)).flatMap(([first = '']) => codesIn(first));
    expect([...names].sort()).toEqual(documentedNames(schema));
  });

  it('names the fields of a Change', () => {
    const names = rowsOf(sectionOf(PROTOCOL, 'Change'))
      .flatMap(([first = '']) => codesIn(first))
      .filter((name) => !name.includes('.'));
    expect(names).toEqual(['epoch', 'seq', 'after?', 'afterEpoch?', 'through?', 'kind', 'at', 'story', 'entry']);
    expect(Object.keys(changeSchema.shape)).toEqual(names.map((name) => name.replace('?', '')));
  });

  it('names the fields that only the desk sees', () => {
    const publicNames = new Set([...documentedNames(entrySchema), ...documentedNames(storySchema)]);
    const deskNames = [...documentedNames(deskEntrySchema), ...documentedNames(deskStorySchema)].filter(
      (name) => !publicNames.has(name) || name === 'status',
    );
    expect(firstCodes('Editions').filter((name) => !name.includes(' '))).toEqual([...new Set(deskNames)].sort());
  });

  it('names every block and its fields', () => {
    const documented = rowsOf(sectionOf(PROTOCOL, 'Body')).map(([type = '', fields = '']) => [
      codesIn(type)[0],
      // `items` is described as a list of `content`, which is no field of its own there.
      codesIn(fields.replace(/a list of `content`/, '')),
    ]);
    const union: unknown = bodySchema.element;
    if (!(union instanceof z.ZodDiscriminatedUnion)) throw new Error('blocks are no longer told apart by `type`');
    const blocks = union.options.map((option) => {
      if (!(option instanceof z.ZodObject)) throw new Error('a block is no longer an object');
      const { type, ...fields } = option.shape;
      const name = type instanceof z.ZodLiteral ? type.value : undefined;
      return [name, documentedNames(z.object(fields))];
    });
    expect(Object.fromEntries(documented.map(([type, fields]) => [type, [...(fields ?? [])].sort()]))).toEqual(
      Object.fromEntries(blocks),
    );
  });
});

const EXAMPLES: Readonly<Record<string, z.ZodType>> = {
  Story: storySchema,
  Entry: entrySchema,
  Tombstone: tombstoneSchema,
  'Block[]': bodySchema,
  Change: changeSchema,
  CatchUp: catchUpSchema,
  Problem: problemSchema,
  JoinRequest: joinRequest,
  JoinAnswer: joinAnswerSchema,
  Goaway: goawaySchema,
  Alert: alertSchema,
  Subscription: subscriptionRequest,
  Audience: audienceSchema,
  Recall: recallSchema,
  WebhookMessage: webhookMessageSchema,
};

describe('the examples in PROTOCOL.md are what the server would send', () => {
  const fences = fencesOf(PROTOCOL);
  const of = (language: string): readonly Fence[] => fences.filter((fence) => fence.language === language);
  const name = (fence: Fence): string => `line ${fence.line}: ${fence.label || fence.language}`;

  it.each(of('json').map((fence) => [name(fence), fence] as const))('%s', (_name, { label, text }) => {
    const schema = EXAMPLES[label];
    if (schema === undefined) throw new Error(`an example says that it is a "${label}", which is not known here`);
    schema.parse(JSON.parse(text));
  });

  it('a receiver that does as the document says takes the message that is in it, and no other', async () => {
    const [request, code] = [of('http'), of('js')].map((list) => list.find(({ label }) => /Webhook/.test(label))?.text);
    const [head = '', body = ''] = (request ?? '').trimEnd().split('\n\n');
    const headers = Object.fromEntries(
      head
        .split('\n')
        .slice(1)
        .map((line) => line.split(': ')),
    );
    const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(PROTOCOL) ?? [];
    const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code ?? '')}`);
    const at = Number(headers['webhook-timestamp']);
    webhookMessageSchema.parse(JSON.parse(body));
    expect(isGenuine(headers, body, secret, at)).toBe(true);
    expect(isGenuine(headers, `${body} `, secret, at)).toBe(false);
    expect(isGenuine(headers, body, secret, at + 301)).toBe(false);
    expect(isGenuine({ ...headers, 'webhook-id': 'msg_other' }, body, secret, at)).toBe(false);
    const [id, timestamp] = [headers['webhook-id'] ?? '', at];
    const signed = signatureHeaders({ id, timestamp, body }, [newSecret(), secret])['webhook-signature'];
    expect(signed?.split(' ')[1]).toBe(headers['webhook-signature']);
  });

  it('every type has an example', () => {
    expect([...new Set(of('json').map(({ label }) => label))].sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it.each(of('sse').map((fence) => [name(fence), fence] as const))('%s', (_name, { text }) => {
    const events = text.split('\n\n').filter((event) => event.includes('data: '));
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) {
      const fields = Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/, 2)));
      const data: unknown = JSON.parse(fields.data ?? '');
      if (fields.event === 'change') {
        expect(fields.id).toBe(formatPosition(changeSchema.parse(data)));
      } else {
        expect(fields.event).toBe('reset');
        const catchUp = catchUpSchema.parse(data);
        expect(catchUp.reset).toBe(true);
        expect(fields.id).toBe(formatPosition(catchUp.position));
      }
    }
  });

  it.each(of('frames').map((fence) => [name(fence), fence] as const))('%s', (_name, { text }) => {
    const frames = text.trimEnd().split('\n');
    for (const frame of frames) checkFrame(frame);
    expect(frames.filter((frame) => frame.includes('"story:change"'))).not.toHaveLength(0);
  });
});

/** `S 42["story:change",…]`: who sends, Engine.IO and Socket.IO digits, a number where acknowledged, JSON. */
function checkFrame(frame: string): void {
  const [, sender, kind = '', json] = /^([CS]) ([0-4]{1,2}\d?)(.*)$/.exec(frame) ?? [];
  if (kind.startsWith('43')) {
    const answers = z
      .array(joinAnswerSchema)
      .length(1)
      .parse(JSON.parse(json ?? ''));
    expect(answers).toHaveLength(1);
  } else if (kind.startsWith('42')) {
    const [event, ...args]: unknown[] = JSON.parse(json ?? '');
    const direction = sender === 'C' ? 'client → server' : 'server → client';
    expect(Object.entries(SOCKET_EVENTS)).toContainEqual([event, direction]);
    if (event === 'story:join') joinRequest.parse(args[0]);
    if (event === 'story:change') changeSchema.parse(args[1]);
    if (event === 'server:goaway') goawaySchema.parse(args[0]);
  } else {
    expect(frame).toMatch(/^[CS] (?:0\{.*\}|40(?:\{.*\})?|41|2|3)$/);
  }
}

describe('the check can fail', () => {
  it('sees a table row that the code does not have', () => {
    const altered = PROTOCOL.replace(/(\| `internal` +\| 500 +\| )yes/, '$1no');
    const row = rowsOf(sectionOf(altered, 'Errors')).find(([code]) => code === '`internal`');
    expect(row?.[2]).toBe('no');
    expect(altered).not.toBe(PROTOCOL);
  });

  it('refuses an example with a field that does not exist', () => {
    const example = { ok: true, position: { epoch: 'a', seq: 1 }, reset: false, entries: [], extra: 1 };
    expect(joinAnswerSchema.safeParse(example).success).toBe(false);
    expect(() => checkFrame('S 42["story:gone","x"]')).toThrow();
    expect(() => checkFrame('C 42["story:change","x",{}]')).toThrow();
  });

  it('throws for a section that is not there', () => {
    expect(() => sectionOf(PROTOCOL, 'No such section')).toThrow('no heading');
  });
});
